import assert from 'node:assert/strict'
import { readdir, readlink } from 'node:fs/promises'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { atEnd } from '../../../../test/support/at-end.mjs'
import { openLocalBlobStore } from './local-blob-store.js'
import { OpenFiles } from './open-files.js'
import { MIB, options, readAll, scrambled, sourceOf, temporaryFolder } from './testing.js'

function counted(idleMax?: number) {
  const opened: string[] = []
  const closed: string[] = []
  const close = async (path: string) => void closed.push(path)
  const files = new OpenFiles<string>(close, { idleMax })
  const hold = (path: string) =>
    files.hold(path, async () => {
      opened.push(path)
      return path
    })
  return { files, hold, opened, closed }
}

test('a file is opened once for readers that come together or soon after each other', async () => {
  const { files, hold, opened, closed } = counted()
  const [one, other] = await Promise.all([hold('a'), hold('a')])
  one.release()
  other.release()
  const later = await hold('a')
  later.release()
  assert.deepEqual([opened, closed], [['a'], []])
  await files.close()
  assert.deepEqual(closed, ['a'])
})

test('of many unused files the least recently used are closed, and one that is held never', async () => {
  const { files, hold, closed } = counted()
  const held = await hold('held')
  for (let number = 0; number < 70; number += 1) (await hold(String(number))).release()
  await sleep(0)
  assert.deepEqual(closed, ['0', '1', '2', '3', '4', '5', '6'])
  await files.close()
  assert.ok(!closed.includes('held'))
  held.release()
  await files.close()
  assert.equal(closed.at(-1), 'held')
})

test('as many unused files stay open as is configured', async () => {
  const { files, hold, closed } = counted(3)
  for (const path of ['a', 'b', 'c', 'd', 'e']) (await hold(path)).release()
  await sleep(0)
  assert.deepEqual(closed, ['a', 'b'])
  await files.close()
})

test('a file that is held because it is open counts as used', async () => {
  const { files, hold, closed } = counted()
  for (const path of ['a', 'b']) (await hold(path)).release()
  files.tryHold('a')?.release()
  for (let number = 0; number < 63; number += 1) (await hold(String(number))).release()
  await sleep(0)
  assert.deepEqual(closed, ['b'])
  await files.close()
})

test('a file that is forgotten closes when it is released, and is opened again meanwhile', async () => {
  const { files, hold, opened, closed } = counted()
  const before = await hold('a')
  files.forget('a')
  const after = await hold('a')
  assert.deepEqual([opened, closed], [['a', 'a'], []])
  before.release()
  await sleep(0)
  assert.deepEqual(closed, ['a'])
  after.release()
  await files.close()
  assert.deepEqual(closed, ['a', 'a'])
})

test('a file that could not be opened is tried again', async () => {
  const { files, hold } = counted()
  await assert.rejects(
    files.hold('a', () => Promise.reject(new Error('none'))),
    /none/,
  )
  const held = await hold('a')
  assert.equal(held.opened, 'a')
  held.release()
  await files.close()
})

test('a file that is not used closes by itself', async () => {
  const { hold, closed } = counted()
  const held = await hold('a')
  held.release()
  for (const end = performance.now() + 60_000; closed.length === 0 && performance.now() < end; ) await sleep(50)
  assert.deepEqual(closed, ['a'])
})

test('a file that would be missed stays open while it exists', async () => {
  const asked: string[] = []
  const closed: string[] = []
  const close = async (path: string) => void closed.push(path)
  const files = new OpenFiles<string>(close, { isMissed: (path) => asked.push(path) === 1 })
  const held = await files.hold('a', async () => 'a')
  held.release()
  for (const end = performance.now() + 60_000; closed.length === 0 && performance.now() < end; ) await sleep(50)
  assert.deepEqual([asked, closed], [['a', 'a'], ['a']])
})

const isLinux = process.platform === 'linux'

test('a deleted blob is no longer open, so that its space is free', { skip: !isLinux }, async (t) => {
  const folder = await temporaryFolder(t)
  const store = await openLocalBlobStore({ folder, incarnation: 'a1' })
  atEnd(t, () => store.close())
  const { id } = await store.write(sourceOf(scrambled(2 * MIB)), options)
  await readAll(store, id)
  assert.equal((await openBelow(folder)).length, 1)
  await store.delete(id)
  assert.deepEqual(await openBelow(folder), [])
})

/** The files below a folder that this process has open. */
async function openBelow(folder: string): Promise<readonly string[]> {
  const numbers = await readdir('/proc/self/fd')
  const paths = await Promise.all(numbers.map((number) => readlink(`/proc/self/fd/${number}`).catch(() => '')))
  return paths.filter((path) => path.startsWith(folder))
}
