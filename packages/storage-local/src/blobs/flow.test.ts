import assert from 'node:assert/strict'
import { open } from 'node:fs/promises'
import { type TestContext, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { BufferPool, crc64, createInlineHasher, SLAB_BYTES } from '@bindery/digest'
import { type BlobStore, type ByteSource, type ReadOptions, StorageError } from '@bindery/storage'
import { testCipher } from '@bindery/storage/testing'
import { atEnd } from '../../../../test/support/at-end.mjs'
import { type ReadContext, readBlob } from './blob-reader.js'
import { type WriteContext, writeBlob } from './blob-writer.js'
import { BlockSums } from './block-sums.js'
import { systemFiles, withStorageErrors } from './files.js'
import { FolderSync } from './folder-sync.js'
import { FreeSpace } from './free-space.js'
import { KeptChunks } from './kept-chunks.js'
import { openLocalBlobStore } from './local-blob-store.js'
import { OpenFiles } from './open-files.js'
import { PackSpace } from './pack-space.js'
import { Packs } from './packs.js'
import { PieceReader } from './piece-reader.js'
import { Places } from './places.js'
import { Shards } from './shards.js'
import { filesBelow, MIB, options, readAll, readsWait, scrambled, sourceOf, temporaryFolder } from './testing.js'
import { WatchedChunks } from './watched-chunks.js'

const content = scrambled(3 * MIB + 100)

async function contextWith(t: TestContext, slabs: number): Promise<WriteContext & ReadContext> {
  const folder = await temporaryFolder(t)
  const files = withStorageErrors(systemFiles)
  const shards = new Shards(files, folder, 'a1', new FolderSync(files))
  const pool = new BufferPool(slabs * SLAB_BYTES)
  return {
    folder,
    files,
    shards,
    packs: new Packs(files, folder, shards, new PackSpace(files, folder, shards)),
    openPacks: new OpenFiles((file) => files.close(file)),
    openBlobs: new OpenFiles(({ file }) => files.close(file)),
    places: new Places(folder),
    sums: new BlockSums(),
    watched: new WatchedChunks(files),
    unfinished: new Set(),
    freeSpace: new FreeSpace(files, folder, 0),
    hasher: createInlineHasher(),
    pool,
    kept: new KeptChunks(pool),
  }
}

/** A sender that sends on command. */
class SlowSender implements ByteSource {
  readonly size = undefined
  #arrived: Uint8Array = new Uint8Array(0)
  #hasEnded = false
  #wake = () => {}

  send(bytes: Uint8Array): void {
    this.#arrived = Buffer.concat([this.#arrived, bytes])
    this.#wake()
  }

  end(): void {
    this.#hasEnded = true
    this.#wake()
  }

  async ready(): Promise<void> {
    while (this.#arrived.length === 0 && !this.#hasEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  async read(buffer: Uint8Array): Promise<number> {
    const piece = this.#arrived.subarray(0, buffer.length)
    buffer.set(piece)
    this.#arrived = this.#arrived.subarray(piece.length)
    return piece.length
  }

  get isDrained(): boolean {
    return this.#arrived.length === 0
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await nextTurn()
}

test('a source that knows its end is read no further', async (t) => {
  const { pool } = await contextWith(t, 4)
  for (const size of [1000, MIB, MIB + 5]) {
    const bytes = scrambled(size)
    let sent = 0
    const source: ByteSource = {
      size,
      get hasEnded() {
        return sent === size
      },
      ready: async () => assert.ok(sent < size),
      async read(buffer) {
        assert.ok(sent < size)
        const piece = bytes.subarray(sent, sent + buffer.length)
        buffer.set(piece)
        sent += piece.length
        return piece.length
      },
    }
    const reader = new PieceReader(source, pool)
    const pieces: Buffer[] = []
    let isLast = false
    for (let piece = await reader.next(); piece !== undefined; piece = await reader.next()) {
      pieces.push(Buffer.from(piece.bytes))
      isLast = piece.isLast
      piece.release()
    }
    assert.ok(isLast)
    assert.deepEqual(Buffer.concat(pieces), Buffer.from(bytes))
  }
})

test('64 paused senders hold nothing of the budget, and a fast one overtakes them', async (t) => {
  const context = await contextWith(t, 2)
  const senders = Array.from({ length: 64 }, () => new SlowSender())
  const writes = senders.map((sender) => writeBlob(context, sender, options))
  for (const length of [1, 1000, 20_000, 15_000, 70_000]) {
    for (const sender of senders) sender.send(content.subarray(0, length))
    await until(() => context.pool.lentCount === 0 && senders.every((sender) => sender.isDrained))
    const fast = await writeBlob(context, sourceOf(content), options)
    assert.equal(fast.crc64, crc64(content))
  }
  for (const sender of senders) sender.end()
  const expected = [1, 1000, 20_000, 15_000, 70_000].reduce(
    (sum, length) => crc64(content.subarray(0, length), sum),
    0n,
  )
  for (const info of await Promise.all(writes)) assert.equal(info.crc64, expected)
  assert.equal(context.pool.lentCount, 0)
})

test('pieces lie within chunks, whatever a source gives at once', async () => {
  const pool = new BufferPool(SLAB_BYTES)
  for (const pieceBytes of [1000, 16_383, 16_384, 99_991, MIB, 3 * MIB]) {
    const reader = new PieceReader(sourceOf(content, pieceBytes), pool)
    let position = 0
    for (let piece = await reader.next(); piece !== undefined; piece = await reader.next()) {
      const { bytes } = piece
      assert.ok(bytes.length > 0)
      assert.equal(Math.floor(position / MIB), Math.floor((position + bytes.length - 1) / MIB))
      assert.equal(Buffer.compare(bytes, content.subarray(position, position + bytes.length)), 0)
      position += bytes.length
      piece.release()
    }
    assert.equal(position, content.length)
    assert.equal(await reader.next(), undefined)
    assert.equal(pool.lentCount, 0)
  }
})

test('a source that fails leaves no file and releases the whole budget', async (t) => {
  const context = await contextWith(t, 4)
  for (const [length, pieceBytes] of [
    [0, 1],
    [100, 10],
    [50_000, 50_000],
    [content.length, 40_000],
    [content.length, MIB],
  ] as const) {
    const error = new Error(`after ${length}`)
    const source = { ...sourceOf(content.subarray(0, length), pieceBytes, error) }
    await assert.rejects(writeBlob(context, source, options), error)
    assert.equal(context.pool.lentCount, 0)
    assert.deepEqual(await filesBelow(context.folder), [])
  }
})

test('a disk that fails while a sender pauses ends the write when more comes, and releases the whole budget', async (t) => {
  const context = await contextWith(t, 4)
  const files = {
    ...context.files,
    write: () => Promise.reject(new StorageError('unavailable', 'no disk')),
  }
  const sender = new SlowSender()
  const write = writeBlob({ ...context, files }, sender, options)
  const failed = assert.rejects(write, /no disk/)
  sender.send(content.subarray(0, 100_000))
  await until(() => sender.isDrained && context.pool.lentCount === 0)
  sender.send(content)
  await failed
  assert.equal(context.pool.lentCount, 0)
  assert.deepEqual(await filesBelow(context.folder), [])
})

test('a file is closed only when no write of it is under way', async (t) => {
  const context = await contextWith(t, 8)
  const events: string[] = []
  async function slowly() {
    events.push('write')
    for (let turn = 0; turn < 20; turn++) await nextTurn()
    events.push('written')
  }
  const files = {
    ...context.files,
    write: slowly,
    hashAndWrite: async () => {
      await slowly()
      return 0n
    },
    close: (file: number) => {
      events.push('close')
      return context.files.close(file)
    },
  }
  const source = sourceOf(content.subarray(0, 2 * MIB), MIB, new Error('the client left'))
  await assert.rejects(writeBlob({ ...context, files }, source, options), /left/)
  assert.equal(events.at(-1), 'close')
  assert.equal(events.filter((event) => event === 'written').length, events.filter((event) => event === 'write').length)
  assert.ok(events.length > 3, `${events}`)
})

test('many more writers than buffers all finish', async (t) => {
  const context = await contextWith(t, 1)
  const sizes = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? 100_000 : content.length))
  const infos = await Promise.all(sizes.map((size) => writeBlob(context, sourceOf(content.subarray(0, size)), options)))
  assert.deepEqual(
    infos.map((info) => info.size),
    sizes,
  )
  assert.equal(context.pool.lentCount, 0)
})

test('readers of the disk hold two buffers, or one if others want them, and release them however they end', async (t) => {
  const context = await contextWith(t, 4)
  const { id } = await writeBlob(context, sourceOf(content), options)
  const fromDisk = { ...context, files: { ...context.files, readChecked: () => undefined } }
  const first = readBlob(fromDisk, id, undefined)
  const piece = await first.next()
  assert.equal(context.pool.lentCount, 2)
  const second = readBlob(fromDisk, id, undefined)
  const other = await second.next()
  assert.equal(context.pool.lentCount, 3)
  for (const { value, done } of [piece, other]) {
    assert.ok(!done)
    value.release()
    assert.throws(() => value.release(), StorageError)
  }
  await first.return()
  await assert.rejects(second.throw(new Error('the client left')), /left/)
  assert.equal(context.pool.lentCount, 0)
})

test('readers of what is in memory hold one buffer, and read no chunk before it is wanted', {
  skip: readsWait,
}, async (t) => {
  const context = await contextWith(t, 4)
  const { id } = await writeBlob(context, sourceOf(content), options)
  const positions: number[] = []
  const readChecked: typeof systemFiles.readChecked = (file, buffer, position, around) => {
    positions.push(position)
    return systemFiles.readChecked(file, buffer, position, around)
  }
  let pieces = 0
  for await (const { release } of readBlob({ ...context, files: { ...context.files, readChecked } }, id, undefined)) {
    pieces += 1
    assert.equal(context.pool.lentCount, 1)
    assert.equal(positions.length, pieces)
    release()
  }
  assert.equal(pieces, 4)
  assert.equal(context.pool.lentCount, 0)
})

test('stalled readers leave enough for others, which continue in small pieces and verify them', async (t) => {
  for (const slabs of [2, 4]) await readBesideStalled(t, await contextWith(t, slabs), {})
})

test('stalled readers of encrypted blobs leave enough for others as well', async (t) => {
  for (const slabs of [2, 4]) await readBesideStalled(t, await contextWith(t, slabs), { cipher: testCipher('secret') })
})

async function readBesideStalled(
  t: TestContext,
  context: WriteContext & ReadContext,
  reading: ReadOptions,
): Promise<void> {
  const writing = { ...options, ...reading }
  const large = await writeBlob(context, sourceOf(content), writing)
  const small = await writeBlob(context, sourceOf(content.subarray(0, 300_000)), writing)
  const tiny = await writeBlob(context, sourceOf(content.subarray(0, 9_000)), writing)
  const stalled = Array.from({ length: 400 }, (_, index) =>
    readBlob(context, [large, large, small, tiny][index % 4]?.id ?? '', undefined, reading),
  )
  const held = []
  for (const reader of stalled) held.push(await reader.next())
  assert.ok(context.pool.isLow)
  const ranges = [undefined, { start: 5, end: 6 }, { start: 65_530, end: 65_540 }, { start: 200_000, end: 299_999 }]
  for (const { id, size } of [large, small]) {
    for (const range of [...ranges, { start: size - 70_000, end: size }]) {
      const pieces: Uint8Array[] = []
      for await (const { bytes, release } of readBlob(context, id, range, reading)) {
        pieces.push(Uint8Array.from(bytes))
        release()
      }
      const { start, end } = range ?? { start: 0, end: size }
      assert.equal(Buffer.compare(Buffer.concat(pieces), content.subarray(start, end)), 0, `${start} to ${end}`)
    }
  }
  const file = await open(`${context.folder}/a1/000000000/000000000000`, 'r+')
  atEnd(t, () => file.close())
  await file.write(Buffer.of(content[MIB + 9] ?? 0), 0, 1, 4096 + MIB + 10)
  await assert.rejects(async () => {
    for await (const { release } of readBlob(context, large.id, { start: MIB, end: MIB + 1 }, reading)) release()
  }, /does not match/)
  for (const { value } of held) value?.release()
  await Promise.all(stalled.map((reader) => reader.return()))
  assert.equal(context.pool.lentCount, 0)
}

test('a blob that is deleted while it is read is read to its end', async (t) => {
  const folder = await temporaryFolder(t)
  const store: BlobStore = await openLocalBlobStore({ folder, incarnation: 'a1' })
  atEnd(t, () => store.close())
  const { id } = await store.write(sourceOf(content), options)
  const pieces: Uint8Array[] = []
  for await (const piece of store.read(id)) {
    await store.delete(id)
    pieces.push(Uint8Array.from(piece.bytes))
    piece.release()
  }
  assert.equal(Buffer.compare(Buffer.concat(pieces), content), 0)
  await assert.rejects(readAll(store, id), StorageError)
})

test('a store reads, lists and deletes what earlier and concurrent ones wrote, but not what they are writing', async (t) => {
  const folder = await temporaryFolder(t)
  const [early, late] = await Promise.all(
    ['b2', 'a9'].map((incarnation) => openLocalBlobStore({ folder, incarnation })),
  )
  assert.ok(early && late)
  atEnd(t, () => Promise.all([early.close(), late.close()]))
  const ids: string[] = []
  for (const store of [early, late, early]) ids.push((await store.write(sourceOf(content), options)).id)
  const sender = new SlowSender()
  const unfinished = early.write(sender, options)
  sender.send(content)
  await until(() => sender.isDrained)
  const listed = async (store: BlobStore, after?: string) => {
    const found: string[] = []
    for await (const entry of store.list(after)) found.push(entry.id)
    return found
  }
  assert.deepEqual(await listed(early), ids.toSorted())
  assert.deepEqual(await listed(early, 'a9-000000000000'), ['b2-000000000000', 'b2-000000000001'])
  assert.deepEqual(await listed(early, 'b2'), ['b2-000000000000', 'b2-000000000001'])
  assert.deepEqual(await listed(early, 'b2-000000000001'), [])
  sender.end()
  const { id } = await unfinished
  assert.deepEqual(await listed(late, 'b2-000000000001'), [id])
  for (const each of [...ids, id]) assert.equal((await readAll(late, each)).length, content.length)
  for (const each of [...ids, id]) await late.delete(each)
  assert.deepEqual(await listed(early), [])
})
