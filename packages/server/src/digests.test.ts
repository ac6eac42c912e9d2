import assert from 'node:assert/strict'
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { loadNative } from '@bindery/digest'
import { Query, readClaim, SignatureVerifier, s3Dialect, signS3, signV4 } from '@bindery/protocol'
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

const native = loadNative()
const skip = native?.signDigest === undefined && 'the addon was not built, or has no SHA-256'

test('signatures of both fourth versions are accepted and refused alike with the addon and without it', {
  skip,
}, () => {
  const own = nodeDigests()
  const verifiers = [new SignatureVerifier(own), new SignatureVerifier(nodeDigests(native))]
  const credentials = { accessKeyId: 'ak', accessKeySecret: 'sk' }
  const options = { time: Date.UTC(2026, 0, 5, 8), region: 'cn-hangzhou', digests: own }
  for (const length of [0, 10, 900, 2_000, 5_000]) {
    const key = `k${'ä'.repeat(length)}`
    const request = {
      method: 'PUT',
      bucket: 'bkt',
      key,
      query: new Query([]),
      headers: { host: 'h', 'x-oss-meta-a': 'é' },
    }
    const target = `/bkt/${encodeURIComponent(key)}`
    const ofOss = { ...signV4(request, credentials, options), target }
    const headers = signS3({ method: 'PUT', target, headers: { host: 'h' } }, 'UNSIGNED-PAYLOAD', credentials, options)
    for (const [signed, claim] of [
      [ofOss, readClaim(ofOss)],
      [{ ...request, target, headers }, s3Dialect.readClaim({ query: request.query, headers })],
    ] as const) {
      assert.ok(claim !== undefined)
      for (const verifier of verifiers) {
        assert.equal(verifier.verifies(claim, signed, 'sk'), true)
        assert.equal(verifier.verifies(claim, signed, 'sK'), false)
        assert.equal(verifier.verifies(claim, { ...signed, method: 'GET' }, 'sk'), false)
      }
    }
  }
})
