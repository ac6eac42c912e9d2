import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { BufferPool, CELL_BYTES, SLAB_BYTES } from '@bindery/digest'
import type { ByteSource } from '@bindery/storage'
import { PieceReader } from './piece-reader.js'
import { MIB, scrambled, sourceOf } from './testing.js'

test('around a source that arrives as a whole its margins are kept, and around no other', async () => {
  const pool = new BufferPool(2 * SLAB_BYTES)
  const margins = { before: 99, behind: 500 }
  for (const [size, pieceBytes, has] of [
    [100_000, 100_000, true],
    [100_000, 30_000, true],
    [SLAB_BYTES - 599, MIB, true],
    [SLAB_BYTES - 598, MIB, false],
  ] as const) {
    const bytes = scrambled(size)
    const reader = new PieceReader(sourceOf(bytes, pieceBytes), pool, margins)
    const piece = await reader.next()
    assert.ok(piece)
    assert.equal(piece.image?.length, has ? size + 599 : undefined)
    if (piece.image !== undefined) assert.equal(piece.bytes.byteOffset - piece.image.byteOffset, 99)
    assert.equal(Buffer.compare(piece.bytes, bytes), 0)
    piece.release()
    assert.equal(pool.lentCount, 0)
  }
})

test('a source that gave another size than it announced has no margins, which would be those of another size', async () => {
  const bytes = scrambled(36_000)
  for (const size of [35_999, 36_001, 40_000]) {
    const source = sourceOf(bytes)
    const announced = { size, ready: () => source.ready(), read: (buffer: Uint8Array) => source.read(buffer) }
    const piece = await new PieceReader(announced, new BufferPool(SLAB_BYTES), { before: 99, behind: 5000 }).next()
    assert.ok(piece)
    assert.equal(piece.image, undefined)
    assert.equal(Buffer.compare(piece.bytes, bytes), 0)
    piece.release()
  }
})

test('bytes that fill a small buffer with their margins take no large one', async () => {
  for (const size of [CELL_BYTES - 599, CELL_BYTES - 598]) {
    const pool = new BufferPool(SLAB_BYTES)
    const piece = await new PieceReader(sourceOf(scrambled(size)), pool, { before: 99, behind: 500 }).next()
    assert.equal(piece?.image?.length, size + 599)
    assert.equal(pool.tryTake(CELL_BYTES) !== undefined, size === CELL_BYTES - 599)
    piece?.release()
  }
})

test('a source that is ready is read at once, while its bytes are where they came', async () => {
  const bytes = scrambled(30_000)
  let reads = 0
  const source: ByteSource = {
    size: bytes.length,
    isReady: true,
    get hasEnded() {
      return reads > 0
    },
    ready: () => assert.fail('it is ready'),
    async read(buffer) {
      reads += 1
      buffer.set(bytes)
      return bytes.length
    },
  }
  const next = new PieceReader(source, new BufferPool(SLAB_BYTES)).next()
  assert.equal(reads, 1)
  const piece = await next
  assert.deepEqual(piece && Buffer.from(piece.bytes), Buffer.from(bytes))
  piece?.release()
})

test('a sender that pauses within its margins is read in pieces as it sends', async () => {
  const pool = new BufferPool(2 * SLAB_BYTES)
  const bytes = scrambled(200_000)
  let sent = 0
  let read = 0
  const source: ByteSource = {
    size: bytes.length,
    ready: async () => {
      while (read === sent && sent < bytes.length) await nextTurn()
    },
    read: async (buffer) => {
      const piece = bytes.subarray(read, Math.min(sent, read + buffer.length))
      buffer.set(piece)
      read += piece.length
      return piece.length
    },
  }
  const reader = new PieceReader(source, pool, { before: 99, behind: 500 })
  const received: Buffer[] = []
  while (sent < bytes.length) {
    const next = reader.next()
    await nextTurn()
    assert.equal(pool.lentCount, 0)
    sent += 50_000
    const piece = await next
    assert.ok(piece)
    assert.equal(piece.image, undefined)
    received.push(Buffer.from(piece.bytes))
    piece.release()
  }
  assert.deepEqual(Buffer.concat(received), Buffer.from(bytes))
})
