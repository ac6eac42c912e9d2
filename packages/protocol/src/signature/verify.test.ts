import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import type { Digests } from '../digests.js'
import { parseQuery, Query } from '../query.js'
import { readClaim } from './claim.js'
import { SigningKeys, v1Signature, v4Signature, v4SigningKey } from './compute.js'
import { presignV1, presignV4, signV1, signV4 } from './sign.js'
import { equalSignatures, type Signable } from './signable.js'
import { V1_SUBRESOURCES } from './subresources.js'
import { isAmbiguousInV1, v1StringsToSign, v1StringToSign } from './v1.js'
import { v4CanonicalRequest, v4StringToSign } from './v4.js'
import { SignatureVerifier } from './verify.js'

const digests: Digests = {
  begin: (algorithm) => createHash(algorithm),
  md5: (data) => createHash('md5').update(data).digest(),
  sha256: (data) => createHash('sha256').update(data).digest(),
  hmacSha1: (key, data) => createHmac('sha1', key).update(data).digest(),
  hmacSha256: (key, data) => createHmac('sha256', key).update(data).digest(),
}
const KEY = { accessKeyId: 'ak', accessKeySecret: 'sk' }
const TIME = Date.UTC(2022, 11, 20, 8, 48, 18)
const V4 = { time: TIME, region: 'cn-hangzhou', digests }

function request(query = '', headers: Record<string, string> = {}, key = 'k'): Signable {
  return { method: 'GET', bucket: 'bkt', key, query: parseQuery(query), headers }
}

function verifies(signed: Signable, secret = 'sk'): boolean {
  const claim = readClaim(signed)
  assert.ok(claim !== undefined)
  return new SignatureVerifier(digests).verifies(claim, signed, secret)
}

/** A request with a V1 signature over a given string. */
function signedOver(stringToSign: string, query: string): Signable {
  const authorization = `OSS ak:${v1Signature('sk', stringToSign, digests)}`
  return request(query, { authorization, date: 'D' })
}

/** The last line of the V1 string. */
function resource(query: string): string | undefined {
  return v1StringToSign(request(query), 'D').split('\n').at(-1)
}

test('the verifier accepts every signer, and no other secret, key or method', () => {
  const signers = [
    (one: Signable) => signV1(one, KEY, { time: TIME, digests }),
    (one: Signable) => presignV1(one, KEY, { expiresAt: TIME, digests }),
    (one: Signable) => signV4(one, KEY, { ...V4, additionalHeaders: ['Host', 'X'] }),
    (one: Signable) => presignV4(one, KEY, { ...V4, additionalHeaders: ['host'], expiresSeconds: 60 }),
  ]
  for (const sign of signers) {
    const signed = sign(request('uploads&prefix=a%2Fb', { host: 'h', 'x-oss-meta-a': '\xc3\xa9' }, '目/ +*~'))
    assert.ok(verifies(signed))
    assert.ok(!verifies(signed, 'SK'))
    assert.ok(!verifies({ ...signed, key: '目/ +*~2' }))
    assert.ok(!verifies({ ...signed, bucket: 'bkt2' }))
    assert.ok(!verifies({ ...signed, method: 'PUT' }))
    assert.ok(!verifies({ ...signed, headers: { ...signed.headers, 'x-oss-meta-b': '1' } }))
    assert.ok(!verifies({ ...signed, headers: { ...signed.headers, 'content-type': 'text/plain' } }))
  }
})

test('V1 signs its list of query keys and no other', () => {
  for (const key of ['continuation-token', 'sequential', 'regionList', 'x-oss-traffic-limit', 'restore', 'metaQuery']) {
    assert.equal(resource(`${key}=1`), `/bkt/k?${key}=1`)
  }
  for (const key of [
    'list-type',
    'prefix',
    'max-keys',
    'key-marker',
    'Acl',
    'OSSAccessKeyId',
    'Expires',
    'Signature',
  ]) {
    assert.equal(resource(`${key}=1`), '/bkt/k')
  }
  assert.equal(resource('uploads&sequential'), '/bkt/k?sequential&uploads')
  assert.equal(resource('sequential=&uploads='), '/bkt/k?sequential&uploads')
  const ofOss = [...V1_SUBRESOURCES].filter((key) => !key.startsWith('x-oss-ext-'))
  assert.equal(ofOss.length, 131)
})

test('query keys are sorted by their bytes', () => {
  assert.equal(
    resource('versions&versionId=1&uploadId=1&callback=b&callback-var=v&acl'),
    '/bkt/k?acl&callback=b&callback-var=v&uploadId=1&versionId=1&versions',
  )
  const { 2: canonicalQuery } = v4CanonicalRequest(request('b&a-b=1&a=2&B&%E7%9B%AE=1&~=1'), []).split('\n')
  assert.equal(canonicalQuery, '%E7%9B%AE=1&B&a=2&a-b=1&b&~=1')
})

test('V1 signs decoded text, V4 re-encodes it, whatever its form on the wire', () => {
  const spelled = ['a%2Fb~%2A+%20', 'a/b%7E*%20%20']
  for (const prefix of spelled) {
    assert.equal(resource(`position=${prefix}`), '/bkt/k?position=a/b~*  ')
    const canonical = v4CanonicalRequest(request(`prefix=${prefix}`, {}, 'a/b~*+ '), []).split('\n')
    assert.deepEqual(canonical.slice(1, 3), ['/bkt/a/b~%2A%2B%20', 'prefix=a%2Fb~%2A%20%20'])
  }
})

test('V4 signs every query key except its signature', () => {
  const signed = presignV4(request('prefix=a'), KEY, { ...V4, expiresSeconds: 60 })
  assert.ok(signed.query.has('x-oss-signature'))
  assert.ok(!verifies({ ...signed, query: new Query([...signed.query.parameters, { name: 'more', value: '1' }]) }))
})

test('V4 signs content-type and content-md5 by default, and host only if requested', () => {
  const headers = { host: 'h', 'content-type': 't', 'content-md5': 'm', range: 'r' }
  const unasked = v4CanonicalRequest(request('', headers), [])
  assert.ok(unasked.includes('\ncontent-md5:m\ncontent-type:t\n\n\nUNSIGNED'))
  const asked = v4CanonicalRequest(request('', headers), ['host', 'range'])
  assert.ok(asked.includes('\ncontent-md5:m\ncontent-type:t\nhost:h\nrange:r\n\nhost;range\nUNSIGNED'))
})

test('header values are trimmed, and bytes beyond ASCII are signed unchanged', () => {
  const { 4: line } = v1StringToSign(request('', { 'x-oss-meta-a': ' \xc3\xa9 b ' }), 'D').split('\n')
  assert.equal(line, 'x-oss-meta-a:\xc3\xa9 b')
})

test('V1 requests verify whichever of the x-oss- query keys their SDK signs', () => {
  const head = 'GET\n\n\nD\n'
  const query = 'acl&x-oss-traffic-limit=9&x-oss-unlisted=1'
  assert.ok(verifies(signedOver(`${head}/bkt/k?acl&x-oss-traffic-limit=9`, query)))
  assert.ok(verifies(signedOver(`${head}/bkt/k?acl&x-oss-traffic-limit=9&x-oss-unlisted=1`, query)))
  assert.ok(verifies(signedOver(`${head}/bkt/k?acl`, query)))
  assert.ok(!verifies(signedOver(`${head}/bkt/k`, query)))
})

test('only those x-oss- query keys that SDKs leave out may be added to what V1 signed', () => {
  const signed = 'GET\n\n\nD\n/bkt/k?acl'
  assert.ok(verifies(signedOver(signed, 'acl&x-oss-process=style/a&x-oss-traffic-limit=9')))
  for (const key of [...V1_SUBRESOURCES].filter((one) => one.startsWith('x-oss-'))) {
    const isLeftOut = key === 'x-oss-process' || key === 'x-oss-traffic-limit'
    assert.equal(verifies(signedOver(signed, `acl&${key}=1`)), isLeftOut, key)
  }
})

test('most SDKs leave regions out of what V1 signs in a header, and the bearer of a URL may not add it', () => {
  const service = { ...request('regions=oss-cn-hangzhou'), bucket: undefined, key: undefined }
  const candidates = (place: 'header' | 'url') => [...v1StringsToSign(service, { date: 'D', place })]
  const [signed, without] = ['GET\n\n\nD\n/?regions=oss-cn-hangzhou', 'GET\n\n\nD\n/']
  assert.deepEqual(candidates('header'), [signed, without])
  assert.deepEqual(candidates('url'), [signed])
})

test('the access monitor may be requested by a header that leaves it out, and not by the bearer of a URL', () => {
  const bucket = { ...request('accessmonitor'), key: undefined }
  const candidates = (place: 'header' | 'url') => [...v1StringsToSign(bucket, { date: 'D', place })]
  assert.ok(candidates('header').includes('GET\n\n\nD\n/bkt/'))
  assert.ok(candidates('url').every((text) => text.endsWith('?accessmonitor') || text.endsWith('?accessmonitor=')))
})

test('a key is ambiguous in V1 where a shorter one with signed query keys has the same resource', () => {
  for (const key of ['k?acl', 'k?acl=', 'k?versionId=1&tagging', 'a?b?acl', '?acl', 'k?acl=1&prefix=a'])
    assert.ok(isAmbiguousInV1(key), key)
  for (const key of ['k', 'k?', 'k?prefix=a', 'k?acl&prefix=a', 'k?aclx', 'acl', 'k%3Facl']) {
    assert.ok(!isAmbiguousInV1(key), key)
  }
})

test('V1 requests verify with an empty value signed as name and as name=', () => {
  assert.ok(verifies(signedOver('GET\n\n\nD\n/bkt/k?acl', 'acl=')))
  assert.ok(verifies(signedOver('GET\n\n\nD\n/bkt/k?acl=', 'acl=')))
  assert.ok(verifies(signedOver('GET\n\n\nD\n/bkt/k?acl=', 'acl')))
})

test('a V1 request on a bucket verifies with and without the slash', () => {
  for (const resource of ['/bkt', '/bkt/']) {
    assert.ok(verifies({ ...signedOver(`GET\n\n\nD\n${resource}`, ''), key: undefined }))
  }
})

test('a plain V1 request has one string to sign', () => {
  assert.equal([...v1StringsToSign(request('uploadId=1&partNumber=2'), { date: 'D', place: 'header' })].length, 1)
  assert.equal([...v1StringsToSign(request('prefix=a'), { date: 'D', place: 'header' })].length, 1)
})

test('V4 requests verify if their signer left out headers without a value', () => {
  const headers = {
    'x-oss-meta-empty': '',
    'x-oss-date': '20221220T084818Z',
    'x-oss-content-sha256': 'UNSIGNED-PAYLOAD',
  }
  const scope = { date: '20221220', region: 'cn-hangzhou', product: 'oss' }
  for (const skipEmptyHeaders of [true, false]) {
    const canonical = v4CanonicalRequest(request('', headers), [], { skipEmptyHeaders })
    assert.equal(canonical.includes('x-oss-meta-empty'), !skipEmptyHeaders)
    const digest = createHash('sha256').update(canonical).digest('hex')
    const stringToSign = v4StringToSign('20221220T084818Z', scope, digest)
    const signature = v4Signature(v4SigningKey('sk', scope, digests), stringToSign, digests)
    const authorization = `OSS4-HMAC-SHA256 Credential=ak/20221220/cn-hangzhou/oss/aliyun_v4_request,Signature=${signature}`
    assert.ok(verifies(request('', { ...headers, authorization })))
  }
})

test('signatures are compared exactly', () => {
  assert.ok(equalSignatures('ab', 'ab'))
  for (const other of ['aB', 'a', 'abc', '', 'ba']) assert.ok(!equalSignatures('ab', other), other)
  const signed = signV4(request(), KEY, V4)
  const authorization = signed.headers.authorization ?? ''
  const [head = '', signature = ''] = authorization.split('Signature=')
  const upper = `${head}Signature=${signature.toUpperCase()}`
  assert.ok(!verifies({ ...signed, headers: { ...signed.headers, authorization: upper } }))
})

test('the error of V1 contains its string as text and as bytes, and no secret', () => {
  const signed = signV1(
    { ...request('acl'), key: undefined },
    { ...KEY, accessKeySecret: 'wrong' },
    { time: TIME, digests },
  )
  const claim = readClaim(signed)
  assert.ok(claim !== undefined)
  const error = new SignatureVerifier(digests).mismatch(claim, { ...signed, headers: { date: 'D' } })
  assert.equal(error.row.ec, '0002-00000040')
  assert.equal(error.row.status, 403)
  const date = 'Tue, 20 Dec 2022 08:48:18 GMT'
  assert.deepEqual(Object.entries(error.details).slice(0, 3), [
    ['accessKeyId', 'ak'],
    ['signatureProvided', claim.signature],
    ['stringToSign', `GET\n\n\n${date}\n/bkt/?acl`],
  ])
  assert.match(String(error.details.stringToSignBytes), /^47 45 54 0A 0A 0A 54 .* 61 63 6C $/)
})

test('the error of V4 contains the canonical request too', () => {
  const signed = signV4(request('', {}, '目'), KEY, V4)
  const claim = readClaim(signed)
  assert.ok(claim !== undefined)
  const error = new SignatureVerifier(digests).mismatch(claim, signed)
  assert.equal(error.row.ec, '0002-00000201')
  assert.match(String(error.details.stringToSign), /^OSS4-HMAC-SHA256\n20221220T084818Z\n20221220\/cn-hangzhou\/oss/)
  assert.match(String(error.details.canonicalRequest), /^GET\n\/bkt\/%E7%9B%AE\n\n/)
  assert.ok(!JSON.stringify(error.details).includes('sk"'))
})

test('signing keys are cached, at most 256 of them', () => {
  let derived = 0
  const counting: Digests = {
    ...digests,
    hmacSha256(key, data) {
      derived += 1
      return digests.hmacSha256(key, data)
    },
  }
  const keys = new SigningKeys(counting)
  const scope = (region: number) => ({ date: '20221220', region: String(region), product: 'oss' })
  const first = keys.get('sk', scope(0))
  assert.equal(keys.get('sk', scope(0)), first)
  assert.equal(derived, 4)
  assert.notDeepEqual(keys.get('sk2', scope(0)), first)
  for (let region = 1; region < 256; region += 1) keys.get('sk', scope(region))
  derived = 0
  keys.get('sk', scope(0))
  assert.equal(derived, 4)
})
