import assert from 'node:assert/strict'
import { copyFile, open, truncate, writeFile } from 'node:fs/promises'
import { type TestContext, test } from 'node:test'
import { type BlobEntry, type BlobHint, type BlobStore, StorageError, type StorageErrorKind } from '@bindery/storage'
import { atEnd } from '../../../../test/support/at-end.mjs'
import { blobPath, locationOf } from './blob-location.js'
import { openLocalBlobStore } from './local-blob-store.js'
import { MIB, options, readAll, scrambled, sourceOf, temporaryFolder } from './testing.js'

const content = scrambled(2 * MIB + 100)
const FILE_BYTES = 4096 + content.length + 3 * 8 + 64

async function writtenStore(t: TestContext): Promise<{ store: BlobStore; folder: string; id: string; path: string }> {
  const folder = await temporaryFolder(t)
  const store = await openLocalBlobStore({ folder, incarnation: 'a1' })
  atEnd(t, () => store.close())
  const { id } = await store.write(sourceOf(content), options)
  return { store, folder, id, path: pathOf(folder, id) }
}

function pathOf(folder: string, id: string): string {
  const location = locationOf(id)
  assert.ok(location)
  return blobPath(folder, location)
}

async function flip(path: string, position: number): Promise<void> {
  const file = await open(path, 'r+')
  const byte = Buffer.alloc(1)
  await file.read(byte, 0, 1, position)
  byte.writeUInt8(byte.readUInt8(0) ^ 0x10, 0)
  await file.write(byte, 0, 1, position)
  await file.close()
}

const ofKind = (kind: StorageErrorKind) => (error: unknown) => error instanceof StorageError && error.kind === kind

type Listed = Omit<BlobEntry, 'hint'> & { readonly hint: BlobHint | undefined }

async function listed(store: BlobStore): Promise<Listed[]> {
  const entries: Listed[] = []
  for await (const entry of store.list()) entries.push({ ...entry, hint: await entry.hint() })
  return entries
}

test('a changed byte is never returned, and the chunks next to it still are', async (t) => {
  const { store, id, path } = await writtenStore(t)
  await flip(path, 4096 + MIB + 5)
  const pieces: Uint8Array[] = []
  await assert.rejects(async () => {
    for await (const piece of store.read(id)) {
      pieces.push(Uint8Array.from(piece.bytes))
      piece.release()
    }
  }, ofKind('corrupt'))
  assert.deepEqual(Buffer.concat(pieces), Buffer.from(content.subarray(0, MIB)))
  assert.deepEqual(
    await readAll(store, id, { start: 2 * MIB, end: 2 * MIB + 9 }),
    Buffer.from(content.subarray(2 * MIB, 2 * MIB + 9)),
  )
  await assert.rejects(readAll(store, id, { start: MIB + 100, end: MIB + 101 }), ofKind('corrupt'))
  await assert.rejects(store.crc64(id, { start: 0, end: MIB + 1 }), ofKind('corrupt'))
})

test('a file with a changed byte anywhere in its footer is not read at all', async (t) => {
  const { store, id, path } = await writtenStore(t)
  for (let position = FILE_BYTES - 88; position < FILE_BYTES; position += 3) {
    await flip(path, position)
    await assert.rejects(readAll(store, id, { start: 0, end: 1 }), ofKind('corrupt'), `byte ${position}`)
    await flip(path, position)
  }
  assert.equal((await readAll(store, id)).length, content.length)
})

test('a truncated or extended file is not read', async (t) => {
  const { store, id, path } = await writtenStore(t)
  for (const length of [FILE_BYTES + 1, FILE_BYTES - 1, FILE_BYTES - 64, 4096 + MIB, 4096, 100, 0]) {
    await truncate(path, length)
    await assert.rejects(readAll(store, id, { start: 0, end: 0 }), ofKind('corrupt'), `${length} bytes`)
  }
})

test("a file under another blob's name is not read", async (t) => {
  const { store, folder, path } = await writtenStore(t)
  const other = await store.write(sourceOf(content), options)
  await copyFile(path, pathOf(folder, other.id))
  await assert.rejects(readAll(store, other.id), ofKind('corrupt'))
})

test('an unfinished file of a dead incarnation is listed with its owner, if that is readable', async (t) => {
  const { store, folder, id, path } = await writtenStore(t)
  const [torn, beheaded] = await Promise.all([
    store.write(sourceOf(content), options),
    store.write(sourceOf(content), options),
  ])
  await store.close()
  await truncate(pathOf(folder, torn.id), 4096 + MIB)
  await truncate(pathOf(folder, beheaded.id), 1000)
  await flip(path, 20)
  await writeFile(`${path}.note`, 'not a blob')
  const next = await openLocalBlobStore({ folder, incarnation: 'a2' })
  atEnd(t, () => next.close())
  assert.deepEqual(
    await listed(next),
    [
      { id, incarnation: 'a1', size: content.length, hint: undefined },
      { id: torn.id, incarnation: 'a1', size: MIB, hint: { owner: Uint8Array.from(options.owner) } },
      { id: beheaded.id, incarnation: 'a1', size: 0, hint: undefined },
    ].sort((a, b) => (a.id < b.id ? -1 : 1)),
  )
  await assert.rejects(readAll(next, torn.id), ofKind('corrupt'))
  assert.equal((await readAll(next, id)).length, content.length)
  for (const dead of [torn.id, beheaded.id]) await next.delete(dead)
  assert.deepEqual(
    (await listed(next)).map((entry) => entry.id),
    [id],
  )
})

test('an invalid id names nothing', async (t) => {
  const { store } = await writtenStore(t)
  for (const id of ['', 'a1', 'a1-1', '../a1-000000000000', 'a1-00000000000g', 'a1-000000000000.p1']) {
    await assert.rejects(readAll(store, id), ofKind('notFound'), id)
    await store.delete(id)
  }
})
