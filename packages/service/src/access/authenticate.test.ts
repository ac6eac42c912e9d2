import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import {
  type Credentials,
  type Digests,
  OssError,
  parseQuery,
  presignV1,
  presignV4,
  Query,
  type Reading,
  readings,
  type Signable,
  signV1,
  signV4,
} from '@bindery/protocol'
import type { Awaitable } from '@bindery/storage'
import { authenticator, type Identified, type SignedRequest } from './authenticate.js'
import type { AccessKey } from './requester.js'

const digests: Digests = {
  begin: (algorithm) => createHash(algorithm),
  md5: (data) => createHash('md5').update(data).digest(),
  sha256: (data) => createHash('sha256').update(data).digest(),
  hmacSha1: (key, data) => createHmac('sha1', key).update(data).digest(),
  hmacSha256: (key, data) => createHmac('sha256', key).update(data).digest(),
}
const KEY = { accessKeyId: 'ak', accessKeySecret: 'sk' }
const ACCESS_KEY = { ...KEY, account: { id: '1', displayName: 'root' } }
const NOW = Date.UTC(2022, 11, 20, 8, 48, 18)
const TEMPORARY_KEY = {
  ...ACCESS_KEY,
  accessKeyId: 'STS.ak',
  session: { securityToken: 'token', expiresAt: NOW + 1000 },
}
const KEYS = new Map<string, AccessKey>([ACCESS_KEY, TEMPORARY_KEY].map((key) => [key.accessKeyId, key]))
const V4 = { time: NOW, region: 'cn-hangzhou', digests }

function begin(
  request: SignedRequest,
  host: string,
  path: string,
  { strict = false, now = NOW } = {},
): Awaitable<Identified> {
  const accessKeys = { find: (id: string) => KEYS.get(id) }
  const options = { accessKeys, digests, clock: () => now, region: 'cn-hangzhou', strict }
  return authenticator(options)(request, readings(host, path, { domains: [] }))
}

/** A key that is known at once is not waited for. */
function authenticate(...asked: Parameters<typeof begin>): Identified {
  const identified = begin(...asked)
  assert.ok(!(identified instanceof Promise))
  return identified
}

async function refusal(...asked: Parameters<typeof begin>): Promise<OssError> {
  try {
    await begin(...asked)
  } catch (error) {
    if (error instanceof OssError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

function request(resource: { bucket?: string; key?: string }, query = ''): Signable {
  return { method: 'GET', ...resource, query: parseQuery(query), headers: {} }
}

function v1(resource: { bucket?: string; key?: string }): Signable {
  return signV1(request(resource), KEY, { time: NOW, digests })
}

/** `style level`, of the reading that counts. */
function place({ style, level }: Reading): string {
  return `${style} ${level}`
}

const FORGED = 'bkt.oss-cn-hangzhou.aliyuncs.com'

test('a signed request is made by the account of its key', () => {
  const { requester } = authenticate(v1({ bucket: 'bkt', key: 'k' }), '127.0.0.1', '/bkt/k')
  assert.deepEqual(requester, { kind: 'account', account: ACCESS_KEY.account, accessKeyId: 'ak' })
})

test('a request without a signature, and any preflight, is anonymous', () => {
  const bare = request({}, 'para1=test')
  assert.deepEqual(authenticate(bare, 'bkt.localhost', '/k').requester, { kind: 'anonymous' })
  const preflight = { ...v1({ bucket: 'other' }), method: 'OPTIONS' }
  assert.deepEqual(authenticate(preflight, 'bkt.localhost', '/k').requester, { kind: 'anonymous' })
})

test('the reading whose signature verifies is the one that is meant', () => {
  const cases: [host: string, path: string, resource: { bucket?: string; key?: string }, meant: string][] = [
    [FORGED, '/dir/k', { bucket: 'bkt', key: 'dir/k' }, 'host object'],
    [FORGED, '/dir/k', { bucket: 'dir', key: 'k' }, 'path object'],
    [FORGED, '/bkt/k', { bucket: 'bkt', key: 'k' }, 'path object'],
    [FORGED, '/bkt/k', { bucket: 'bkt', key: 'bkt/k' }, 'host object'],
    [FORGED, '/', { bucket: 'bkt' }, 'host bucket'],
    ['undefined.oss-cn-hangzhou.aliyuncs.com', '/', {}, 'path service'],
    ['undefined.oss-cn-hangzhou.aliyuncs.com', '/', { bucket: 'undefined' }, 'host bucket'],
    ['cn-hangzhou.oss.aliyuncs.com', '/', {}, 'path service'],
  ]
  for (const [host, path, resource, meant] of cases) {
    const signers = [
      v1(resource),
      signV4(request(resource), KEY, V4),
      presignV1(request(resource), KEY, { expiresAt: NOW + 1000, digests }),
      presignV4(request(resource), KEY, { ...V4, expiresSeconds: 60 }),
    ]
    for (const signed of signers) {
      assert.equal(place(authenticate(signed, host, path).reading), meant, `${host}${path} ${JSON.stringify(resource)}`)
    }
  }
})

test('at the host of a bucket the resource is the bucket: a signature of the whole service is another', async () => {
  for (const host of [FORGED, 'bkt.localhost', 'bkt.oss-accelerate.aliyuncs.com']) {
    for (const signed of [v1({}), signV4(request({}), KEY, V4)]) {
      assert.match((await refusal(signed, host, '/')).reason, /^signature(?:V4)?DoesNotMatch$/, host)
    }
  }
})

test('the signature distinguishes blanks that the Ruby SDK wrote as plus signs from real plus signs', () => {
  for (const key of ['a b+c', 'a b c', 'a+b+c']) {
    for (const signed of [v1({ bucket: 'bkt', key }), signV4(request({ bucket: 'bkt', key }), KEY, V4)]) {
      const path = `/bkt/${key === 'a b+c' ? 'a+b%2Bc' : 'a+b+c'}`
      assert.equal(authenticate(signed, '127.0.0.1', path).reading.key, key)
    }
  }
})

test('of an anonymous request the path counts where it begins with the bucket of the Host, else the Host', () => {
  assert.equal(place(authenticate(request({}), FORGED, '/bkt/k').reading), 'path object')
  assert.equal(place(authenticate(request({}), FORGED, '/k').reading), 'host object')
})

test('a signature that verifies for no reading shows what the likelier one signs', async () => {
  const signed = signV4(request({ bucket: 'bkt', key: 'k' }), { ...KEY, accessKeySecret: 'wrong' }, V4)
  const forged = await refusal(signed, FORGED, '/bkt/k')
  assert.equal(forged.reason, 'signatureV4DoesNotMatch')
  assert.match(String(forged.details.canonicalRequest), /^GET\n\/bkt\/k\n/)
  const old = await refusal(v1({ bucket: 'other' }), 'bkt.localhost', '/')
  assert.equal(old.reason, 'signatureDoesNotMatch')
  assert.match(String(old.details.stringToSign), /\/bkt\/$/)
  assert.ok(!JSON.stringify([forged.details, old.details]).includes('"sk"'))
})

test('a key that is not there is refused with 403, and one of impossible characters by its place', async () => {
  const causes = (accessKeyId: string) =>
    Promise.all(
      inEachForm({ ...KEY, accessKeyId }).map(async (signed) => {
        const { code, status, ec } = (await refusal(signed, '127.0.0.1', '/')).row
        assert.deepEqual([code, status], ['InvalidAccessKeyId', 403])
        return ec
      }),
    )
  for (const id of ['unknown', 'invalid-ak', 'a.b_c=d']) {
    assert.deepEqual(await causes(id), Array(4).fill('0002-00000902'))
  }
  assert.deepEqual(await causes('un*known'), ['0002-00000064', '0002-00000073', '0002-00000206', '0002-00000222'])
})

/** The same request, signed in each form that carries a token. */
function inEachForm(key: Credentials): Signable[] {
  return [
    signV1(request({}), key, { time: NOW, digests }),
    presignV1(request({}), key, { expiresAt: NOW + 60_000, digests }),
    signV4(request({}), key, V4),
    presignV4(request({}), key, { ...V4, expiresSeconds: 60 }),
  ]
}

test('a temporary key signs with its token, in every form, until it expires', async () => {
  const key = { ...KEY, accessKeyId: 'STS.ak', securityToken: 'token' }
  for (const signed of inEachForm(key)) {
    const { requester } = authenticate(signed, '127.0.0.1', '/', { now: NOW + 1000 })
    assert.equal(requester.kind === 'account' && requester.accessKeyId, 'STS.ak')
    const { row } = await refusal(signed, '127.0.0.1', '/', { now: NOW + 1001 })
    assert.deepEqual([row.code, row.status, row.ec], ['SecurityTokenExpired', 403, '0002-00000007'])
  }
})

test('a token that is wrong, unknown, missing or sent with a permanent key is refused by its own cause', async () => {
  const reasons = (key: Credentials) =>
    Promise.all(inEachForm(key).map(async (signed) => (await refusal(signed, '127.0.0.1', '/')).reason))
  const temporary = { ...KEY, accessKeyId: 'STS.ak' }
  assert.deepEqual(
    new Set(await reasons({ ...temporary, securityToken: 'tokem' })),
    new Set(['securityTokenOfOtherKey']),
  )
  assert.deepEqual(new Set(await reasons({ ...KEY, securityToken: 'token' })), new Set(['invalidAccessKeyId']))
  const unknown = { ...KEY, accessKeyId: 'STS.unknown', securityToken: 'token' }
  assert.deepEqual(new Set(await reasons(unknown)), new Set(['invalidSecurityToken']))
  for (const accessKeyId of ['STS.ak', 'STS.unknown']) {
    const [header, url] = ['invalidAccessKeyId', 'securityTokenNotInQuery']
    assert.deepEqual(await reasons({ ...KEY, accessKeyId }), [header, url, header, url])
  }
})

test('a key that has to be looked up is waited for', async () => {
  const accessKeys = { find: async (id: string) => KEYS.get(id) }
  const options = { accessKeys, digests, clock: () => NOW, region: 'cn-hangzhou', strict: false }
  const where = readings('127.0.0.1', '/', { domains: [] })
  const { requester } = await authenticator(options)(v1({}), where)
  assert.deepEqual(requester, { kind: 'account', account: ACCESS_KEY.account, accessKeyId: 'ak' })
  const forged = signV1(request({}), { ...KEY, accessKeySecret: 'wrong' }, { time: NOW, digests })
  await assert.rejects(async () => authenticator(options)(forged, where), { reason: 'signatureDoesNotMatch' })
})

test('the time counts before the signature', async () => {
  const wrong = { ...KEY, accessKeySecret: 'wrong' }
  const late = { now: NOW + 16 * 60_000 }
  const reason = async (signed: Signable) => (await refusal(signed, '127.0.0.1', '/', late)).reason
  assert.equal(await reason(signV1(request({}), wrong, { time: NOW, digests })), 'requestTimeTooSkewed')
  assert.equal(await reason(signV4(request({}), wrong, V4)), 'requestTimeTooSkewed')
  assert.equal(await reason(presignV1(request({}), wrong, { expiresAt: NOW, digests })), 'urlExpired')
  assert.equal(await reason(presignV4(request({}), wrong, { ...V4, expiresSeconds: 60 })), 'v4UrlExpired')
})

test('the region of a V4 scope is compared only when strict', async () => {
  const foreign = { ...V4, region: 'oss-cn-hangzhou' }
  const inHeader = signV4(request({}), KEY, foreign)
  const inUrl = presignV4(request({}), KEY, { ...foreign, expiresSeconds: 60 })
  for (const signed of [inHeader, inUrl]) assert.doesNotThrow(() => authenticate(signed, '127.0.0.1', '/'))
  const ec = async (signed: Signable) => (await refusal(signed, '127.0.0.1', '/', { strict: true })).row.ec
  assert.equal(await ec(inHeader), '0002-00000228')
  assert.equal(await ec(inUrl), '0002-00000226')
  assert.doesNotThrow(() => authenticate(signV4(request({}), KEY, V4), '127.0.0.1', '/', { strict: true }))
})

test('a URL is good to the end of the second in which it ends', async () => {
  const urls: readonly [Signable, cause: string][] = [
    [presignV1(request({}), KEY, { expiresAt: NOW, digests }), 'urlExpired'],
    [presignV4(request({}), KEY, { ...V4, time: NOW - 60_000, expiresSeconds: 60 }), 'v4UrlExpired'],
  ]
  for (const [url, expired] of urls) {
    assert.equal(authenticate(url, '127.0.0.1', '/', { now: NOW + 999 }).requester.kind, 'account')
    assert.equal((await refusal(url, '127.0.0.1', '/', { now: NOW + 1000 })).reason, expired)
  }
})

test('a URL that its signer restricts to some clients is refused to others', async () => {
  const allowed: readonly [terms: string, from: string][] = [
    ['x-oss-ac-source-ip=10.1.2.3', '10.1.2.3'],
    ['x-oss-ac-source-ip=10.1.0.0&x-oss-ac-subnet-mask=16', '10.1.2.3'],
    ['x-oss-ac-source-ip=10.1.0.0&x-oss-ac-subnet-mask=16&x-oss-ac-forward-allow=true', '10.1.255.1'],
    ['x-oss-ac-source-ip=fe80::&x-oss-ac-subnet-mask=10', 'fe80::1'],
  ]
  const refused: readonly [terms: string, from: string | undefined][] = [
    ['x-oss-ac-source-ip=10.1.2.3', '10.1.2.4'],
    ['x-oss-ac-source-ip=10.1.0.0&x-oss-ac-subnet-mask=16', '10.2.0.1'],
    ['x-oss-ac-source-ip=10.1.2.3', undefined],
    ['x-oss-ac-subnet-mask=16', '10.1.2.3'],
    ['x-oss-ac-source-ip=', '10.1.2.3'],
    ['x-oss-ac-source-ip=10.1.2.3&x-oss-ac-vpc-id=vpc-1', '10.1.2.3'],
    ['x-oss-ac-vpc-id=vpc-1', '10.1.2.3'],
  ]
  const presigned = (terms: string) => [
    presignV1(request({ bucket: 'bkt', key: 'k' }, terms), KEY, { expiresAt: NOW, digests }),
    presignV4(request({ bucket: 'bkt', key: 'k' }, terms), KEY, { ...V4, expiresSeconds: 60 }),
  ]
  for (const [terms, remoteAddress] of allowed) {
    for (const url of presigned(terms)) {
      assert.equal(authenticate({ ...url, remoteAddress }, '127.0.0.1', '/bkt/k').requester.kind, 'account', terms)
    }
  }
  for (const [terms, remoteAddress] of refused) {
    for (const url of presigned(terms)) {
      const from = remoteAddress === undefined ? url : { ...url, remoteAddress }
      const { reason, row } = await refusal(from, '127.0.0.1', '/bkt/k')
      assert.deepEqual([reason, row.ec], ['sourceNotAllowed', '0002-00000602'], terms)
    }
  }
})

test('a URL of V1 is refused where a value could be a shorter one with what restricts the URL', async () => {
  const asked = (query: string) =>
    presignV1(request({ bucket: 'bkt', key: 'k' }, query), KEY, { expiresAt: NOW + 60_000, digests })
  const restricted = asked('response-content-type=a&x-oss-ac-source-ip=10.0.0.1')
  const parameters = restricted.query.parameters
    .filter(({ name }) => name !== 'x-oss-ac-source-ip')
    .map((one) => (one.name === 'response-content-type' ? { ...one, value: 'a&x-oss-ac-source-ip=10.0.0.1' } : one))
  const swallowed = { ...restricted, query: new Query(parameters) }
  assert.equal((await refusal(swallowed, 'bkt.localhost', '/k')).reason, 'urlKeyAmbiguous')
  const named = asked('response-content-disposition=attachment; filename="R%26D %26 acl.txt"')
  assert.equal(authenticate(named, 'bkt.localhost', '/k').reading.key, 'k')
})

test('the bearer of a URL of V1 may have an image processed, and no other image drawn onto it', async () => {
  const url = presignV1(request({ bucket: 'bkt', key: 'k' }), KEY, { expiresAt: NOW + 60_000, digests })
  const adding = (value: string) => {
    return { ...url, query: new Query([...url.query.parameters, { name: 'x-oss-process', value }]) }
  }
  assert.equal(authenticate(adding('image/resize,w_1'), 'bkt.localhost', '/k').reading.key, 'k')
  assert.equal(
    (await refusal(adding('image/watermark,image_Yg'), 'bkt.localhost', '/k')).reason,
    'signatureDoesNotMatch',
  )
  const process = 'image/watermark,image_Yg'
  const signed = presignV1(request({ bucket: 'bkt', key: 'k' }, `x-oss-process=${process}`), KEY, {
    expiresAt: NOW + 60_000,
    digests,
  })
  assert.equal(authenticate(signed, 'bkt.localhost', '/k').reading.key, 'k')
})

test('a URL of V1 is refused for a key that could be a shorter one with a subresource', async () => {
  const asked = (key: string) => presignV1(request({ bucket: 'bkt', key }), KEY, { expiresAt: NOW + 60_000, digests })
  const path = (key: string) => `/${encodeURIComponent(key)}`
  // what its signer meant as the ACL of k
  const { query } = presignV1(request({ bucket: 'bkt', key: 'k' }, 'acl'), KEY, { expiresAt: NOW + 60_000, digests })
  const reused = { ...request({}), query: new Query(query.parameters.filter(({ name }) => name !== 'acl')) }
  assert.equal((await refusal(reused, 'bkt.localhost', path('k?acl'))).reason, 'urlKeyAmbiguous')
  assert.equal((await refusal(asked('k?acl'), 'bkt.localhost', path('k?acl'))).reason, 'urlKeyAmbiguous')
  assert.equal(authenticate(asked('k?'), 'bkt.localhost', path('k?')).reading.key, 'k?')
  const byHeader = v1({ bucket: 'bkt', key: 'k?acl' })
  assert.equal(authenticate(byHeader, 'bkt.localhost', path('k?acl')).reading.key, 'k?acl')
  const byV4 = presignV4(request({ bucket: 'bkt', key: 'k?acl' }), KEY, { ...V4, expiresSeconds: 60 })
  assert.equal(authenticate(byV4, 'bkt.localhost', path('k?acl')).reading.key, 'k?acl')
})
