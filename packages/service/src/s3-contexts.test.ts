import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  BUCKET,
  call,
  element,
  FULL_PART,
  type S3Request,
  type StartedService,
  s3,
  startWithBucket,
} from './testing/index.js'

const SSE = 'x-amz-server-side-encryption'
const contextOf = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64')
const ONE = contextOf({ department: 'é', number: '1' })
const OTHER = contextOf({})
const kms = (context: string) => ({ [SSE]: 'aws:kms', [`${SSE}-context`]: context })

const asS3 = (started: StartedService, request: S3Request) => s3(started, { bucket: BUCKET, ...request })
const shown = ({ headers }: Awaited<ReturnType<typeof s3>>) => headers[`${SSE}-context`]

test('the context of a key is returned to writers, and readers need none', async () => {
  const started = await startWithBucket()
  const put = await asS3(started, { method: 'PUT', key: 'a', body: FULL_PART, headers: kms(ONE) })
  assert.deepEqual([put.status, put.headers[SSE], shown(put)], [200, 'aws:kms', ONE], put.text)
  const got = await asS3(started, { method: 'GET', key: 'a' })
  assert.deepEqual([Buffer.compare(got.bytes, FULL_PART), got.headers[SSE], shown(got)], [0, 'aws:kms', undefined])
  const ofOss = await call(started, { method: 'GET', bucket: BUCKET, key: 'a' })
  assert.equal(Buffer.compare(ofOss.bytes, FULL_PART), 0)
})

test('a copy has the context of its request, whatever its source has', async () => {
  const started = await startWithBucket()
  await asS3(started, { method: 'PUT', key: 'a', body: FULL_PART, headers: kms(ONE) })
  const source = { 'x-amz-copy-source': `${BUCKET}/a` }
  for (const headers of [kms(OTHER), kms(ONE), { [SSE]: 'aws:kms' }, { [SSE]: 'AES256' }]) {
    const copied = await asS3(started, { method: 'PUT', key: 'b', headers: { ...source, ...headers } })
    assert.equal(copied.status, 200, copied.text)
    assert.equal(shown(copied), (headers as Record<string, string>)[`${SSE}-context`])
    assert.equal(Buffer.compare((await asS3(started, { method: 'GET', key: 'b' })).bytes, FULL_PART), 0)
  }
})

test('parts are stored under the context of their upload, those that are copied too', async () => {
  const started = await startWithBucket()
  await asS3(started, { method: 'PUT', key: 'a', body: FULL_PART, headers: kms(ONE) })
  const begun = await asS3(started, { method: 'POST', key: 'm', query: 'uploads', headers: kms(OTHER) })
  assert.equal(shown(begun), OTHER)
  const query = `uploadId=${element(begun.text, 'UploadId')}`
  const part = (number: number, more: Partial<S3Request>) =>
    asS3(started, { method: 'PUT', key: 'm', query: `partNumber=${number}&${query}`, ...more })
  const first = await part(1, { headers: { 'x-amz-copy-source': `${BUCKET}/a` } })
  const second = await part(2, { body: 'end' })
  const refused = await part(3, { body: 'x', headers: kms(OTHER) })
  assert.deepEqual([refused.status, element(refused.text, 'Code')], [400, 'InvalidArgument'])
  const tags = [element(first.text, 'ETag'), second.headers.etag]
  const parts = tags.map((tag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${tag}</ETag></Part>`)
  const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`
  const done = await asS3(started, { method: 'POST', key: 'm', query, body })
  assert.equal(done.status, 200, done.text)
  const got = await asS3(started, { method: 'GET', key: 'm' })
  assert.equal(Buffer.compare(got.bytes, Buffer.concat([FULL_PART, Buffer.from('end')])), 0)
})

test('a context is base64 of JSON that maps text to text, and needs KMS', async () => {
  const started = await startWithBucket()
  const put = async (headers: Record<string, string>) => {
    const { status, text } = await asS3(started, { method: 'PUT', key: 'a', body: 'x', headers })
    return `${status} ${element(text, 'Code')}`
  }
  for (const context of [
    'x',
    contextOf([]),
    contextOf({ a: 1 }),
    contextOf(null),
    contextOf({ a: 'x'.repeat(9_000) }),
  ]) {
    assert.equal(await put(kms(context)), '400 InvalidArgument', context.slice(0, 40))
  }
  assert.equal(await put({ [SSE]: 'AES256', [`${SSE}-context`]: ONE }), '400 InvalidArgument')
  assert.equal(await put({ [`${SSE}-context`]: ONE }), '400 InvalidArgument')
  assert.equal((await asS3(started, { method: 'HEAD', key: 'a' })).status, 404)
  const read = await asS3(started, { method: 'GET', key: 'a', headers: { [`${SSE}-context`]: ONE } })
  assert.deepEqual([read.status, element(read.text, 'Code')], [400, 'InvalidArgument'])
})
