import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUCKET, call, element, type StartedService, startWithBucket } from '../../testing/index.js'

const statement = (principal: string, more = '') =>
  `{"Effect":"Allow","Action":["oss:GetObject"],"Principal":["${principal}"],"Resource":["acs:oss:*:1000000000000001:${BUCKET}/*"]${more}}`
const policy = (statements: string) => ` {"Version":"1",\n "Statement":[${statements}]}`

function put(started: StartedService, body: string | Uint8Array) {
  return call(started, { method: 'PUT', bucket: BUCKET, query: { policy: '' }, body })
}

function ask(started: StartedService, method: 'GET' | 'DELETE') {
  return call(started, { method, bucket: BUCKET, query: { policy: undefined } })
}

async function isPublic(started: StartedService) {
  const { status, text } = await call(started, { method: 'GET', bucket: BUCKET, query: { policyStatus: '' } })
  return [status, element(text, 'IsPublic')]
}

test('a policy is returned byte for byte, until it is replaced or deleted', async () => {
  const started = await startWithBucket()
  const none = await ask(started, 'GET')
  assert.deepEqual([none.status, element(none.text, 'Code')], [404, 'NoSuchBucketPolicy'])
  assert.equal((await ask(started, 'DELETE')).status, 204)
  const text = policy(statement('20214760404935'))
  assert.equal((await put(started, text)).status, 200)
  const found = await ask(started, 'GET')
  assert.deepEqual([found.status, found.headers['content-type'], found.text], [200, 'application/json', text])
  assert.equal((await ask(started, 'DELETE')).status, 204)
  assert.equal((await ask(started, 'GET')).status, 404)
})

test('a policy that cannot be parsed is refused, with the reason', async () => {
  const started = await startWithBucket()
  const refused: readonly (readonly [body: string | Uint8Array, message: RegExp])[] = [
    ['', /JSON/],
    ['{"Version":"1","Statement":[],}', /JSON/],
    ['{"Version":"1","Statement":[]}', /Statement/],
    ['{"Version":"2","Statement":[{}]}', /Version/],
    [policy(statement('1', ',"Extra":1')), /Extra/],
    [policy(Array.from({ length: 200 }, () => statement('1')).join(',')), /bytes/],
    [Uint8Array.of(0xff, 0xfe), /UTF-8/],
  ]
  for (const [body, message] of refused) {
    const { status, text } = await put(started, body)
    assert.deepEqual([status, element(text, 'Code')], [400, 'InvalidPolicyDocument'], text)
    assert.match(element(text, 'Message') ?? '', message)
  }
  assert.equal((await ask(started, 'GET')).status, 404)
})

test('a policy is public if it opens something to everyone; a missing policy is not public', async () => {
  const started = await startWithBucket()
  assert.deepEqual(await isPublic(started), [200, 'false'])
  await put(started, policy(statement('20214760404935')))
  assert.deepEqual(await isPublic(started), [200, 'false'])
  await put(started, policy(statement('*')))
  assert.deepEqual(await isPublic(started), [200, 'true'])
})

test('a condition that strangers meet leaves a policy public, in whatever notation', async () => {
  const started = await startWithBucket()
  const conditions: readonly (readonly [
    operator: string,
    key: string,
    values: readonly string[],
    expected: boolean,
  ])[] = [
    ...['0.0.0.0/0', '128.0.0.0/7', '::/0', '2000::/3', '::/32', '::ffff:0:0/96', '::ffff:128.0.0.0/103'].map(
      (one) => ['IpAddress', 'acs:SourceIp', [one], true] as const,
    ),
    ['IpAddress', 'acs:SourceIp', ['::/8', '0.0.0.0/8'], true],
    ['IpAddress', 'acs:SourceIp', ['10.0.0.0/8', '::/80'], true],
    ...['10.0.0.0/8', '10.1.2.3', '::ffff:10.0.0.0/104', '::/97', '::1', 'fd00::/8', '2001:db8::/32'].map(
      (one) => ['IpAddress', 'acs:SourceIp', [one], false] as const,
    ),
    ...['*', '?*', '*?', '????', '?TAI*'].map((one) => ['StringLike', 'acs:AccessId', [one], true] as const),
    ['StringLike', 'acs:SourceVpc', ['vpc-1', '?*'], true],
    // all keys of the server begin with BK, temporary ones with STS.
    ...['BK*', 'STS.*', 'BK?*', 'BKabc'.padEnd(24, '?')].map(
      (one) => ['StringLike', 'acs:AccessId', [one], true] as const,
    ),
    ['StringLike', 'acs:AccessId', ['BK0123', 'BK*'], true],
    ['StringLike', 'acs:SourceVpc', ['vpc-*'], true],
    ['StringLike', 'oss:DataAccessPointAccount', ['1*'], true],
    ['StringLike', 'oss:DataAccessPointArn', ['acs:oss:*'], true],
    ['StringLike', 'oss:DataAccessPointArn', ['acs:*:*:accesspoint/p'], true],
    ['StringLike', 'oss:DataAccessPointArn', ['acs:oss:cn-hangzhou:1*:accesspoint/p'], true],
    ['StringLike', 'oss:DataAccessPointArn', ['acs:oss:*:1000000000000001:accesspoint/*'], false],
    ['StringEquals', 'oss:DataAccessPointAccount', ['1000000000000001'], false],
    ['StringLike', 'acs:AccessId', ['BK0123'], false],
    ['StringEquals', 'acs:SourceVpc', ['vpc-1'], false],
  ]
  for (const [operator, key, values, expected] of conditions) {
    const condition = `,"Condition":${JSON.stringify({ [operator]: { [key]: values } })}`
    assert.equal((await put(started, policy(statement('*', condition)))).status, 200)
    assert.deepEqual(await isPublic(started), [200, String(expected)], condition)
  }
})

test('a public policy is refused while public access is blocked, and another is not', async () => {
  const started = await startWithBucket()
  const body =
    '<PublicAccessBlockConfiguration><BlockPublicAccess>true</BlockPublicAccess></PublicAccessBlockConfiguration>'
  await call(started, { method: 'PUT', bucket: BUCKET, query: { publicAccessBlock: '' }, body })
  const { status, text } = await put(started, policy(statement('*')))
  assert.deepEqual([status, element(text, 'Message')], [403, 'Put public bucket policy is not allowed'])
  assert.equal((await put(started, policy(statement('20214760404935')))).status, 200)
})
