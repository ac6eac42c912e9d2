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

test('all pieces come in order, the first among them', async () => {
  for (const count of [0, 1, 3]) {
    const { seen, give } = pieces(count)
    const given: number[] = []
    for await (const piece of await begun(give())) {
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
  const unread = await begun(give())
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
