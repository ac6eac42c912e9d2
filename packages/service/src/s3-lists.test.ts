import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import {
  BUCKET,
  call,
  element,
  elements,
  type S3Request,
  type StartedService,
  s3,
  startWithBucket,
} from './testing/index.js'

const asS3 = (started: StartedService, request: S3Request) => s3(started, { bucket: BUCKET, ...request })
const put = (started: StartedService, key: string, headers: Record<string, string> = {}) =>
  asS3(started, { method: 'PUT', key, body: 'x', headers })
const list = async (started: StartedService, query: string) => (await asS3(started, { method: 'GET', query })).text
const codeOf = ({ status, text }: { readonly status: number; readonly text: string }) =>
  `${status} ${element(text, 'Code')}`

/** A list of keys to delete, as its text has them, with the digest that it needs. */
function remove(started: StartedService, keys: readonly string[], more = '') {
  const objects = keys.map((key) => `<Object><Key>${key}</Key></Object>`)
  const body = `<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${more}${objects.join('')}</Delete>`
  const headers = { 'content-md5': createHash('md5').update(body).digest('base64') }
  return asS3(started, { method: 'POST', query: 'delete', body, headers })
}

test('a page of no keys is empty and whole, and other sizes are cut to 1,000 or refused', async () => {
  const started = await startWithBucket()
  await put(started, 'k')
  for (const query of ['', 'list-type=2&']) {
    const none = await list(started, `${query}max-keys=0`)
    assert.deepEqual([elements(none, 'Key'), element(none, 'IsTruncated')], [[], 'false'])
    assert.equal(element(await list(started, `${query}max-keys=5000`), 'MaxKeys'), '1000')
    for (const size of ['-1', 'x', '2147483648']) {
      assert.equal(element(await list(started, `${query}max-keys=${size}`), 'Code'), 'InvalidArgument', size)
    }
  }
})

test('a prefix with more keys than a page counts once, and is passed over', async () => {
  const started = await startWithBucket()
  for (let index = 0; index < 2_500; index += 1) await put(started, `0/${index}`)
  await put(started, '1')
  const whole = await list(started, 'list-type=2&delimiter=%2F')
  assert.deepEqual([elements(whole, 'Prefix').filter(Boolean), elements(whole, 'Key')], [['0/'], ['1']])
  const first = await list(started, 'list-type=2&delimiter=%2F&max-keys=1')
  assert.deepEqual([elements(first, 'Prefix').filter(Boolean), elements(first, 'Key')], [['0/'], []])
  const token = encodeURIComponent(element(first, 'NextContinuationToken') ?? '')
  const second = await list(started, `list-type=2&delimiter=%2F&max-keys=1&continuation-token=${token}`)
  assert.deepEqual([elements(second, 'Key'), element(second, 'IsTruncated')], [['1'], 'false'])
})

test('keys are in the order of their bytes', async () => {
  const started = await startWithBucket()
  const keys = ['\u{10000}', '\uFFFD', 'a', 'B', 'é']
  for (const key of keys) await put(started, key)
  assert.deepEqual(elements(await list(started, ''), 'Key'), ['B', 'a', 'é', '\uFFFD', '\u{10000}'])
})

test('keys with signs of XML, blanks and line ends are listed as they are, and deleted by what was listed', async () => {
  const started = await startWithBucket()
  for (const key of ['a\nb', 'a\rb', 'a&b', 'a<b', 'a+b', ' a b ']) await put(started, key)
  const text = await list(started, '')
  const written = [...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key]) => key ?? '')
  assert.deepEqual(written, [' a b ', 'a\nb', 'a&#xD;b', 'a&amp;b', 'a+b', 'a&lt;b'])
  const coded = await list(started, 'encoding-type=url')
  assert.deepEqual(elements(coded, 'Key'), ['%20a%20b%20', 'a%0Ab', 'a%0Db', 'a%26b', 'a%2Bb', 'a%3Cb'])
  await put(started, 'c\u0001')
  assert.ok(elements(await list(started, 'encoding-type=url'), 'Key').includes('c%01'))
  assert.equal((await remove(started, written)).status, 200)
  assert.deepEqual(elements(await list(started, 'encoding-type=url'), 'Key'), ['c%01'])
})

test('an empty token begins a listing, and any other text is refused', async () => {
  const started = await startWithBucket()
  await put(started, 'k')
  assert.deepEqual(elements(await list(started, 'list-type=2&continuation-token='), 'Key'), ['k'])
  const refused = await asS3(started, { method: 'GET', query: 'list-type=2&continuation-token=garbage' })
  assert.equal(codeOf(refused), '400 InvalidArgument')
  assert.equal(element(await list(started, 'encoding-type=base64'), 'Code'), 'InvalidArgument')
})

test('a bucket that never kept versions lists each object as the version null, which can be deleted', async () => {
  const started = await startWithBucket()
  await put(started, 'k')
  const versions = await list(started, 'versions')
  assert.deepEqual([element(versions, 'VersionId'), element(versions, 'IsLatest')], ['null', 'true'])
  const other = await asS3(started, { method: 'GET', key: 'k', query: 'versionId=null' })
  assert.equal(other.text, 'x')
  assert.equal((await asS3(started, { method: 'DELETE', key: 'k', query: 'versionId=null' })).status, 204)
  assert.deepEqual(elements(await list(started, 'versions'), 'Version'), [])
  assert.equal((await asS3(started, { method: 'HEAD', key: 'k' })).status, 404)
})

test('deletions report missing keys as deleted, and a quiet answer is still a document', async () => {
  const started = await startWithBucket()
  assert.deepEqual(elements((await remove(started, ['missing'])).text, 'Key'), ['missing'])
  const quiet = await remove(started, ['missing'], '<Quiet>true</Quiet>')
  assert.match(
    quiet.text,
    /<DeleteResult xmlns="http:\/\/s3\.amazonaws\.com\/doc\/2006-03-01\/"(?:\/>|><\/DeleteResult>)$/,
  )
})

test('a list of more than 1,000 keys, or of none, deletes nothing', async () => {
  const started = await startWithBucket()
  await put(started, '0')
  const many = Array.from({ length: 1_001 }, (_, index) => String(index))
  assert.equal(codeOf(await remove(started, many)), '400 MalformedXML')
  assert.equal(codeOf(await remove(started, [])), '400 MalformedXML')
  assert.equal((await asS3(started, { method: 'HEAD', key: '0' })).status, 200)
  assert.equal((await remove(started, many.slice(0, 1_000))).status, 200)
  assert.equal((await asS3(started, { method: 'HEAD', key: '0' })).status, 404)
})

test('a source is named with its slash encoded or not, a plus as a blank, and a version', async () => {
  const started = await startWithBucket()
  for (const key of ['a+b', 'a b']) await asS3(started, { method: 'PUT', key, body: key })
  const copied = async (source: string) => {
    const headers = { 'x-amz-copy-source': source }
    const { status, text } = await asS3(started, { method: 'PUT', key: 'copy', headers })
    return status === 200 ? (await asS3(started, { method: 'GET', key: 'copy' })).text : element(text, 'Code')
  }
  for (const source of [`${BUCKET}/a%2Bb`, `${BUCKET}%2Fa%2Bb`, `/${BUCKET}/a%2Bb?versionId=null`]) {
    assert.equal(await copied(source), 'a+b', source)
  }
  assert.equal(await copied(`${BUCKET}/a+b`), 'a b')
  assert.equal(await copied(`${BUCKET}/a%20b`), 'a b')
  assert.equal(await copied(BUCKET), 'InvalidArgument')
  assert.equal(await copied(`${BUCKET}/missing`), 'NoSuchKey')
})

test('a copy of a public object is private, and has its tags', async () => {
  const started = await startWithBucket()
  await put(started, 'public', { 'x-amz-acl': 'public-read', 'x-amz-tagging': 'a=1' })
  await asS3(started, { method: 'PUT', key: 'copy', headers: { 'x-amz-copy-source': `${BUCKET}/public` } })
  const open = (key: string) =>
    asS3(started, { method: 'GET', key, as: 'anonymous', headers: { 'amz-sdk-request': 'attempt=1' } })
  assert.deepEqual([(await open('public')).status, (await open('copy')).status], [200, 403])
  assert.equal(element((await asS3(started, { method: 'GET', key: 'copy', query: 'tagging' })).text, 'Key'), 'a')
})

test('HEAD of a bucket names the region, whatever its status', async () => {
  const started = await startWithBucket()
  const region = async (request: S3Request) => {
    const { status, headers } = await s3(started, request)
    return [status, headers['x-amz-bucket-region']]
  }
  const head = { method: 'HEAD', bucket: BUCKET } as const
  assert.deepEqual(await region(head), [200, 'cn-hangzhou'])
  const anonymous = { ...head, as: 'anonymous', headers: { 'amz-sdk-request': 'attempt=1' } } as const
  assert.deepEqual(await region(anonymous), [403, 'cn-hangzhou'])
})

test('results are in the namespace of S3, and errors in none', async () => {
  const started = await startWithBucket()
  const { text, headers } = await asS3(started, { method: 'GET', key: 'missing' })
  assert.match(text, /<Error><Code>/)
  assert.equal(element(text, 'RequestId'), headers['x-amz-request-id'])
  await put(started, 'k')
  const queries = ['', 'list-type=2', 'versions', 'uploads', 'location', 'acl', 'versioning', 'logging']
  for (const query of queries) {
    assert.match(
      await list(started, query),
      /^<\?xml[^>]*>\n?<\w+ xmlns="http:\/\/s3\.amazonaws\.com\/doc\/2006-03-01\/"/,
      query,
    )
  }
})

test('a bucket with an open upload is deleted by S3, and refused by OSS', async () => {
  const started = await startWithBucket()
  await asS3(started, { method: 'POST', key: 'k', query: 'uploads' })
  assert.equal((await call(started, { method: 'DELETE', bucket: BUCKET })).status, 409)
  assert.equal((await asS3(started, { method: 'DELETE' })).status, 204)
})
