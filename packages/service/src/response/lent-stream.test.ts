import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LentBytes } from '@bindery/storage'
import { call, startWithBucket } from '../testing/index.js'
import { LentStream, type StreamHooks } from './lent-stream.js'

/** Counts lent pieces and reports of the end, and records whether the iteration has ended. */
function pieces(count: number, hooks: Pick<StreamHooks, 'beforePiece'> = {}) {
  const seen = { lent: 0, ended: false, reports: 0 }
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
  const begin = (size?: number) =>
    LentStream.begin(give(), size, {
      ...hooks,
      onEnd: () => {
        seen.reports += 1
      },
    })
  /** The pieces of content of unknown size. */
  const lent = async () => {
    const content = await begin()
    assert.ok(content instanceof LentStream)
    return content
  }
  return { seen, begin, lent }
}

const OVER = { lent: 0, ended: true, reports: 1 }

test('a few bytes in one piece are copied, and nothing stays lent', async () => {
  const { seen, begin } = pieces(1)
  assert.deepEqual(await begin(1), Uint8Array.of(0))
  assert.deepEqual(seen, OVER)
  const many = pieces(3)
  const content = await many.begin(3)
  assert.ok(content instanceof LentStream)
  await content.close()
  assert.deepEqual(many.seen, OVER)
})

test('all pieces arrive in order, including the first', async () => {
  for (const count of [0, 1, 3]) {
    const { seen, lent } = pieces(count)
    const given: number[] = []
    for await (const piece of await lent()) {
      given.push(...piece.bytes)
      piece.release()
    }
    assert.deepEqual(
      given,
      Array.from({ length: count }, (_, index) => index),
    )
    assert.deepEqual(seen, OVER)
  }
})

test('a stream ends once: closed unread, left half-way, and closed again', async () => {
  const unread = pieces(3)
  const stream = await unread.lent()
  assert.equal(unread.seen.lent, 1)
  await stream.close()
  await stream.close()
  assert.deepEqual(unread.seen, OVER)

  const left = pieces(3)
  const abandoned = await left.lent()
  for await (const piece of abandoned) {
    piece.release()
    break
  }
  await abandoned.close()
  assert.deepEqual(left.seen, OVER)
})

test('a stream whose piece cannot be read has ended', async () => {
  let reports = 0
  async function* failing(): AsyncGenerator<LentBytes> {
    yield { bytes: Uint8Array.of(1), release: () => {} }
    throw new Error('damaged')
  }
  const onEnd = () => {
    reports += 1
  }
  const stream = await LentStream.begin(failing(), 2, { onEnd })
  assert.ok(stream instanceof LentStream)
  await stream.next()
  await assert.rejects(stream.next(), /damaged/)
  await stream.close()
  assert.equal(reports, 1)
})

test('an object whose bytes are missing is answered with an error before anything is promised', async () => {
  const started = await startWithBucket()
  await call(started, { method: 'PUT', bucket: 'bkt', key: 'a', body: 'x' })
  for await (const { id } of started.blobs.list()) await started.blobs.delete(id)
  const { status, log } = await call(started, { method: 'GET', bucket: 'bkt', key: 'a' })
  assert.deepEqual([status, log.cause], [500, 'objectDamaged'])
})

test('a piece is read when the check before it has passed, and nothing more once it fails', async () => {
  const { seen, begin } = pieces(3, { beforePiece })
  let mayGoOn = true
  async function beforePiece(): Promise<void> {
    if (!mayGoOn) throw new Error('out of touch')
  }
  const content = await begin()
  assert.ok(content instanceof LentStream)
  for (const _ of [1, 2]) (await content.next()).value.release()
  mayGoOn = false
  await assert.rejects(content.next(), /out of touch/)
  assert.deepEqual(seen, OVER)
})
