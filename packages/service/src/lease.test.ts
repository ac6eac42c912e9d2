import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { LentStream } from './response/lent-stream.js'
import { adminRequest, BUCKET, call, element, incarnationRows, send, startWithBucket } from './testing/index.js'

const MIB = 1_048_576

test('D4: a process that was declared dead sends nothing after its lease, and refuses requests', async () => {
  let uptime = 0
  const started = await startWithBucket({ uptime: () => uptime })
  const { metadata, blobs } = started
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: new Uint8Array(3 * MIB) })
  const { body } = await send(started, { method: 'GET', bucket: BUCKET, key: 'k' })
  assert.ok(body instanceof LentStream)
  for (const _ of [1, 2]) (await body.next()).value.release()
  await metadata.transact((tx) => incarnationRows.delete(tx, { incarnation: blobs.incarnation }))
  uptime = 20_000
  await assert.rejects(body.next(), { kind: 'unavailable' })
  assert.deepEqual(await started.cluster.reads.inUse(), [])
  const { status, text } = await call(started, { method: 'GET', bucket: BUCKET, key: 'k' })
  assert.deepEqual([status, element(text, 'Code')], [503, 'ServiceUnavailable'])
  const admin = await call(started, adminRequest('ListUsers'))
  assert.equal(admin.status, 503)
  const sts = await call(started, { method: 'GET', query: { Action: 'GetCallerIdentity' }, as: 'anonymous' })
  assert.equal(sts.status, 503)
})

test('a process that has only paused goes on where it was', async () => {
  let uptime = 0
  const started = await startWithBucket({ uptime: () => uptime, sleep: () => nextTurn() })
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: new Uint8Array(2 * MIB) })
  const { body } = await send(started, { method: 'GET', bucket: BUCKET, key: 'k' })
  assert.ok(body instanceof LentStream)
  let bytes = 0
  for await (const piece of body) {
    bytes += piece.bytes.length
    piece.release()
    uptime += 3_600_000
  }
  assert.equal(bytes, 2 * MIB)
})
