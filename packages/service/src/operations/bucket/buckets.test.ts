import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  BUCKET,
  call,
  element,
  elements,
  initiate,
  OTHER,
  type StartedService,
  startService,
  startWithBucket,
  type TestRequest,
  type TestResponse,
  uploadPart,
} from '../../testing/index.js'

type Rest = Omit<Partial<TestRequest>, 'method' | 'bucket'>

const create = (started: StartedService, bucket: string, rest: Rest = {}) =>
  call(started, { method: 'PUT', bucket, ...rest })
const list = (started: StartedService, query: Record<string, string | undefined> = {}) =>
  call(started, { method: 'GET', bucket: BUCKET, query })
const put = (started: StartedService, key: string) => call(started, { method: 'PUT', bucket: BUCKET, key, body: key })

function assertError(response: TestResponse, status: number, code: string, ec?: string): void {
  assert.deepEqual([response.status, element(response.text, 'Code')], [status, code], response.text)
  if (ec !== undefined) assert.equal(response.headers['x-oss-ec'], ec)
}

test('a bucket is created with its path in Location, and returns its properties', async () => {
  const started = await startService()
  const body =
    '<CreateBucketConfiguration><StorageClass>IA</StorageClass><DataRedundancyType>ZRS</DataRedundancyType></CreateBucketConfiguration>'
  const created = await create(started, 'my-a', { body, headers: { 'x-oss-acl': 'public-read' } })
  assert.deepEqual([created.status, created.headers.location], [200, '/my-a'])
  const info = await call(started, { method: 'GET', bucket: 'my-a', query: { bucketInfo: '' } })
  const expected = {
    Name: 'my-a',
    Location: 'oss-cn-hangzhou',
    ExtranetEndpoint: 'oss-cn-hangzhou.aliyuncs.com',
    IntranetEndpoint: 'oss-cn-hangzhou-internal.aliyuncs.com',
    StorageClass: 'IA',
    DataRedundancyType: 'ZRS',
    Grant: 'public-read',
    CreationDate: '2026-01-05T08:00:00.000Z',
    SSEAlgorithm: 'None',
    BlockPublicAccess: 'false',
    ID: '1000000000000001',
  }
  for (const [name, text] of Object.entries(expected)) assert.equal(element(info.text, name), text, name)
  assert.equal(element(info.text, 'Versioning'), undefined)
  const location = await call(started, { method: 'GET', bucket: 'my-a', query: { location: '' } })
  assert.equal(element(location.text, 'LocationConstraint'), 'oss-cn-hangzhou')
})

test('a bucket created again by its owner keeps its attributes and takes the new ACL', async () => {
  const started = await startService()
  await create(started, 'my-a')
  assert.equal((await create(started, 'my-a', { headers: { 'x-oss-acl': 'public-read' } })).status, 200)
  const acl = await call(started, { method: 'GET', bucket: 'my-a', query: { acl: '' } })
  assert.equal(element(acl.text, 'Grant'), 'public-read')
  const other = '<CreateBucketConfiguration><StorageClass>IA</StorageClass></CreateBucketConfiguration>'
  assertError(await create(started, 'my-a', { body: other }), 409, 'BucketAlreadyExists')
  assertError(await create(started, 'my-a', { as: OTHER }), 409, 'BucketAlreadyExists', '0015-00000104')
})

test('PutBucket refuses invalid names, ACLs, storage classes and locations', async () => {
  const started = await startService()
  const document = (content: string) => ({ body: `<CreateBucketConfiguration>${content}</CreateBucketConfiguration>` })
  for (const name of ['ab', 'Upper', '-a-', 'a_b', 'a'.repeat(64)]) {
    assertError(await create(started, name, { style: 'path' }), 400, 'InvalidBucketName', '0015-00000001')
  }
  assertError(
    await create(started, 'abc', { headers: { 'x-oss-acl': 'all' } }),
    400,
    'InvalidArgument',
    '0015-00000204',
  )
  const badClass = document('<StorageClass>Cold</StorageClass>')
  assertError(await create(started, 'abc', badClass), 400, 'InvalidArgument', '0013-00000101')
  const elsewhere = document('<LocationConstraint>oss-cn-beijing</LocationConstraint>')
  assertError(await create(started, 'abc', elsewhere), 400, 'InvalidLocationConstraint')
  assertError(await create(started, 'abc', { body: '<Create' }), 400, 'MalformedXML')
  assertError(await create(started, 'abc', { as: 'anonymous' }), 403, 'AccessDenied')
  const here = document('<LocationConstraint>oss-cn-hangzhou</LocationConstraint>')
  assert.equal((await create(started, 'abc', here)).status, 200)
})

test('an account has at most 100 buckets', async () => {
  const started = await startService()
  for (let index = 0; index < 100; index += 1) await create(started, `b-${String(index).padStart(3, '0')}`)
  assertError(await create(started, 'one-more'), 400, 'TooManyBuckets')
  assert.equal((await create(started, 'one-more', { as: OTHER })).status, 200)
})

test('an account has at most 100 buckets, though many are created at once', async () => {
  const started = await startService()
  for (let number = 0; number < 95; number += 1) await create(started, `bucket-${number}`)
  const names = Array.from({ length: 20 }, (_, number) => `at-once-${number}`)
  const answers = await Promise.all(names.map((name) => create(started, name)))
  assert.equal(answers.filter(({ status }) => status === 200).length, 5)
  for (const answer of answers) if (answer.status !== 200) assertError(answer, 400, 'TooManyBuckets')
})

test('only an empty bucket is deleted, and a missing one is reported by name', async () => {
  const started = await startWithBucket()
  await put(started, 'a')
  const remove = () => call(started, { method: 'DELETE', bucket: BUCKET })
  assertError(await remove(), 409, 'BucketNotEmpty', '0015-00000301')
  await call(started, { method: 'DELETE', bucket: BUCKET, key: 'a' })
  assert.equal((await remove()).status, 204)
  const missing = await remove()
  assertError(missing, 404, 'NoSuchBucket', '0015-00000101')
  assert.equal(element(missing.text, 'BucketName'), BUCKET)
})

test('every operation on a missing bucket reports it', async () => {
  const started = await startService()
  const requests: readonly (readonly [string, Record<string, string>])[] = [
    ['GET', {}],
    ['GET', { 'list-type': '2' }],
    ['GET', { acl: '' }],
    ['GET', { bucketInfo: '' }],
    ['GET', { location: '' }],
    ['GET', { stat: '' }],
    ['GET', { uploads: '' }],
  ]
  for (const [method, query] of requests) {
    assertError(await call(started, { method, bucket: 'none', query }), 404, 'NoSuchBucket', '0015-00000101')
  }
})

test('PutBucketAcl sets the ACL, and creates a missing bucket', async () => {
  const started = await startService()
  const setAcl = (headers: Record<string, string>, as?: typeof OTHER) =>
    call(started, { method: 'PUT', bucket: 'my-a', query: { acl: '' }, headers, ...(as && { as }) })
  const acl = async () => {
    const response = await call(started, { method: 'GET', bucket: 'my-a', query: { acl: '' } })
    return element(response.text, 'Grant')
  }
  const created = await setAcl({ 'x-oss-acl': 'public-read' })
  assert.deepEqual([created.status, created.headers.location], [200, '/my-a'])
  assert.equal(await acl(), 'public-read')
  await setAcl({})
  assert.equal(await acl(), 'public-read')
  assertError(await setAcl({ 'x-oss-acl': 'odd' }), 400, 'InvalidArgument', '0015-00000204')
  assertError(await setAcl({ 'x-oss-acl': 'private' }, OTHER), 409, 'BucketAlreadyExists')
})

test("the service lists the requester's buckets, with paging elements only on a page", async () => {
  const started = await startService()
  const buckets = (query: Record<string, string> = {}) => call(started, { method: 'GET', query })
  const none = await buckets()
  assert.match(none.text, /<Buckets><\/Buckets>/)
  for (const name of ['my-b', 'my-a', 'zzz']) await create(started, name)
  await create(started, 'theirs', { as: OTHER })
  const all = await buckets()
  assert.deepEqual(elements(all.text, 'Name'), ['my-a', 'my-b', 'zzz'])
  assert.equal(element(all.text, 'IsTruncated'), undefined)
  assert.equal(element(all.text, 'Region'), 'cn-hangzhou')
  const first = await buckets({ prefix: 'my', 'max-keys': '1' })
  assert.deepEqual(elements(first.text, 'Name'), ['my-a'])
  assert.equal(element(first.text, 'IsTruncated'), 'true')
  assert.equal(element(first.text, 'NextMarker'), 'my-a')
  const second = await buckets({ prefix: 'my', marker: 'my-a' })
  assert.deepEqual(elements(second.text, 'Name'), ['my-b'])
  assert.equal(element(second.text, 'IsTruncated'), 'false')
  assert.equal(element(second.text, 'NextMarker'), undefined)
  assertError(await buckets({ 'max-keys': '1001' }), 400, 'InvalidArgument', '0017-00000289')
  assertError(await call(started, { method: 'GET', as: 'anonymous' }), 403, 'AccessDenied')
})

test('the statistics of a bucket are current', async () => {
  const started = await startWithBucket()
  const stat = () => call(started, { method: 'GET', bucket: BUCKET, query: { stat: '' } })
  const empty = await stat()
  for (const name of ['Storage', 'ObjectCount', 'MultipartUploadCount', 'MultipartPartCount']) {
    assert.equal(element(empty.text, name), '0', name)
  }
  // SDKs expect a time, also of a bucket in which nothing was written
  assert.equal(element(empty.text, 'LastModifiedTime'), String(started.now() / 1000))
  await put(started, 'four')
  const uploadId = await initiate(started, 'm')
  await uploadPart(started, 'm', uploadId, 1, 'part')
  const full = await stat()
  assert.equal(element(full.text, 'Storage'), '4')
  assert.equal(element(full.text, 'StandardObjectCount'), '1')
  assert.equal(element(full.text, 'MultipartUploadCount'), '1')
  assert.equal(element(full.text, 'MultipartPartCount'), '1')
})

test('names that no bucket can begin with are refused by ListBuckets', async () => {
  const started = await startWithBucket()
  const buckets = (query: Record<string, string>) => call(started, { method: 'GET', query })
  for (const text of ['BucketNameInvalid', 'a_b', 'a b', 'a/', 'ü', 'a'.repeat(64)]) {
    assertError(await buckets({ prefix: text }), 400, 'InvalidArgument', '0017-00000290')
    assertError(await buckets({ marker: text }), 400, 'InvalidArgument', '0017-00000291')
  }
  for (const text of ['', '-', 'bk', BUCKET]) assert.equal((await buckets({ prefix: text })).status, 200)
})

test('HEAD of a bucket answers whether it exists, to those who may list it, without a body', async () => {
  const started = await startWithBucket()
  const headed = async (request: Partial<TestRequest>) => {
    const { status, bytes } = await call(started, { method: 'HEAD', bucket: BUCKET, ...request })
    assert.equal(bytes.length, 0)
    return status
  }
  assert.equal(await headed({}), 200)
  assert.equal(await headed({ style: 'path', query: { bucketInfo: '' } }), 200)
  assert.equal(await headed({ bucket: 'missing' }), 404)
  assert.equal(await headed({ as: OTHER }), 403)
  assert.equal(await headed({ as: 'anonymous' }), 403)
})

test('ListObjects returns one sequence of keys and prefixes, paged by either', async () => {
  const started = await startWithBucket()
  for (const key of ['a', 'b/1', 'b/2', 'c', 'd/1']) await put(started, key)
  const all = await list(started, { delimiter: '/' })
  assert.deepEqual(elements(all.text, 'Key'), ['a', 'c'])
  assert.deepEqual(elements(all.text, 'Prefix'), ['', 'b/', 'd/'])
  assert.equal(element(all.text, 'NextMarker'), undefined)
  assert.equal(element(all.text, 'MaxKeys'), '100')
  assert.equal(element(all.text, 'Marker'), '')
  assert.equal(element(all.text, 'Type'), 'Normal')
  assert.equal(element(all.text, 'ID'), '1000000000000001')
  assert.equal(element(all.text, 'ETag'), '"0CC175B9C0F1B6A831C399E269772661"')
  const seen: string[] = []
  let marker: string | undefined = ''
  while (marker !== undefined) {
    const page: TestResponse = await list(started, { delimiter: '/', 'max-keys': '1', marker })
    seen.push(...elements(page.text, 'Key'), ...elements(page.text, 'Prefix').slice(1))
    marker = element(page.text, 'NextMarker')
  }
  assert.deepEqual(seen, ['a', 'b/', 'c', 'd/'])
  const none = await list(started, { 'max-keys': '0' })
  assert.deepEqual([elements(none.text, 'Key'), element(none.text, 'IsTruncated')], [[], 'false'])
  const plain = await list(started, { delimiter: '', marker: '', prefix: '' })
  assert.equal(elements(plain.text, 'Key').length, 5)
})

test('ListObjects refuses values that are out of bounds', async () => {
  const started = await startWithBucket()
  for (const value of ['-1', '1001', 'x']) {
    assertError(await list(started, { 'max-keys': value }), 400, 'InvalidArgument')
  }
  assertError(await list(started, { prefix: 'p'.repeat(1025) }), 400, 'InvalidArgument', '0015-00000403')
  assertError(await list(started, { marker: 'm'.repeat(1025) }), 400, 'InvalidArgument', '0015-00000405')
  assertError(await list(started, { 'encoding-type': 'hex' }), 400, 'InvalidArgument', '0017-00000235')
  assertError(await list(started, { 'list-type': '3' }), 400, 'InvalidArgument', '0015-00000401')
})

test('ListObjectsV2 pages by tokens that no decoder changes, and returns owners only if requested', async () => {
  const started = await startWithBucket()
  const keys = ['a+b', 'a b', '~~>?', '中/1', '中/2', 'z']
  for (const key of keys) await put(started, key)
  const v2 = (query: Record<string, string>) => list(started, { 'list-type': '2', ...query })
  const seen: string[] = []
  let token: string | undefined
  do {
    const page: TestResponse = await v2({
      'max-keys': '1',
      ...(token !== undefined && { 'continuation-token': token }),
    })
    assert.equal(element(page.text, 'KeyCount'), '1')
    assert.equal(element(page.text, 'ContinuationToken'), token)
    seen.push(...elements(page.text, 'Key'))
    token = element(page.text, 'NextContinuationToken')
    assert.match(token ?? 'none', /^[A-Za-z0-9._-]+$/)
  } while (token !== undefined)
  assert.deepEqual([...seen].sort(), [...keys].sort())
  const grouped = await v2({ delimiter: '/', 'start-after': '中/1', 'fetch-owner': 'true' })
  assert.deepEqual(elements(grouped.text, 'Prefix'), ['', '中/'])
  assert.equal(element(grouped.text, 'StartAfter'), '中/1')
  assert.equal(element((await v2({})).text, 'Owner'), undefined)
  assert.equal(element((await v2({ 'fetch-owner': 'true' })).text, 'ID'), '1000000000000001')
  assertError(await v2({ 'continuation-token': '!' }), 400, 'InvalidArgument')
  const encoded = await v2({ 'encoding-type': 'url', prefix: 'a ' })
  assert.deepEqual(elements(encoded.text, 'Key'), ['a%20b'])
})
