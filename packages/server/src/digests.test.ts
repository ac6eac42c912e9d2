import assert from 'node:assert/strict'
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { nodeDigests } from './digests.js'

test('an HMAC equals that of createHmac, for keys below, at and above a block, new and cached', () => {
  const digests = nodeDigests()
  for (const keyBytes of [0, 1, 20, 63, 64, 65, 200]) {
    const key = randomBytes(keyBytes)
    for (const dataBytes of [0, 1, 64, 1000]) {
      const data = randomBytes(dataBytes)
      assert.deepEqual(digests.hmacSha1(key, data), createHmac('sha1', key).update(data).digest())
      assert.deepEqual(digests.hmacSha256(key, data), createHmac('sha256', key).update(data).digest())
    }
  }
})

test('an HMAC stays correct after more keys than the cache holds', () => {
  const digests = nodeDigests()
  const data = randomBytes(10)
  const keys = Array.from({ length: 600 }, () => randomBytes(32))
  for (const key of [...keys, ...keys]) {
    assert.deepEqual(digests.hmacSha256(key, data), createHmac('sha256', key).update(data).digest())
  }
})

test('MD5 and SHA-256 equal those of createHash', () => {
  const digests = nodeDigests()
  const data = randomBytes(1000)
  assert.deepEqual(digests.md5(data), createHash('md5').update(data).digest())
  assert.deepEqual(digests.sha256(data), createHash('sha256').update(data).digest())
})
