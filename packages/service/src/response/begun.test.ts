import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LentBytes } from '@bindery/storage'
import { call, startWithBucket } from '../testing/index.js'
import { begun } from './begun.js'

/** Counts what is lent, and notes how the iteration ends. */
function pieces(count: number) {
  const seen = { lent: 0, ended: false }
  async function* give(): AsyncGenerator<LentBytes> {
    try {
      for (let index = 0; index < count; index += 1) {
        seen.lent += 1
        const release = () => {
          seen.lent -= 1
        }
        yield { bytes: Uint8Array.of(index), release }
      }
    } finally {
      seen.ended = true
    }
  }
  return { seen, give }
}

/** The pieces of content whose size nobody knows. */
async function lentPieces(pieces: AsyncIterable<LentBytes>) {
  const content = await begun(pieces, undefined)
  assert.ok(!(content instanceof Uint8Array))
  return content
}

test('few bytes that are one piece come whole, and nothing stays lent', async () => {
  const { seen, give } = pieces(1)
  assert.deepEqual(await begun(give(), 1), Uint8Array.of(0))
  assert.deepEqual(seen, { lent: 0, ended: true })
  const many = pieces(3)
  const content = await begun(many.give(), 3)
  assert.ok(!(content instanceof Uint8Array))
  await content[Symbol.asyncIterator]().return?.()
  assert.deepEqual(many.seen, { lent: 0, ended: true })
})

test('all pieces come in order, the first among them', async () => {
  for (const count of [0, 1, 3]) {
    const { seen, give } = pieces(count)
    const given: number[] = []
    for await (const piece of await lentPieces(give())) {
      given.push(...piece.bytes)
      piece.release()
    }
    assert.deepEqual(
      given,
      Array.from({ length: count }, (_, index) => index),
    )
    assert.deepEqual(seen, { lent: 0, ended: true })
  }
})

test('who wants none of it gives the first piece back and ends the iteration', async () => {
  const { seen, give } = pieces(3)
  const unread = await lentPieces(give())
  assert.equal(seen.lent, 1)
  await unread[Symbol.asyncIterator]().return?.()
  assert.deepEqual(seen, { lent: 0, ended: true })
})

test('an object whose bytes are gone is answered with an error, before anything is promised', async () => {
  const started = await startWithBucket()
  await call(started, { method: 'PUT', bucket: 'bkt', key: 'a', body: 'x' })
  for await (const { id } of started.blobs.list()) await started.blobs.delete(id)
  const { status, log } = await call(started, { method: 'GET', bucket: 'bkt', key: 'a' })
  assert.deepEqual([status, log.cause], [500, 'objectDamaged'])
})
