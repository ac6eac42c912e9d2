import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { BUCKET, element, type S3Request, type StartedService, s3, startWithBucket } from './testing/index.js'

const BODY = '0123456789'
const sha256 = createHash('sha256').update(BODY).digest('base64')
const asS3 = (started: StartedService, request: S3Request) => s3(started, { bucket: BUCKET, ...request })

const put = (started: StartedService, headers = {}) =>
  asS3(started, { method: 'PUT', key: 'source', body: BODY, headers })

const copy = (started: StartedService, algorithm?: string) =>
  asS3(started, {
    method: 'PUT',
    key: 'copy',
    headers: {
      'x-amz-copy-source': `${BUCKET}/source`,
      ...(algorithm !== undefined && { 'x-amz-checksum-algorithm': algorithm }),
    },
  })

const head = async (started: StartedService, key: string) =>
  (await asS3(started, { method: 'HEAD', key, headers: { 'x-amz-checksum-mode': 'ENABLED' } })).headers

test('a copy has the checksum that its request names, computed from the bytes', async () => {
  const started = await startWithBucket()
  await put(started, { 'x-amz-checksum-crc32': 'poTHxg==' })
  const { status, text } = await copy(started, 'SHA256')
  assert.equal(status, 200)
  assert.equal(element(text, 'ChecksumSHA256'), sha256)
  assert.equal(element(text, 'ChecksumType'), 'FULL_OBJECT')
  const headers = await head(started, 'copy')
  assert.equal(headers['x-amz-checksum-sha256'], sha256)
  assert.equal(headers['x-amz-checksum-crc32'], undefined)
  assert.equal(headers.etag, (await head(started, 'source')).etag)
  assert.equal((await asS3(started, { method: 'GET', key: 'copy' })).text, BODY)
})

test('a copy without such a request keeps the checksum of its source, and so does one that names the same', async () => {
  const started = await startWithBucket()
  await put(started, { 'x-amz-checksum-crc32': 'poTHxg==' })
  for (const algorithm of [undefined, 'CRC32']) {
    assert.equal(element((await copy(started, algorithm)).text, 'ChecksumCRC32'), 'poTHxg==')
    assert.equal((await head(started, 'copy'))['x-amz-checksum-crc32'], 'poTHxg==')
  }
})

test('a checksum that the server cannot compute is refused, and nothing is copied', async () => {
  const started = await startWithBucket()
  await put(started)
  assert.equal((await copy(started, 'XXHASH64')).status, 400)
  assert.equal((await asS3(started, { method: 'HEAD', key: 'copy' })).status, 404)
})
