import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { atEnd, newFolder } from '../../../../test/support/at-end.mjs'

interface Server {
  readonly endpoint: string
  readonly pid: number
  log(): string
  stop(): Promise<number | null>
  kill(): Promise<void>
}

const support = new URL('../../../../test/support/start-server.mjs', import.meta.url)
const { startServer } = (await import(support.href)) as {
  startServer(options: { folder: string; args: readonly string[] }): Promise<Server>
}

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await sleep(50)
}

test('SIGHUP has every process take over the changed file, names what needs a restart, and survives a broken one', async (t) => {
  const folder = newFolder(t, 'bindery-reload-')
  const file = join(folder, 'bindery.json')
  const write = (settings: object) => writeFile(file, JSON.stringify(settings))
  await write({ log: 'error', 'metrics-token': 'one', reserve: '0' })
  const args = ['--config', file, '--workers', '2']
  const server = await startServer({ folder: join(folder, 'data'), args })
  atEnd(t, () => server.kill())
  const metrics = async (token: string) =>
    fetch(`${server.endpoint}/-/metrics`, { headers: { authorization: `Bearer ${token}`, connection: 'close' } })
  assert.match(await (await metrics('one')).text(), /^bindery_disk_reserve_bytes 0$/m)
  assert.equal((await metrics('two')).status, 403)

  await write({ log: 'info', 'metrics-token': 'two', reserve: '1MiB', region: 'cn-beijing' })
  process.kill(server.pid, 'SIGHUP')
  await until(() => server.log().includes('these options change only by a restart'))
  assert.match(server.log(), /"changed":\["BINDERY_LOG","BINDERY_RESERVE","BINDERY_METRICS_TOKEN"\]/)
  assert.match(server.log(), /"options":\["BINDERY_REGION"\]/)
  // either process may answer
  for (let request = 0; request < 10; request += 1) {
    assert.equal((await metrics('one')).status, 403)
    assert.match(await (await metrics('two')).text(), /^bindery_disk_reserve_bytes 1048576$/m)
  }
  await fetch(`${server.endpoint}/`)
  await until(() => server.log().includes('"msg":"request"'))

  await writeFile(file, '{')
  process.kill(server.pid, 'SIGHUP')
  await until(() => server.log().includes('the configuration cannot be read again; the one before stays'))
  assert.equal((await metrics('two')).status, 200)
  assert.equal(await server.stop(), 0)
})

test('SIGHUP has a server take over a new root key, and the one before ends', async (t) => {
  const folder = newFolder(t, 'bindery-reload-')
  const file = join(folder, 'bindery.json')
  const write = (id: string) =>
    writeFile(file, JSON.stringify({ 'access-key-id': id, 'access-key-secret': `${id}-secret` }))
  await write('first')
  const server = await startServer({ folder: join(folder, 'data'), args: ['--config', file, '--workers', '1'] })
  atEnd(t, () => server.kill())
  const codeOf = async (id: string) => {
    const headers = { authorization: `OSS ${id}:signature`, date: new Date().toUTCString() }
    return /<Code>(\w+)/.exec(await (await fetch(server.endpoint, { headers })).text())?.[1]
  }
  assert.deepEqual([await codeOf('first'), await codeOf('second')], ['SignatureDoesNotMatch', 'InvalidAccessKeyId'])
  await write('second')
  process.kill(server.pid, 'SIGHUP')
  await until(() => server.log().includes('the configuration was read again'))
  assert.deepEqual([await codeOf('first'), await codeOf('second')], ['InvalidAccessKeyId', 'SignatureDoesNotMatch'])
})
