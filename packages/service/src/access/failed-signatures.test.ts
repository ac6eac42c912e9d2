import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUCKET, call, OTHER, ROOT, type StartedService, startWithBucket } from '../testing/index.js'
import { FAILURES_MAX } from './failed-signatures.js'

const FORGED = { ...ROOT, accessKeySecret: 'guessed' }

const codeOf = async (started: StartedService, as: typeof ROOT, remoteAddress: string): Promise<string | undefined> =>
  (await call(started, { method: 'GET', bucket: BUCKET, as, remoteAddress })).log.code

test('an address whose signatures fail too often gets SlowDown for a minute, and no other address does', async () => {
  const started = await startWithBucket()
  const bad = '192.0.2.1'
  for (let count = 0; count < FAILURES_MAX; count += 1) {
    assert.equal(await codeOf(started, FORGED, bad), 'SignatureDoesNotMatch')
  }
  assert.equal(await codeOf(started, FORGED, bad), 'SlowDown')
  assert.equal(await codeOf(started, FORGED, '192.0.2.2'), 'SignatureDoesNotMatch')
  started.advance(60_000)
  assert.equal(await codeOf(started, FORGED, bad), 'SignatureDoesNotMatch')
})

test('a key that signed correctly from the same address goes on', async () => {
  const started = await startWithBucket()
  const shared = '192.0.2.1'
  const stranger = { ...ROOT, accessKeyId: 'unknown' }
  await codeOf(started, stranger, shared)
  assert.equal(await codeOf(started, ROOT, shared), undefined)
  for (let count = 0; count < FAILURES_MAX; count += 1) await codeOf(started, stranger, shared)
  assert.equal(await codeOf(started, stranger, shared), 'SlowDown')
  assert.equal(await codeOf(started, OTHER, shared), 'SlowDown')
  assert.equal(await codeOf(started, ROOT, shared), undefined)
})

test('failures on this machine are not counted', async () => {
  const started = await startWithBucket()
  for (let count = 0; count <= FAILURES_MAX; count += 1) {
    assert.equal(await codeOf(started, FORGED, '127.0.0.1'), 'SignatureDoesNotMatch')
  }
})
