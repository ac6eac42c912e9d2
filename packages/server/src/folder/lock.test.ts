import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { atEnd, newFolder } from '../../../../test/support/at-end.mjs'
import { lockFolder } from './lock.js'

async function folderBelow(t: TestContext, ...below: string[]): Promise<string> {
  const folder = newFolder(t)
  await mkdir(join(folder, ...below), { recursive: true })
  return join(folder, ...below)
}

/** Runs a script in another process, with `lockFolder` imported, until it has written a line. */
async function elsewhere(t: TestContext, script: string) {
  const prelude = `import { lockFolder } from ${JSON.stringify(new URL('./lock.js', import.meta.url).href)};`
  const child = spawn(process.execPath, ['--input-type=module', '-e', prelude + script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  atEnd(t, () => child.kill('SIGKILL'))
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data')
  return { child, line: String(line).trim() }
}

test('a folder is locked once, and again after it was released', async (t) => {
  const folder = await folderBelow(t)
  const lock = await lockFolder(folder)
  await assert.rejects(lockFolder(folder), { kind: 'folderLocked', details: { folder, pid: process.pid } })
  await lock.release()
  await (await lockFolder(folder)).release()
})

test('exactly one of many concurrent attempts to lock a folder succeeds', async (t) => {
  const folder = await folderBelow(t)
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)))
  const won = results.filter((result) => result.status === 'fulfilled')
  assert.equal(won.length, 1)
  for (const { value } of won) await value.release()
})

test('a lock ends with its process, however that ends, and its socket is removed', async (t) => {
  const folder = await folderBelow(t)
  const { child } = await elsewhere(
    t,
    `await lockFolder(${JSON.stringify(folder)}); console.log('locked'); setInterval(() => {}, 1e6)`,
  )
  await assert.rejects(lockFolder(folder), { kind: 'folderLocked', details: { folder, pid: child.pid } })
  child.kill('SIGKILL')
  await once(child, 'exit')
  const lock = await lockFolder(folder)
  assert.equal((await readdir(join(folder, 'lock'))).length, 1)
  await lock.release()
})

test('a process that inherited the lock keeps it when the one that took it was killed', async (t) => {
  const folder = await folderBelow(t)
  const { child, line } = await elsewhere(
    t,
    `import { spawn } from 'node:child_process'
    const { descriptor } = await lockFolder(${JSON.stringify(folder)})
    const heir = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: ['ignore', 'ignore', 'ignore', descriptor] })
    console.log(heir.pid); setInterval(() => {}, 1e6)`,
  )
  const heir = Number(line)
  atEnd(t, () => {
    try {
      process.kill(heir, 'SIGKILL')
    } catch {}
  })
  child.kill('SIGKILL')
  await once(child, 'exit')
  await assert.rejects(lockFolder(folder, 100), { kind: 'folderLocked', details: { folder, pid: undefined } })
  process.kill(heir, 'SIGKILL')
  await (await lockFolder(folder)).release()
})

test('a folder whose path is too long for a socket can be locked', async (t) => {
  const folder = await folderBelow(t, 'x'.repeat(120), 'y'.repeat(120))
  const lock = await lockFolder(folder)
  await assert.rejects(lockFolder(folder), { kind: 'folderLocked' })
  await lock.release()
})
