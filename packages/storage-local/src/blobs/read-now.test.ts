import assert from 'node:assert/strict'
import { open } from 'node:fs/promises'
import { type TestContext, test } from 'node:test'
import { type BlobStore, StorageError } from '@bindery/storage'
import { countTurns, testCipher } from '@bindery/storage/testing'
import { atEnd } from '../../../../test/support/at-end.mjs'
import { systemFiles } from './files.js'
import { openLocalBlobStore } from './local-blob-store.js'
import { filesBelow, MIB, options, readAll, readsWait, scrambled, sourceOf, temporaryFolder } from './testing.js'

const content = scrambled(2 * MIB + 100)
const skip = readsWait
/** The sizes of a blob in a pack, and of one with a file of its own. */
const PACKED = 70_000
const OWN = content.length

async function openStore(t: TestContext, bufferBytes = 16 * MIB) {
  const folder = await temporaryFolder(t)
  let bytesRead = 0
  const files: typeof systemFiles = {
    ...systemFiles,
    readChecked(file, buffer, position, around) {
      bytesRead += around.before + buffer.length + around.after
      return systemFiles.readChecked(file, buffer, position, around)
    },
  }
  const store = await openLocalBlobStore({ folder, incarnation: 'a1', bufferBytes, files })
  atEnd(t, () => store.close())
  return { folder, store, bytesRead: () => bytesRead }
}

/** Writes a blob and reads it, so that its file is open and its bytes are in memory. */
async function writeAndRead(store: BlobStore, size: number): Promise<string> {
  const { id } = await store.write(sourceOf(content.subarray(0, size)), options)
  await readAll(store, id)
  return id
}

function now(store: BlobStore, id: string, start: number, end: number): Buffer | undefined {
  const piece = store.readNow?.(id, { start, end })
  const copy = piece && Buffer.from(piece.bytes)
  piece?.release()
  return copy
}

async function flip(path: string, byte: number): Promise<void> {
  const file = await open(path, 'r+')
  const { buffer } = await file.read({ buffer: Buffer.alloc(1), position: byte })
  await file.write(Buffer.from([buffer.readUInt8(0) ^ 0x10]), 0, 1, byte)
  await file.close()
}

for (const [kind, size] of [
  ['in a pack', PACKED],
  ['in a file of its own', OWN],
] as const) {
  test(`a blob ${kind} that was read lately is read again without waiting`, { skip }, async (t) => {
    const { store } = await openStore(t)
    const id = await writeAndRead(store, size)
    const end = Math.min(size, MIB)
    const across = { start: size >> 2, end: (size >> 2) + end }
    for (const range of [{ start: 0, end }, { start: 5, end: 6 }, { start: size - 9, end: size }, across]) {
      if (range.end > size) continue
      assert.deepEqual(now(store, id, range.start, range.end), Buffer.from(content.subarray(range.start, range.end)))
    }
  })

  test(`of a blob ${kind} a changed byte is not read, and the read that waits reports it`, { skip }, async (t) => {
    const { folder, store } = await openStore(t)
    const id = await writeAndRead(store, size)
    const [path = ''] = await filesBelow(folder)
    await flip(path, 4096 + 50_000)
    assert.equal(now(store, id, 0, 10), undefined)
    await assert.rejects(
      readAll(store, id, { start: 0, end: 10 }),
      (error) => error instanceof StorageError && error.kind === 'corrupt',
    )
  })
}

test('of a range that ends in a damaged chunk nothing is read', { skip }, async (t) => {
  const { folder, store } = await openStore(t)
  const id = await writeAndRead(store, OWN)
  const [path = ''] = await filesBelow(folder)
  await flip(path, 4096 + 2 * MIB - 1)
  assert.ok(now(store, id, 0, MIB))
  assert.equal(now(store, id, MIB - 5, MIB + 5), undefined)
})

test('of a chunk that was checked before, a range is checked by its blocks alone', { skip }, async (t) => {
  const { store, bytesRead } = await openStore(t)
  const id = await writeAndRead(store, OWN)
  for (const [start, end] of [
    [MIB - 5, MIB + 5],
    [MIB - 5, MIB + 5],
    [MIB - 100_000, 2 * MIB - 200_000],
    [MIB - 1, MIB + 1],
    [2 * MIB - 65_537, 2 * MIB + 100],
    [2 * MIB - 65_537, 2 * MIB + 100],
  ] as const) {
    const before = bytesRead()
    assert.deepEqual(now(store, id, start, end), Buffer.from(content.subarray(start, end)))
    const read = bytesRead() - before
    if (before > 2 * MIB + 100) assert.ok(read <= end - start + 2 * 65_536, `${read} bytes for ${end - start}`)
  }
})

test('D5: a byte that changed after its chunk was checked is not read, and the other blocks still are', {
  skip,
}, async (t) => {
  const { folder, store } = await openStore(t)
  const id = await writeAndRead(store, OWN)
  assert.ok(now(store, id, MIB - 5, MIB + 5))
  const [path = ''] = await filesBelow(folder)
  await flip(path, 4096 + MIB + 70_000)
  for (let time = 0; time < 2; time += 1) assert.equal(now(store, id, MIB - 5, MIB + 70_001), undefined)
  const other = [MIB - 65_536, MIB]
  assert.deepEqual(now(store, id, MIB - 65_536, MIB), Buffer.from(content.subarray(...other)))
  await assert.rejects(
    readAll(store, id, { start: MIB, end: MIB + 10 }),
    (error) => error instanceof StorageError && error.kind === 'corrupt',
  )
})

test('a range longer than a buffer, an encrypted blob and a file that is not open are read by waiting', {
  skip,
}, async (t) => {
  const { store } = await openStore(t)
  const id = await writeAndRead(store, OWN)
  assert.equal(now(store, id, 0, MIB + 1), undefined)
  const cipher = testCipher('secret')
  for (const size of [PACKED, OWN]) {
    const secret = await store.write(sourceOf(content.subarray(0, size)), { ...options, cipher })
    await readAll(store, secret.id, undefined, { cipher })
    assert.equal(now(store, secret.id, 0, 10), undefined)
  }
  const unread = await store.write(sourceOf(content), options)
  assert.equal(now(store, unread.id, 0, 10), undefined)
})

test('between the chunks of a blob that is in memory others have their turn', { skip }, async (t) => {
  const { store } = await openStore(t)
  const id = await writeAndRead(store, OWN)
  const loop = countTurns()
  atEnd(t, () => loop.stop())
  const seen = []
  for await (const piece of store.read(id)) {
    piece.release()
    seen.push(loop.turns)
  }
  assert.equal(new Set(seen).size, 3)
})

test('a range that a blob does not have is refused, and holds no buffer', { skip }, async (t) => {
  const { store } = await openStore(t)
  for (const size of [PACKED, OWN]) {
    const id = await writeAndRead(store, size)
    for (let count = 0; count < 20; count++) assert.throws(() => now(store, id, size - 1, size + 1), StorageError)
    assert.ok(now(store, id, 0, 10))
  }
})

test('when half of the buffers are lent, the rest is left to reads that hold little', { skip }, async (t) => {
  const { store } = await openStore(t)
  const ids = await Promise.all(Array.from({ length: 8 }, () => writeAndRead(store, OWN)))
  const pieces = ids.map((id) => store.readNow?.(id, { start: 0, end: MIB }))
  const held = pieces.filter((piece) => piece !== undefined)
  assert.ok(held.length > 0 && held.length < ids.length, String(held.length))
  for (const piece of held) piece.release()
  for (const id of ids) assert.ok(now(store, id, 0, MIB))
})
