import assert from 'node:assert/strict'
import { mkdir, readdir, rmdir } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type BlobStore, StorageError, type StorageErrorKind } from '@bindery/storage'
import { atEnd } from '../../../../test/support/at-end.mjs'
import { type FileOperations, without } from './files.js'
import { openLocalBlobStore } from './local-blob-store.js'
import {
  type Call,
  filesBelow,
  MIB,
  options,
  readAll,
  recordedFiles,
  scrambled,
  sourceOf,
  systemError,
  temporaryFolder,
} from './testing.js'

const content = scrambled(MIB + 100)
const ofKind = (kind: StorageErrorKind) => (error: unknown) => error instanceof StorageError && error.kind === kind

async function recordedStore(t: TestContext, failure?: (call: Call) => Error | undefined) {
  const folder = await temporaryFolder(t)
  const { calls, files } = recordedFiles(failure)
  const store = await openLocalBlobStore({ folder, incarnation: 'a1', files })
  atEnd(t, () => store.close())
  return { store, folder, calls }
}

const operationsOn = (calls: readonly Call[], path: string) =>
  calls.filter(([, concerned]) => concerned === path).map(([operation]) => operation)

test('a write resolves after its bytes, its name and all new folders are durable, in this order', async (t) => {
  const { store, folder, calls } = await recordedStore(t)
  await store.write(sourceOf(content), options)
  const seen = calls.slice()
  const path = `${folder}/a1/000000000/000000000000`
  assert.deepEqual(operationsOn(seen, folder).slice(-1), ['syncFolder'])
  assert.deepEqual(operationsOn(seen, `${folder}/a1`), ['createFolder', 'syncFolder'])
  assert.deepEqual(operationsOn(seen, `${folder}/a1/000000000`), ['createFolder', 'syncFolder'])
  const own = operationsOn(seen, path)
  assert.equal(own[0], 'create')
  assert.equal(own.lastIndexOf('write') + 1, own.indexOf('syncData'))
  assert.equal(own.filter((operation) => operation === 'syncData').length, 1)
  const order = (operation: string, concerned: string) =>
    seen.findIndex(([name, where]) => name === operation && where === concerned)
  assert.ok(order('createFolder', `${folder}/a1`) < order('syncFolder', folder))
  assert.ok(order('createFolder', `${folder}/a1/000000000`) < order('syncFolder', `${folder}/a1`))
  assert.ok(order('syncData', path) < order('syncFolder', `${folder}/a1/000000000`))
})

test('a new store makes its folder durable in each missing parent folder', async (t) => {
  const root = await temporaryFolder(t)
  const { calls, files } = recordedFiles()
  const store = await openLocalBlobStore({ folder: `${root}/data/blobs`, incarnation: 'a1', files })
  await store.close()
  const synced = calls.filter(([operation]) => operation === 'syncFolder').map(([, path]) => path)
  assert.deepEqual(synced, [`${root}/data`, root])
})

test('concurrent writes share the syncs of their folder, each of which began after their files existed', async (t) => {
  const { store, folder, calls } = await recordedStore(t)
  await store.write(sourceOf(content), options)
  calls.length = 0
  await Promise.all(Array.from({ length: 30 }, () => store.write(sourceOf(content), options)))
  const syncs = calls.filter(([operation, path]) => operation === 'syncFolder' && path.startsWith(folder))
  assert.ok(syncs.length < 30, `${syncs.length} syncs`)
  const lastCreate = calls.findLastIndex(([operation]) => operation === 'create')
  const lastSync = calls.findLastIndex(([operation]) => operation === 'syncFolder')
  assert.ok(lastCreate < lastSync)
})

test('a failed sync of bytes fails the write, is not repeated, and leaves no file', async (t) => {
  let isBroken = true
  let attempts = 0
  const { store, folder, calls } = await recordedStore(t, ([operation]) => {
    if (operation !== 'syncData' || !isBroken) return undefined
    attempts++
    return systemError('EIO')
  })
  await assert.rejects(store.write(sourceOf(content), options), ofKind('unavailable'))
  assert.equal(attempts, 1)
  assert.deepEqual(await filesBelow(folder), [])
  assert.equal(calls.filter(([operation]) => operation === 'close').length, 1)
  isBroken = false
  const { id } = await store.write(sourceOf(content), options)
  assert.equal(id, 'a1-000000000001')
})

test('a failed sync of a folder fails all writes that wait for it, and nothing is written into that folder again', async (t) => {
  const failing = new Set<string>()
  const attempts: string[] = []
  const { store, folder } = await recordedStore(t, ([operation, path]) => {
    if (operation !== 'syncFolder' || !failing.has(path)) return undefined
    attempts.push(path)
    return systemError('EIO')
  })
  const kept = await store.write(sourceOf(content), options)
  failing.add(`${folder}/a1/000000000`)
  const outcomes = await Promise.allSettled([1, 2, 3].map(() => store.write(sourceOf(content), options)))
  for (const outcome of outcomes) assert.ok(outcome.status === 'rejected' && ofKind('unavailable')(outcome.reason))
  assert.equal(attempts.length, 1)
  assert.deepEqual(
    (await filesBelow(folder)).map((path) => basename(path)),
    ['000000000000'],
  )
  const next = await store.write(sourceOf(content), options)
  assert.equal(next.id, 'a1-000000001000')
  assert.equal(attempts.length, 1)
  for (const { id } of [kept, next]) assert.equal((await readAll(store, id)).length, content.length)
})

for (const [operation, code, kind] of [
  ['write', 'ENOSPC', 'noSpace'],
  ['write', 'EDQUOT', 'noSpace'],
  ['write', 'EIO', 'unavailable'],
  ['hashAndWrite', 'ENOSPC', 'noSpace'],
  ['hashAndWrite', 'EIO', 'unavailable'],
  ['allocate', 'ENOSPC', 'noSpace'],
  ['create', 'EMFILE', 'unavailable'],
  ['create', 'ENOSPC', 'noSpace'],
  ['close', 'EIO', 'unavailable'],
  ['createFolder', 'EACCES', 'unavailable'],
] as const) {
  test(`${code} from ${operation} is ${kind}, leaves no file, and passes with its cause`, async (t) => {
    let isBroken = true
    const { store, folder } = await recordedStore(t, ([name, path]) =>
      isBroken && name === operation && path.startsWith(`${folder}/a1`) ? systemError(code) : undefined,
    )
    await assert.rejects(store.write(sourceOf(content), options), ofKind(kind))
    assert.deepEqual(await filesBelow(folder), [])
    isBroken = false
    const { id } = await store.write(sourceOf(content), options)
    assert.equal((await readAll(store, id)).length, content.length)
  })
}

test('below the reserve of the disk writes are refused, and reads and deletes are not', async (t) => {
  const folder = await temporaryFolder(t)
  const first = await openLocalBlobStore({ folder, incarnation: 'a1' })
  const { id } = await first.write(sourceOf(content), options)
  await first.close()
  const store = await openLocalBlobStore({ folder, incarnation: 'a2', reserveBytes: Number.MAX_SAFE_INTEGER })
  atEnd(t, () => store.close())
  await assert.rejects(store.write(sourceOf(content), options), ofKind('noSpace'))
  assert.equal((await readAll(store, id)).length, content.length)
  await store.delete(id)
  assert.deepEqual(await filesBelow(folder), [])
})

test('a disk that fills up while a blob arrives ends its write before the reserve is used', async (t) => {
  const folder = await temporaryFolder(t)
  const { files } = recordedFiles()
  const answers = [100 * MIB, 40 * MIB, 5 * MIB]
  const asked: number[] = []
  const freeBytes = async () => {
    asked.push(asked.length)
    return answers[Math.min(asked.length, answers.length) - 1] ?? 0
  }
  const store = await openLocalBlobStore({
    folder,
    incarnation: 'a1',
    reserveBytes: 10 * MIB,
    files: { ...files, freeBytes },
  })
  atEnd(t, () => store.close())
  const endless = { ...sourceOf(new Uint8Array(100 * MIB)), size: undefined }
  await assert.rejects(store.write(endless, options), ofKind('noSpace'))
  assert.deepEqual(await filesBelow(folder), [])
})

test('a used or malformed incarnation is refused', async (t) => {
  const { store, folder } = await recordedStore(t)
  await store.write(sourceOf(content), options)
  for (const incarnation of ['a1', '', 'A1', 'a-1', '../a1', 'a'.repeat(65)]) {
    await assert.rejects(openLocalBlobStore({ folder, incarnation }), ofKind('misuse'), incarnation)
  }
})

test('empty folders are removed, and created again when their writer needs them', async (t) => {
  const { store: writer, folder } = await recordedStore(t)
  const sweeper: BlobStore = await openLocalBlobStore({ folder, incarnation: 'b1' })
  atEnd(t, () => sweeper.close())
  const { id } = await writer.write(sourceOf(content), options)
  await writer.delete(id)
  assert.deepEqual(await readdir(`${folder}/a1`), ['000000000'], 'a writer keeps the folder that it fills')
  await sweeper.delete(id)
  assert.deepEqual(await readdir(folder), [])
  const again = await writer.write(sourceOf(content), options)
  assert.equal((await readAll(sweeper, again.id)).length, content.length)
})

test('a folder that vanishes again and again fails the write', async (t) => {
  const { store, folder } = await recordedStore(t, ([operation, path]) =>
    operation === 'create' && path.startsWith(folder) ? systemError('ENOENT') : undefined,
  )
  await mkdir(`${folder}/a1/000000000`, { recursive: true })
  await assert.rejects(store.write(sourceOf(content), options), ofKind('unavailable'))
  await rmdir(dirname(`${folder}/a1/000000000/x`))
})

test('the rest of a short write is written next', () => {
  const pieces = [Buffer.from('abc'), Buffer.from('de')]
  const rests = [0, 1, 3, 4, 5].map((bytes) => without(pieces, bytes).map(String))
  assert.deepEqual(rests, [['abc', 'de'], ['bc', 'de'], ['de'], ['e'], []])
})

test('disk space of an announced blob is reserved step by step, and no more than it needs', async (t) => {
  const { calls, files } = recordedFiles()
  const reserved: [position: number, length: number][] = []
  const allocate: FileOperations['allocate'] = async (_, position, length) => void reserved.push([position, length])
  const folder = await temporaryFolder(t)
  const store = await openLocalBlobStore({ folder, incarnation: 'a1', files: { ...files, allocate } })
  atEnd(t, () => store.close())
  const size = 64 * MIB + 5
  await store.write(sourceOf(new Uint8Array(size)), options)
  const imageBytes = 4096 + size + 65 * 8 + 64
  const second = 4096 + 64 * MIB
  assert.deepEqual(reserved, [
    [0, second],
    [second, imageBytes - second],
  ])
  assert.equal(calls.filter(([operation]) => operation === 'writeBack').length, 8)
})

test('announced bytes do not count as written', async (t) => {
  const { files } = recordedFiles()
  const freeBytes = async () => 100 * MIB
  const folder = await temporaryFolder(t)
  const store = await openLocalBlobStore({ folder, incarnation: 'a1', reserveBytes: 0, files: { ...files, freeBytes } })
  atEnd(t, () => store.close())
  const announced = { size: 60 * MIB, ready: () => Promise.reject(new Error('sent nothing')), read: async () => 0 }
  for (let round = 0; round < 5; round++) await assert.rejects(store.write(announced, options), /sent nothing/)
  await assert.rejects(store.write({ ...announced, size: 101 * MIB }, options), ofKind('noSpace'))
})
