import assert from 'node:assert/strict'
import { open } from 'node:fs/promises'
import { type TestContext, test } from 'node:test'
import { BufferPool, createInlineHasher, loadNative, PipePool, SLAB_BYTES } from '@bindery/digest'
import { type LentBytes, StorageError } from '@bindery/storage'
import { blobPath, placeOf } from './blob-place.js'
import { type ReadContext, readBlob } from './blob-reader.js'
import { systemFiles, withStorageErrors } from './files.js'
import { openLocalBlobStore } from './local-blob-store.js'
import { OpenPacks } from './open-packs.js'
import { hint, MIB, scrambled, sourceOf, systemError, temporaryFolder } from './testing.js'

const skip = loadNative()?.can.pipe !== true && 'this system has no pipes for pages'
const content = scrambled(4 * MIB + 200_000)
const PIPES = 4

/** A blob in a folder, and what reads it. */
async function written(t: TestContext, bytes = content): Promise<{ context: ReadContext; id: string; folder: string }> {
  const folder = await temporaryFolder(t)
  const store = await openLocalBlobStore({ folder, incarnation: 'a1' })
  const { id } = await store.write(sourceOf(bytes), hint)
  await store.close()
  const files = withStorageErrors(systemFiles)
  const pipes = new PipePool(PIPES)
  const openPacks = new OpenPacks(files)
  const context = {
    folder,
    files,
    openPacks,
    pipes,
    hasher: createInlineHasher(),
    pool: new BufferPool(16 * SLAB_BYTES),
  }
  t.after(async () => {
    pipes.disable()
    await openPacks.close()
  })
  return { context, id, folder }
}

/** All pieces, each used as `use` does, which answers its bytes. */
async function readAs(
  pieces: AsyncIterable<LentBytes>,
  use: (piece: LentBytes) => Uint8Array[],
): Promise<{ bytes: Buffer; unread: number }> {
  const found: Uint8Array[] = []
  let unread = 0
  for await (const piece of pieces) {
    if (piece.unread !== undefined) unread += 1
    found.push(...use(piece).map((bytes) => Uint8Array.from(bytes)))
    piece.release()
  }
  return { bytes: Buffer.concat(found), unread }
}

const inMemory = (piece: LentBytes) => [piece.bytes]

function* takenBy(step: number, { unread }: LentBytes) {
  while (unread !== undefined && unread.length > 0) yield Uint8Array.from(unread.take(step))
}

function requireNothingLent({ pool, pipes }: ReadContext): void {
  assert.equal(pool.lentCount, 0)
  assert.equal(pipes?.lentCount, 0)
}

test('a blob of its own file is lent unread, and its bytes are the same however they are brought to memory', {
  skip,
}, async (t) => {
  const { context, id } = await written(t)
  for (const use of [
    inMemory,
    (piece: LentBytes) => [...(piece.unread === undefined ? inMemory(piece) : takenBy(70_001, piece))],
  ]) {
    const { bytes, unread } = await readAs(readBlob(context, id, undefined), use)
    assert.equal(Buffer.compare(bytes, content), 0)
    assert.equal(unread, 5)
    requireNothingLent(context)
  }
})

test('of a range only what is long enough is lent unread', { skip }, async (t) => {
  const { context, id } = await written(t)
  for (const [start, end, expected] of [
    [MIB - 10, 2 * MIB + 10, 1],
    [1, MIB, 1],
    [5, 100_000, 0],
    [MIB + 3, 3 * MIB - 3, 2],
  ] as const) {
    const { bytes, unread } = await readAs(readBlob(context, id, { start, end }), inMemory)
    assert.equal(Buffer.compare(bytes, content.subarray(start, end)), 0)
    assert.equal(unread, expected, `${start} to ${end}`)
  }
  requireNothingLent(context)
})

test('pieces that are dropped, whole or in part, give all back, and a changed byte is never among them', {
  skip,
}, async (t) => {
  const { context, id, folder } = await written(t)
  await readAs(readBlob(context, id, undefined), ({ unread }) => (unread === undefined ? [] : [unread.take(5)]))
  requireNothingLent(context)
  for await (const piece of readBlob(context, id, undefined)) {
    piece.release()
    break
  }
  requireNothingLent(context)
  const place = placeOf(id)
  assert.ok(place)
  const file = await open(blobPath(folder, place), 'r+')
  await file.write(Buffer.from([(content[2 * MIB + 7] ?? 0) ^ 1]), 0, 1, 4096 + 2 * MIB + 7)
  await file.close()
  const found: Uint8Array[] = []
  await assert.rejects(
    readAs(readBlob(context, id, { start: 3, end: 3 * MIB }), (piece) => {
      found.push(Uint8Array.from(piece.bytes))
      return []
    }),
    (error) => error instanceof StorageError && error.kind === 'corrupt',
  )
  assert.equal(Buffer.compare(Buffer.concat(found), content.subarray(3, 2 * MIB)), 0)
  requireNothingLent(context)
})

test('when the pipes are taken, and where a file cannot be read into one, bytes come in memory', {
  skip,
}, async (t) => {
  const { context, id } = await written(t)
  const taken = Array.from({ length: PIPES }, () => context.pipes?.tryTake())
  const { bytes, unread } = await readAs(readBlob(context, id, undefined), inMemory)
  assert.equal(Buffer.compare(bytes, content), 0)
  assert.equal(unread, 0)
  for (const pipe of taken) if (pipe !== undefined) context.pipes?.release(pipe)
  let refused = 0
  const files = withStorageErrors({
    ...systemFiles,
    async readThrough(file, position, length, kept) {
      if (!(kept.into instanceof Uint8Array)) {
        refused += 1
        throw systemError('EINVAL')
      }
      return systemFiles.readThrough?.(file, position, length, kept)
    },
  })
  const second = await readAs(readBlob({ ...context, files }, id, undefined), inMemory)
  assert.equal(Buffer.compare(second.bytes, content), 0)
  assert.equal(second.unread, 0)
  assert.ok(refused >= 1 && refused <= 3, `${refused} tries, those under way together`)
  requireNothingLent(context)
})

test('blobs in packs are never lent unread, since their neighbours may be punched away', { skip }, async (t) => {
  const bytes = content.subarray(0, 900_000)
  const { context, id } = await written(t, bytes)
  const plenty = await readAs(readBlob(context, id, undefined), inMemory)
  const scarce = { ...context, pool: new BufferPool(SLAB_BYTES) }
  const cell = await scarce.pool.take(1)
  const sparing = await readAs(readBlob(scarce, id, undefined), inMemory)
  scarce.pool.release(cell)
  for (const found of [plenty, sparing]) {
    assert.equal(Buffer.compare(found.bytes, bytes), 0)
    assert.equal(found.unread, 0)
  }
})
