import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LentBytes } from '@bindery/storage'
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
  const tee = new Tee(sourceOfPieces(pieces(3)))
  const second = taken(tee.bytes(never))
  const first = await readAll(tee, 3 * PIECE)
  assert.ok((await second).equals(first))
})

test('a reader that falls behind delays nothing, and gets the rest from what was stored', async () => {
  const tee = new Tee(sourceOfPieces(pieces(9)))
  const whole = await readAll(tee, 9 * PIECE)
  const from: number[] = []
  const stored = async function* (offset: number): AsyncGenerator<LentBytes> {
    from.push(offset)
    yield { bytes: whole.subarray(offset), release: () => {} }
  }
  assert.ok((await taken(tee.bytes(stored))).equals(whole))
  assert.deepEqual(from, [4 * PIECE])
})

test('a source that fails fails its second reader after what had arrived; a later failure does not', async () => {
  const failing = new Tee(sourceOfPieces(pieces(2, new Error('broke off'))))
  await assert.rejects(readAll(failing, 9 * PIECE), /broke off/)
  await assert.rejects(taken(failing.bytes(never)), /broke off/)
  const whole = new Tee(sourceOfPieces(pieces(2)))
  await readAll(whole, 9 * PIECE)
  whole.fail(new Error('not stored'))
  assert.equal((await taken(whole.bytes(never))).length, 2 * PIECE)
})

test('a reader that leaves holds nothing', async () => {
  const tee = new Tee(sourceOfPieces(pieces(9)))
  const second = tee.bytes(never)
  const first = second.next()
  await tee.ready()
  const buffer = new Uint8Array(PIECE)
  await tee.read(buffer)
  assert.equal((await first).done, false)
  await second.return()
  assert.equal((await readAll(tee, 9 * PIECE)).length, 8 * PIECE)
})
