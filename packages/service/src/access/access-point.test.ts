/** Requests that come by an access point: it and its bucket must both allow them. */
import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { describe, test } from 'node:test'
import type { BucketName } from '@bindery/protocol'
import { findUser } from '../domain/ram/find-holder.js'
import { entranceRows } from '../domain/stored/keyspace.js'
import {
  adminRequest,
  BUCKET,
  call,
  element,
  Ram,
  ROOT,
  s3,
  startWithBucket,
  type TestRequest,
} from '../testing/index.js'

const ACCOUNT = ROOT.account.id
const POINT = 'point'
const LABEL = `${POINT}-${ACCOUNT}`
const ARN = `acs:oss:cn-hangzhou:${ACCOUNT}:accesspoint/${POINT}`
const HOST = `${LABEL}.oss-cn-hangzhou.oss-accesspoint.aliyuncs.com`

type Statement = Readonly<Record<string, unknown>>
const ANY = { Effect: 'Allow', Action: ['oss:*'], Principal: ['*'], Resource: [ARN, `${ARN}/*`] }
const OBJECTS = [`acs:oss:*:*:${BUCKET}`, `acs:oss:*:*:${BUCKET}/*`]

/** A bucket with an object `k` and an access point, and how to configure them. */
async function startWithPoint({ origin = '<NetworkOrigin>internet</NetworkOrigin>' } = {}) {
  const started = await startWithBucket()
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'content' })
  const body = `<CreateAccessPointConfiguration><AccessPointName>${POINT}</AccessPointName>${origin}</CreateAccessPointConfiguration>`
  const { text } = await call(started, { method: 'PUT', bucket: BUCKET, query: { accessPoint: '' }, body })
  const alias = element(text, 'Alias') ?? ''
  const headers = { 'x-oss-access-point-name': POINT }
  const done = async (request: TestRequest) => {
    const { status, text: answer } = await call(started, request)
    assert.ok(status < 300, answer)
  }
  const policyOf = (...statements: Statement[]) => JSON.stringify({ Version: '1', Statement: statements })
  return {
    started,
    alias,
    pointPolicy: (...statements: Statement[]) =>
      done({
        method: 'PUT',
        bucket: BUCKET,
        query: { accessPointPolicy: '' },
        headers,
        body: policyOf(...statements),
      }),
    bucketPolicy: (...statements: Statement[]) =>
      done({ method: 'PUT', bucket: BUCKET, query: { policy: '' }, body: policyOf(...statements) }),
    bucketAcl: (acl: string) =>
      done({ method: 'PUT', bucket: BUCKET, query: { acl: '' }, headers: { 'x-oss-acl': acl } }),
    block: (name?: string) =>
      done({
        method: 'PUT',
        bucket: BUCKET,
        query: { publicAccessBlock: '', ...(name && { 'x-oss-access-point-name': name }) },
        body: '<PublicAccessBlockConfiguration><BlockPublicAccess>true</BlockPublicAccess></PublicAccessBlockConfiguration>',
      }),
    remove: () => done({ method: 'DELETE', bucket: BUCKET, query: { accessPoint: '' }, headers }),
  }
}

type World = Awaited<ReturnType<typeof startWithPoint>>

/** `200`, or `403 AccessDenied deniedByAcl`. */
async function outcome({ started, alias }: World, request: Omit<TestRequest, 'method'> & { method?: string } = {}) {
  const { status, log } = await call(started, { method: 'GET', bucket: alias, key: 'k', ...request })
  return status < 300 ? String(status) : `${status} ${log.code} ${log.cause}`
}

test('a bucket is read and written by the alias of its access point and by its host, in every signature', async () => {
  const world = await startWithPoint()
  const ways = [
    { bucket: world.alias },
    { bucket: world.alias, style: 'path' },
    { bucket: LABEL, host: HOST },
    { bucket: LABEL, host: `${LABEL}.oss-cn-hangzhou-internal.oss-accesspoint.aliyuncs.com` },
    { bucket: LABEL, host: `${LABEL}.oss-accesspoint.localhost:9000` },
  ] as const
  for (const way of ways) {
    for (const signature of ['v1', 'v4', 'url'] as const) {
      const key = `${way.bucket}-${signature}`
      assert.equal(await outcome(world, { ...way, signature, method: 'PUT', key, body: 'x' }), '200', key)
      assert.equal((await call(world.started, { ...way, method: 'GET', key, signature })).text, 'x')
      assert.equal((await call(world.started, { method: 'GET', bucket: BUCKET, key })).text, 'x')
    }
  }
  const listed = await call(world.started, { method: 'GET', bucket: world.alias, query: { prefix: 'k' } })
  assert.equal(element(listed.text, 'Key'), 'k')
  assert.equal(listed.log.bucket, BUCKET)
})

test('the signature covers the name that the request has in place of the bucket', async () => {
  const world = await startWithPoint()
  const hosted = { method: 'GET', key: 'k', host: HOST, bucket: BUCKET } as const
  assert.equal(await outcome(world, hosted), '403 SignatureDoesNotMatch signatureV4DoesNotMatch')
})

test('the endpoints that an access point names lead to it', async () => {
  const world = await startWithPoint()
  for (const host of [undefined, `${BUCKET}.localhost:9000`]) {
    const { text } = await call(world.started, {
      method: 'GET',
      bucket: BUCKET,
      query: { accessPoint: '' },
      headers: { 'x-oss-access-point-name': POINT },
      ...(host && { host }),
    })
    for (const name of ['PublicEndpoint', 'InternalEndpoint']) {
      assert.equal(await outcome(world, { bucket: LABEL, host: element(text, name) ?? '' }), '200', name)
    }
  }
})

test('the host and the alias of a deleted access point lead to none', async () => {
  const world = await startWithPoint()
  await world.remove()
  for (const way of [{}, { style: 'path' }, { bucket: LABEL, host: HOST }, { as: 'anonymous' }] as const) {
    assert.equal(await outcome(world, way), '404 NoSuchAccessPoint noSuchAccessPoint')
  }
  assert.equal(await outcome(world, { bucket: BUCKET }), '200')
})

test('an access point that is deleted after a request found it refuses the request', async () => {
  const { started, alias, remove } = await startWithPoint()
  const ram = new Ram(started)
  await remove()
  await ram.domain.metadata.transact(async (tx) =>
    entranceRows.set(tx, { entrance: alias }, { bucket: BUCKET as BucketName, accessPoint: POINT }),
  )
  const { log } = await call(started, { method: 'GET', bucket: alias, key: 'k' })
  assert.equal(log.code, 'NoSuchAccessPoint')
})

test('an access point decides about each object that a body names', async () => {
  const world = await startWithPoint()
  const alice = await new Ram(world.started).user('alice', { Effect: 'Allow', Action: 'oss:*', Resource: OBJECTS })
  const body = '<Delete><Object><Key>k</Key></Object></Delete>'
  const request = { method: 'POST', query: { delete: '' }, as: alice, body } as const
  const headers = { 'content-md5': createHash('md5').update(body).digest('base64') }
  const deletion = async () => {
    const { status, log } = await call(world.started, { ...request, headers, bucket: world.alias })
    return `${status} ${log.cause}`
  }
  await world.pointPolicy({ ...ANY, Resource: [`${ARN}/object/other`] })
  assert.equal(await deletion(), '403 deniedByAccessPoint')
  await world.pointPolicy(ANY)
  assert.equal(await deletion(), '200 undefined')
})

test('a form names the alias in its policy', async () => {
  const world = await startWithPoint()
  const policy = (bucket: string) =>
    base64Text({ expiration: '2030-01-01T00:00:00.000Z', conditions: [{ bucket }, ['starts-with', '$key', '']] })
  const post = async (bucket: string) => {
    const text = policy(bucket)
    const signature = createHmac('sha1', ROOT.accessKeySecret).update(text).digest('base64')
    const fields = { key: 'form', policy: text, OSSAccessKeyId: ROOT.accessKeyId, Signature: signature }
    const parts = Object.entries(fields).map(([name, value]) => field(`name="${name}"`, value))
    const body = `${parts.join('')}${field('name="file"; filename="f"', 'x')}--b--\r\n`
    const headers = { 'content-type': 'multipart/form-data; boundary=b' }
    return outcome(world, { method: 'POST', query: {}, key: '', headers, body, as: 'anonymous' })
  }
  const base64Text = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64')
  const field = (names: string, value: string) => `--b\r\nContent-Disposition: form-data; ${names}\r\n\r\n${value}\r\n`
  assert.equal(await post(BUCKET), '403 AccessDenied postPolicyFailed')
  assert.equal(await post(world.alias), '204')
  assert.equal((await call(world.started, { method: 'GET', bucket: BUCKET, key: 'form' })).text, 'x')
})

test('what an access point refused is explained', async () => {
  const world = await startWithPoint()
  const alice = await new Ram(world.started).user('alice', { Effect: 'Allow', Action: 'oss:*', Resource: OBJECTS })
  const statement = { ...ANY, Effect: 'Deny', Condition: { IpAddress: { 'acs:SourceIp': '127.0.0.0/8' } } }
  await world.pointPolicy(statement)
  const refusal = await call(world.started, { method: 'GET', bucket: world.alias, key: 'k', as: alice })
  assert.deepEqual([refusal.log.refusal?.by, refusal.log.refusal?.at], ['accessPointPolicy', 'accessPoint'])
  const described = { UserName: 'alice', Action: 'oss:GetObject', Bucket: world.alias, Key: 'k' }
  for (const question of [{ RequestId: refusal.log.requestId }, described]) {
    const { text } = await call(world.started, adminRequest('ExplainAccess', question))
    const { Decision, Code, Reason } = JSON.parse(text)
    assert.deepEqual([Decision, Code], ['Deny', 'AccessDenied'])
    assert.deepEqual(Reason, {
      Source: 'accessPointPolicy',
      At: 'accessPoint',
      StatementIndex: 0,
      Statement: statement,
    })
  }
  await world.pointPolicy({ ...ANY, Condition: { IpAddress: { 'acs:SourceIp': '192.0.2.0/24' } } })
  const { text } = await call(world.started, adminRequest('ExplainAccess', described))
  const unmet = { Source: 'accessPointPolicy', StatementIndex: 0, Operator: 'IpAddress', Key: 'acs:SourceIp' }
  assert.deepEqual(JSON.parse(text).Reason.Unmet, [unmet])
})

test('the source of a copy may be named by an alias, whose access point decides too', async () => {
  const world = await startWithPoint()
  const alice = await new Ram(world.started).user('alice', { Effect: 'Allow', Action: 'oss:*', Resource: OBJECTS })
  const copy = (more: object) => {
    const headers = { 'x-oss-copy-source': `/${world.alias}/k` }
    return outcome(world, { method: 'PUT', bucket: BUCKET, key: 'copied', headers, as: alice, ...more })
  }
  const { text } = await call(world.started, { method: 'POST', bucket: BUCKET, key: 'parts', query: { uploads: '' } })
  const part = { key: 'parts', query: { partNumber: '1', uploadId: element(text, 'UploadId') ?? '' } }
  for (const request of [{}, part]) {
    await world.pointPolicy({ ...ANY, Effect: 'Deny' })
    assert.equal(await copy(request), '403 AccessDenied deniedByAccessPoint')
    await world.pointPolicy(ANY)
    assert.equal(await copy(request), '200')
  }
  assert.equal((await call(world.started, { method: 'GET', bucket: BUCKET, key: 'copied' })).text, 'content')
  await world.remove()
  assert.equal(await copy({}), '404 NoSuchAccessPoint noSuchAccessPoint')
})

test('an object that is made from another is decided by the access point too', async () => {
  const world = await startWithPoint()
  const alice = await new Ram(world.started).user('alice', { Effect: 'Allow', Action: 'oss:*', Resource: OBJECTS })
  const encoded = (text: string) => Buffer.from(text).toString('base64url')
  const save = (more = '') => {
    const body = `x-oss-process=image/format,png|sys/saveas,o_${encoded('made')}${more}`
    return outcome(world, { method: 'POST', query: { 'x-oss-process': '' }, body, as: alice })
  }
  for (const target of ['', `,b_${encoded(BUCKET)}`]) {
    await world.pointPolicy(ANY, { ...ANY, Effect: 'Deny', Resource: [`${ARN}/object/made`] })
    assert.equal(await save(target), '403 AccessDenied deniedByAccessPoint')
    await world.pointPolicy(ANY)
    assert.match(await save(target), / imagesUnavailable$/)
  }
})

test('no bucket gets a name that only aliases have', async () => {
  const world = await startWithPoint()
  const name = 'x-0123456789abcdef-ossalias'
  for (const query of [{}, { acl: '' }]) {
    const { text } = await call(world.started, { method: 'PUT', bucket: name, query })
    assert.equal(element(text, 'Code'), 'InvalidBucketName')
  }
})

test('an access point of a VPC takes no request', async () => {
  const world = await startWithPoint({
    origin: '<NetworkOrigin>vpc</NetworkOrigin><VpcConfiguration><VpcId>vpc-1</VpcId></VpcConfiguration>',
  })
  assert.equal(await outcome(world), '403 AccessDenied accessPointOfVpc')
  assert.equal(await outcome(world, { bucket: BUCKET }), '200')
})

test('S3 has no aliases of this kind', async () => {
  const world = await startWithPoint()
  const { status, log } = await s3(world.started, { method: 'GET', bucket: world.alias, key: 'k' })
  assert.equal(`${status} ${log.code}`, '404 NoSuchAccessPoint')
})

/** Stands for the id of alice. */
const ALICE = '2000000000000001'
const DELEGATED = {
  Effect: 'Allow',
  Action: ['oss:*'],
  Principal: ['*'],
  Resource: OBJECTS,
  Condition: { StringEquals: { 'oss:DataAccessPointAccount': [ACCOUNT] } },
}
const DENIED = '403 AccessDenied deniedByAccessPoint'
const BY_ACL = '403 AccessDenied deniedByAcl'
/** Statements of the access point, of the bucket and of alice; what alice and an anonymous requester get. */
type Row = {
  readonly point?: Statement[]
  readonly bucket?: Statement[]
  readonly own?: Statement[]
  readonly acl?: string
  readonly block?: 'point' | 'bucket'
  readonly alice: string
  readonly anonymous: string
}
const ownOf = (...Resource: string[]) => [{ Effect: 'Allow', Action: 'oss:*', Resource }]
const ROWS: Readonly<Record<string, Row>> = {
  'nothing is set': { alice: DENIED, anonymous: DENIED },
  'only the access point allows': { point: [ANY], alice: BY_ACL, anonymous: BY_ACL },
  'only the bucket allows': { bucket: [{ ...DELEGATED, Condition: undefined }], alice: DENIED, anonymous: DENIED },
  'only the ACL of the bucket allows': { acl: 'public-read', alice: DENIED, anonymous: DENIED },
  'the access point and the ACL allow': { point: [ANY], acl: 'public-read', alice: '200', anonymous: '200' },
  'the bucket leaves it to access points': { point: [ANY], bucket: [DELEGATED], alice: '200', anonymous: '200' },
  'the bucket leaves it to those of another account': {
    point: [ANY],
    bucket: [{ ...DELEGATED, Condition: { StringEquals: { 'oss:DataAccessPointAccount': ['1'] } } }],
    alice: BY_ACL,
    anonymous: BY_ACL,
  },
  'the bucket leaves it to this one': {
    point: [ANY],
    bucket: [{ ...DELEGATED, Condition: { StringLike: { 'oss:DataAccessPointArn': [`${ARN}*`] } } }],
    alice: '200',
    anonymous: '200',
  },
  'the bucket leaves it to those of the internet': {
    point: [ANY],
    bucket: [{ ...DELEGATED, Condition: { StringEquals: { 'oss:AccessPointNetworkOrigin': ['internet'] } } }],
    alice: '200',
    anonymous: '200',
  },
  'the bucket denies what comes by no access point': {
    point: [ANY],
    bucket: [
      DELEGATED,
      {
        ...DELEGATED,
        Effect: 'Deny',
        Condition: { StringNotEquals: { 'oss:DataAccessPointAccount': [ACCOUNT] } },
      },
    ],
    alice: '200',
    anonymous: '200',
  },
  'a policy of RAM names the bucket alone': { own: ownOf(...OBJECTS), alice: DENIED, anonymous: DENIED },
  'a policy of RAM names the access point alone': { own: ownOf(ARN, `${ARN}/*`), alice: BY_ACL, anonymous: DENIED },
  'a policy of RAM names both': { own: ownOf(...OBJECTS, `${ARN}/*`), alice: '200', anonymous: DENIED },
  'the access point denies': {
    point: [ANY, { ...ANY, Effect: 'Deny', Action: ['oss:GetObject'], Principal: [ALICE] }],
    own: ownOf('*'),
    acl: 'public-read',
    alice: DENIED,
    anonymous: '200',
  },
  'the bucket denies': {
    point: [ANY],
    bucket: [{ ...DELEGATED, Effect: 'Deny', Condition: undefined }],
    own: ownOf('*'),
    alice: '403 AccessDenied deniedByPolicy',
    anonymous: '403 AccessDenied deniedByPolicy',
  },
  'the access point blocks public access': {
    point: [{ ...ANY, Principal: [ALICE] }],
    own: ownOf(...OBJECTS),
    acl: 'public-read',
    block: 'point',
    alice: '200',
    anonymous: DENIED,
  },
  'the bucket blocks public access': {
    point: [ANY],
    own: ownOf(...OBJECTS, `${ARN}/*`),
    acl: 'public-read',
    block: 'bucket',
    alice: '200',
    anonymous: DENIED,
  },
  'the block of the bucket leaves what the bucket leaves to access points': {
    point: [{ ...ANY, Principal: [ALICE] }],
    bucket: [DELEGATED],
    block: 'bucket',
    alice: '200',
    anonymous: DENIED,
  },
  'a statement is about other objects': {
    point: [{ ...ANY, Resource: [`${ARN}/object/other*`] }],
    acl: 'public-read',
    alice: DENIED,
    anonymous: DENIED,
  },
}

describe('who may do what by an access point', () => {
  for (const [name, row] of Object.entries(ROWS)) {
    test(name, async () => {
      const world = await startWithPoint()
      const ram = new Ram(world.started)
      const alice = await ram.user('alice', ...(row.own ?? []))
      const id = (await findUser(ram.domain, ram.account, 'alice'))?.record.id ?? ''
      const named = (all: Statement[] = []) => JSON.parse(JSON.stringify(all).replaceAll(ALICE, id)) as Statement[]
      if (row.point) await world.pointPolicy(...named(row.point))
      if (row.bucket) await world.bucketPolicy(...row.bucket)
      if (row.acl) await world.bucketAcl(row.acl)
      if (row.block) await world.block(row.block === 'point' ? POINT : undefined)
      assert.deepEqual(
        { alice: await outcome(world, { as: alice }), anonymous: await outcome(world, { as: 'anonymous' }) },
        { alice: row.alice, anonymous: row.anonymous },
      )
      assert.equal(await outcome(world), '200', 'the owner')
    })
  }
})
