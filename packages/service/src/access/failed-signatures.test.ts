import assert from 'node:assert/strict'
import { test } from 'node:test'
import { post, signedV1 } from '../form/testing.js'
import { ASSUME, rpc, withRole } from '../sts/testing.js'
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
  assert.equal(await codeOf(started, ROOT, shared), undefined)
  for (let count = 0; count < FAILURES_MAX; count += 1) await codeOf(started, stranger, shared)
  assert.equal(await codeOf(started, stranger, shared), 'SlowDown')
  assert.equal(await codeOf(started, OTHER, shared), 'SlowDown')
  assert.equal(await codeOf(started, ROOT, shared), undefined)
})

test('a key that signed correctly elsewhere, or longer ago than an hour, waits like any other', async () => {
  const started = await startWithBucket()
  const [here, elsewhere] = ['192.0.2.1', '192.0.2.2']
  assert.equal(await codeOf(started, ROOT, elsewhere), undefined)
  for (let count = 0; count < FAILURES_MAX; count += 1) await codeOf(started, FORGED, here)
  assert.equal(await codeOf(started, ROOT, here), 'SlowDown')
  started.advance(60_000)
  assert.equal(await codeOf(started, ROOT, here), undefined)
  started.advance(3_600_000)
  for (let count = 0; count < FAILURES_MAX; count += 1) await codeOf(started, FORGED, here)
  assert.equal(await codeOf(started, ROOT, here), 'SlowDown')
})

test('the addresses of a /64 of IPv6 count as one, and a mapped address of IPv4 as that address', async () => {
  const started = await startWithBucket()
  for (let count = 0; count < FAILURES_MAX; count += 1) await codeOf(started, FORGED, `2001:db8:0:1::${count}`)
  assert.equal(await codeOf(started, FORGED, '2001:db8:0:1:ffff::1'), 'SlowDown')
  assert.equal(await codeOf(started, FORGED, '2001:db8:0:2::1'), 'SignatureDoesNotMatch')
  for (let count = 0; count < FAILURES_MAX; count += 1) await codeOf(started, FORGED, '::ffff:192.0.2.1')
  assert.equal(await codeOf(started, FORGED, '192.0.2.1'), 'SlowDown')
  assert.equal(await codeOf(started, FORGED, '::ffff:192.0.2.2'), 'SignatureDoesNotMatch')
})

test('failures on this machine are not counted', async () => {
  const started = await startWithBucket()
  for (let count = 0; count <= FAILURES_MAX; count += 1) {
    assert.equal(await codeOf(started, FORGED, '127.0.0.1'), 'SignatureDoesNotMatch')
  }
})

test('failures of forms and of calls of STS count with those of requests', async () => {
  const { started, alice } = await withRole()
  const from = '192.0.2.1'
  const forged = { ...alice, accessKeySecret: 'guessed' }
  const fields = [['key', 'k'], ...signedV1([{ bucket: BUCKET }], FORGED), ['file', 'x', {}]] as const
  const third = FAILURES_MAX / 3
  for (let count = 0; count < third; count += 1) {
    assert.equal(await codeOf(started, FORGED, from), 'SignatureDoesNotMatch')
    assert.equal((await post(started, fields, { remoteAddress: from })).refusal, '403 SignatureDoesNotMatch')
    assert.equal((await rpc(started, forged, ASSUME, { remoteAddress: from })).json.Code, 'SignatureDoesNotMatch')
  }
  assert.equal(await codeOf(started, FORGED, from), 'SlowDown')
  assert.equal((await post(started, fields, { remoteAddress: from })).refusal, '503 SlowDown')
  assert.equal((await rpc(started, forged, ASSUME, { remoteAddress: from })).json.Code, 'SlowDown')
  assert.equal((await rpc(started, alice, ASSUME)).status, 200)
})
