import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LentBytes } from '@bindery/storage'
import { ByteBudget } from './byte-budget.js'
import { readAll, sourceOfPieces } from './sources.js'
import { Tee } from './tee.js'

const PIECE = 1024 ** 2

async function* pieces(count: number, failure?: Error): AsyncGenerator<Uint8Array> {
  for (let number = 0; number < count; number += 1) yield new Uint8Array(PIECE).fill(number)
  if (failure !== undefined) throw failure
}

async function taken(bytes: AsyncIterable<LentBytes>): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const piece of bytes) {
    parts.push(Buffer.from(piece.bytes))
    piece.release()
  }
  return Buffer.concat(parts)
}

const never = (): AsyncIterable<LentBytes> => {
  throw new Error('nothing is stored')
}

test('a second reader that keeps up gets all bytes while they are read', async () => {
  const tee = new Tee(sourceOfPieces(pieces(3)), new ByteBudget(16 * PIECE))
  const second = taken(tee.bytes(never))
  const first = await readAll(tee, 3 * PIECE)
  assert.ok((await second).equals(first))
})

test('a buffer may be used again as soon as it was read into', async () => {
  const tee = new Tee(sourceOfPieces(pieces(3)), new ByteBudget(16 * PIECE))
  const second = tee.bytes(never)
  const buffer = Buffer.alloc(PIECE)
  const first = second.next()
  await tee.read(buffer)
  buffer.fill(255)
  const piece = (await first).value
  assert.equal(piece?.bytes[0], 0)
  await second.return()
})

test('a reader that falls behind delays nothing, and gets the rest from what was stored', async () => {
  const tee = new Tee(sourceOfPieces(pieces(9)), new ByteBudget(16 * PIECE))
  const whole = await readAll(tee, 9 * PIECE)
  const from: number[] = []
  const stored = async function* (offset: number): AsyncGenerator<LentBytes> {
    from.push(offset)
    yield { bytes: whole.subarray(offset), release: () => {} }
  }
  assert.ok((await taken(tee.bytes(stored))).equals(whole))
  assert.deepEqual(from, [0])
})

test('a source that fails fails its second reader after what had arrived; a later failure does not', async () => {
  const failing = new Tee(sourceOfPieces(pieces(2, new Error('broke off'))), new ByteBudget(16 * PIECE))
  await assert.rejects(readAll(failing, 9 * PIECE), /broke off/)
  await assert.rejects(taken(failing.bytes(never)), /broke off/)
  const whole = new Tee(sourceOfPieces(pieces(2)), new ByteBudget(16 * PIECE))
  await readAll(whole, 9 * PIECE)
  whole.fail(new Error('not stored'))
  assert.equal((await taken(whole.bytes(never))).length, 2 * PIECE)
})

test('readers that stall hold no more than their common budget, and nothing when all is stored', async () => {
  const budget = new ByteBudget(6 * PIECE)
  const whole = await readAll(sourceOfPieces(pieces(3)), 3 * PIECE)
  const stored = async function* (offset: number): AsyncGenerator<LentBytes> {
    yield { bytes: whole.subarray(offset), release: () => {} }
  }
  const readers: AsyncGenerator<LentBytes>[] = []
  for (let count = 0; count < 8; count += 1) {
    const tee = new Tee(sourceOfPieces(pieces(3)), budget)
    const reader = tee.bytes(stored)
    const first = reader.next()
    await readAll(tee, 3 * PIECE)
    readers.push(rest(await first, reader))
    assert.ok(budget.held <= 6 * PIECE, String(budget.held))
    tee.detach()
    assert.ok(budget.held <= (count + 1) * 64 * 1024, String(budget.held))
  }
  for (const reader of readers) assert.ok((await taken(reader)).equals(whole))
  assert.equal(budget.held, 0)
})

async function* rest(first: IteratorResult<LentBytes>, reader: AsyncGenerator<LentBytes>): AsyncGenerator<LentBytes> {
  if (first.done !== true) yield first.value
  yield* reader
}

test('a reader that leaves holds nothing', async () => {
  const budget = new ByteBudget(16 * PIECE)
  const tee = new Tee(sourceOfPieces(pieces(9)), budget)
  const second = tee.bytes(never)
  const first = second.next()
  await tee.ready()
  const buffer = new Uint8Array(PIECE)
  await tee.read(buffer)
  const piece = await first
  assert.equal(piece.done, false)
  await second.return()
  assert.equal(budget.held, 64 * 1024)
  piece.value?.release()
  assert.equal(budget.held, 0)
  assert.equal((await readAll(tee, 9 * PIECE)).length, 8 * PIECE)
})
