import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { atEnd, newFolder } from '../../../../test/support/at-end.mjs'
import { bindery, COMMAND, send, startWith } from '../testing/support.js'

test('the options of a running server are shown with their sources, without secrets', async (t) => {
  const folder = newFolder(t)
  await startWith(t, folder, ['--scrub-rate', '0'], { BINDERY_METRICS_TOKEN: 'hidden', BINDERY_AUDIT_DAYS: '7' }, 2)
  const { code, output } = await bindery('admin', 'server', '--dir', folder)
  assert.equal(code, 0, output)
  assert.match(output, /^Location: +\/.*\nFormat: +1\nProcesses: +2$/m)
  assert.match(output, /^--scrub-rate +0 +--scrub-rate$/m)
  assert.match(output, /^--audit-days +7 +BINDERY_AUDIT_DAYS$/m)
  assert.match(output, /^--idle-timeout +60s +default$/m)
  assert.match(output, /^BINDERY_METRICS_TOKEN +\*\*\* +BINDERY_METRICS_TOKEN$/m)
  assert.doesNotMatch(output, /hidden/)
})

test('the log level of all processes is changed while they run', async (t) => {
  const folder = newFolder(t)
  const server = await startWith(t, folder, [], {}, 2)
  const admin = (...args: readonly string[]) => bindery('admin', ...args, '--dir', folder)
  await send(server, 'PUT', 'before', 'x')
  assert.equal((await admin('log-level', 'info')).output, 'Done.\n')
  for (let request = 0; request < 10; request += 1) await send(server, 'PUT', `after-${request}`, 'x')
  assert.match((await admin('server')).output, /^--log +info +run time$/m)
  assert.equal(await server.stop(), 0)
  const requests = server
    .log()
    .split('\n')
    .filter((line) => line.includes('"msg":"request"'))
  const keys = requests.map((line) => JSON.parse(line).key).filter((key) => key !== undefined)
  assert.deepEqual(
    keys.sort(),
    Array.from({ length: 10 }, (_, index) => `after-${index}`),
  )
})

test('a verification of all bytes is started where none begins by itself', async (t) => {
  const folder = newFolder(t)
  const server = await startWith(t, folder, ['--scrub-rate', '0'], {}, 2)
  await send(server, 'PUT', 'a', 'x'.repeat(10_000))
  const scrub = async () => {
    const { output } = await bindery('admin', 'server', '--json', '--dir', folder)
    return JSON.parse(output).Scrub
  }
  assert.deepEqual(await scrub(), { IsRunning: false, Bytes: 0, Damaged: 0, BytesPerSecond: 0 })
  assert.equal((await bindery('admin', 'scrub', '--dir', folder)).output, 'Done.\n')
  while ((await scrub()).EndDate === undefined);
  const { Bytes, Damaged } = await scrub()
  assert.deepEqual([Bytes, Damaged], [10_000, 0])
})

test('requests are shown as any process answers them, until the server stops', async (t) => {
  const folder = newFolder(t)
  const server = await startWith(t, folder, [], {}, 2)
  await send(server, 'PUT', 'before', 'x')
  const args = ['admin', 'follow', '--bucket', 'demo', '--json', '--dir', folder]
  const child = spawn(process.execPath, [COMMAND, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  atEnd(t, () => child.kill())
  const ended = once(child, 'exit')
  let text = ''
  child.stdout.on('data', (bytes) => {
    text += bytes
  })
  const seen = () =>
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).Key)
  while (seen().length < 1) await once(child.stdout, 'data')
  assert.deepEqual(seen(), ['before'])
  for (let request = 0; request < 5; request += 1) await send(server, 'PUT', `after-${request}`, 'x')
  while (seen().length < 6) await once(child.stdout, 'data')
  assert.deepEqual(seen().slice(1).sort(), ['after-0', 'after-1', 'after-2', 'after-3', 'after-4'])
  assert.equal(await server.stop(), 0)
  assert.deepEqual(await ended, [0, null])
})
