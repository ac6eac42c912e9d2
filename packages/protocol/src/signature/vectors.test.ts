import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import { byteString, hex, stringToBytes, textOfByteString } from '@bindery/bytes'
import type { Digests } from '../digests.js'
import { parseQuery } from '../query.js'
import { readClaim } from './claim.js'
import type { Claim } from './claim-form.js'
import { v1Signature, v4Signature, v4SigningKey, v4Strings } from './compute.js'
import { presignV1, presignV4, signV1, signV4 } from './sign.js'
import type { Signable } from './signable.js'
import { v1StringToSign } from './v1.js'
import { v2StringToSign } from './v2.js'
import { V2_VECTORS, VECTORS, type Vector } from './vectors.js'
import { SignatureVerifier } from './verify.js'

const digests: Digests = {
  begin: (algorithm) => createHash(algorithm),
  md5: (data) => createHash('md5').update(data).digest(),
  sha256: (data) => createHash('sha256').update(data).digest(),
  hmacSha1: (key, data) => createHmac('sha1', key).update(data).digest(),
  hmacSha256: (key, data) => createHmac('sha256', key).update(data).digest(),
}

function unsigned({ method, bucket, key, query = '', headers = {} }: Vector): Signable {
  const bytes = Object.entries(headers).map(([name, value]) => [name, byteString(value)] as const)
  return { method, bucket, key, query: parseQuery(query), headers: Object.fromEntries(bytes) }
}

/** The vector's request as our own signers make it. */
function signed(vector: Vector): Signable {
  const request = unsigned(vector)
  const { region = '', additionalHeaders = [], expiresSeconds = 0 } = vector
  const time = vector.time * 1000
  const options = { time, region, additionalHeaders, digests, ...(vector.product && { product: vector.product }) }
  if (vector.scheme === 'v4') {
    return vector.place === 'header'
      ? signV4(request, vector, options)
      : presignV4(request, vector, { ...options, expiresSeconds })
  }
  return vector.place === 'header'
    ? signV1(request, vector, { time, digests })
    : presignV1(request, vector, { expiresAt: time, digests })
}

/** A vector whose time is in Date alone, as older SDKs send it. */
function signedByDate(vector: Vector): Signable {
  const request = unsigned(vector)
  const { accessKeyId, signature, securityToken } = vector
  const token: Record<string, string> = securityToken === undefined ? {} : { 'x-oss-security-token': securityToken }
  const v1 = { ...token, authorization: `OSS ${accessKeyId}:${signature}` }
  const credential = `${accessKeyId}/20221220/cn-hangzhou/oss/aliyun_v4_request`
  const v4 = {
    'x-oss-content-sha256': 'UNSIGNED-PAYLOAD',
    authorization: `OSS4-HMAC-SHA256 Credential=${credential},Signature=${signature}`,
  }
  return { ...request, headers: { ...request.headers, ...(vector.scheme === 'v1' ? v1 : v4) } }
}

function claimOf(request: Signable): Claim {
  const claim = readClaim(request)
  assert.ok(claim !== undefined)
  return claim
}

for (const vector of VECTORS) {
  test(`vector ${vector.name} is built, signed and verified`, () => {
    const request = vector.dateOnly ? signedByDate(vector) : signed(vector)
    const claim = claimOf(request)
    assert.equal(claim.scheme, vector.scheme)
    assert.equal(claim.signature, vector.signature)
    assert.equal(claim.securityToken, vector.securityToken)
    if (claim.scheme === 'v1') {
      const stringToSign = v1StringToSign(request, claim.date)
      if (vector.stringToSign) assert.equal(textOfByteString(stringToSign), vector.stringToSign)
      assert.equal(v1Signature(vector.accessKeySecret, stringToSign, digests), vector.signature)
    } else if (claim.scheme === 'v4') {
      const { canonicalRequest, stringToSign } = v4Strings(request, claim, digests)
      const digest = hex(digests.sha256(stringToBytes(canonicalRequest)))
      if (vector.canonicalRequest) assert.equal(canonicalRequest, vector.canonicalRequest)
      if (vector.canonicalRequestSha256) assert.equal(digest, vector.canonicalRequestSha256)
      if (vector.stringToSign) assert.equal(stringToSign, vector.stringToSign)
    }
    const verifier = new SignatureVerifier(digests)
    assert.ok(verifier.verifies(claim, request, vector.accessKeySecret))
    assert.ok(!verifier.verifies(claim, request, `${vector.accessKeySecret}x`))
    assert.ok(!verifier.verifies(claim, { ...request, method: 'PATCH' }, vector.accessKeySecret))
  })
}

for (const { query, accessKeySecret, name, stringToSign, ...rest } of V2_VECTORS) {
  test(`vector ${name} is built and verified`, () => {
    const request: Signable = { ...rest, query: parseQuery(query) }
    const claim = claimOf(request)
    assert.ok(claim.scheme === 'v2')
    assert.equal(v2StringToSign(request, claim.date, claim.additionalHeaders), stringToSign)
    const verifier = new SignatureVerifier(digests)
    assert.ok(verifier.verifies(claim, request, accessKeySecret))
    assert.ok(!verifier.verifies(claim, { ...request, method: 'PUT' }, accessKeySecret))
    assert.equal(verifier.mismatch(claim, request).details.stringToSign, stringToSign)
  })
}

test('the signing keys of V4 are those that are known (C23, C24)', () => {
  const scope = { region: 'cn-hangzhou', product: 'oss' }
  assert.equal(
    hex(v4SigningKey('topsecretKEY0000000000000000xx', { ...scope, date: '20221220' }, digests)),
    '05207a336f293e6b3a5226680ef0a02fd898086a6f85a731466ebccecd5eac78',
  )
  assert.equal(
    hex(v4SigningKey('yourAccessKeySecret', { ...scope, date: '20250411' }, digests)),
    '8a01ff4efcc65ca2cbc75375045c61ab5f3fa8b9a2d84f0add27ef16a25feb3c',
  )
})

test('the policy of a form and a call of STS are signed with the same digests (C20, C21, C22)', () => {
  const secret = 'topsecretKEY0000000000000000xx'
  const policy = (conditions: string) =>
    Buffer.from(`{"expiration":"2030-01-01T00:00:00.000Z","conditions":[{"bucket":"examplebucket"},${conditions}]}`)
  const v1Policy = policy('["starts-with","$key","user/"],["content-length-range",1,1024]').toString('base64')
  assert.equal(v1Signature(secret, v1Policy, digests), 'NJw+4oXEbSlv0vazPSAWFuB1Lt4=')
  const credential = 'LTAI5tTESTKEY0000000/20221220/cn-hangzhou/oss/aliyun_v4_request'
  const v4Policy = policy(
    `{"x-oss-signature-version":"OSS4-HMAC-SHA256"},{"x-oss-credential":"${credential}"},{"x-oss-date":"20221220T084818Z"}`,
  ).toString('base64')
  const key = v4SigningKey(secret, { date: '20221220', region: 'cn-hangzhou', product: 'oss' }, digests)
  assert.equal(v4Signature(key, v4Policy, digests), 'ddbb333080ab72d33a1676031b02b2404bfbd76cb42fbb55bb4186ab59faa2d4')
  const assumeRole =
    'POST&%2F&AccessKeyId%3DLTAI5tTESTKEY0000000%26Action%3DAssumeRole%26DurationSeconds%3D3600%26Format%3DJSON%26RoleArn%3Dacs%253Aram%253A%253A1234567890123456%253Arole%252Fadminrole%26RoleSessionName%3Dalice%26SignatureMethod%3DHMAC-SHA1%26SignatureNonce%3Dn-1%26SignatureVersion%3D1.0%26Timestamp%3D2022-12-20T08%253A48%253A18Z%26Version%3D2015-04-01'
  assert.equal(v1Signature(`${secret}&`, assumeRole, digests), '8k1aDJuYyqnK1U42bYkJI+SOBjc=')
})
