import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import type { ByteSource } from '@bindery/storage'
import { sourceOf } from '../../domain/testing.js'
import {
  BUCKET,
  call,
  complete,
  element,
  FULL_PART,
  initiate,
  partList,
  startWithBucket,
  type TestResponse,
  uploadPart,
} from '../../testing/index.js'

const LAST = 'hello oss'
const FULL_ETAG = '302D3A0C8E319EAA95B059B346DE1D1D'
const LAST_ETAG = '337B33C02F89493026843983FF272A30'

function assertError(response: TestResponse, status: number, code: string): void {
  assert.deepEqual([response.status, element(response.text, 'Code')], [status, code], response.text)
}

async function startWithUpload(query: Record<string, string | undefined> = {}) {
  const started = await startWithBucket()
  const uploadId = await initiate(started, 'k', { query })
  return { started, uploadId }
}

test('the ETag of a multipart object is the MD5 of its listed ETags as text, with their number', async () => {
  const { started, uploadId } = await startWithUpload()
  await uploadPart(started, 'k', uploadId, 1)
  await uploadPart(started, 'k', uploadId, 2, LAST)
  const done = await complete(started, 'k', uploadId, [
    [1, FULL_ETAG],
    [2, LAST_ETAG],
  ])
  assert.equal(done.status, 200)
  assert.equal(done.headers.etag, '"CDE8D21A00DEF1AF2825E34D665747D0-2"')
  assert.equal(element(done.text, 'ETag'), done.headers.etag)
  assert.equal(done.headers['x-oss-hash-crc64ecma'], '14439424006907896166')
  assert.equal(done.headers['content-type'], 'application/xml')
  assert.equal(done.headers['content-md5'], undefined)
  const read = await call(started, { method: 'GET', bucket: BUCKET, key: 'k' })
  assert.ok(Buffer.concat([FULL_PART, Buffer.from(LAST)]).equals(read.bytes))
})

test('a single part makes an ETag of the multipart form', async () => {
  const { started, uploadId } = await startWithUpload()
  await uploadPart(started, 'k', uploadId, 1, LAST)
  const done = await complete(started, 'k', uploadId, [[1, LAST_ETAG]])
  assert.equal(done.headers.etag, '"4ABAABC2FA8F1EC1E82222AFE5B43BA1-1"')
})

test('an empty list of parts makes an object of no bytes, and an empty body is an error', async () => {
  const { started, uploadId } = await startWithUpload()
  const refused = await complete(started, 'k', uploadId, '')
  assertError(refused, 400, 'MalformedXML')
  assert.equal(refused.headers['x-oss-ec'], '0042-00000205')
  const done = await complete(started, 'k', uploadId, [])
  assert.deepEqual([done.status, done.headers['x-oss-hash-crc64ecma']], [200, '0'])
  const head = await call(started, { method: 'HEAD', bucket: BUCKET, key: 'k' })
  assert.equal(head.headers['content-length'], '0')
})

test('an unknown upload is reported before the body is read', async () => {
  const { started } = await startWithUpload()
  for (const body of ['', 'garbage', '<Wrong/>']) {
    for (const uploadId of ['0123456789ABCDEF0123456789ABCDEF', 'no-id', '../x']) {
      const response = await complete(started, 'k', uploadId, body)
      assertError(response, 404, 'NoSuchUpload')
      assert.equal(element(response.text, 'UploadId'), uploadId)
    }
  }
})

test('an upload belongs to its key', async () => {
  const { started, uploadId } = await startWithUpload()
  assertError(await uploadPart(started, 'other', uploadId, 1), 404, 'NoSuchUpload')
  assertError(await complete(started, 'other', uploadId, []), 404, 'NoSuchUpload')
  const aborted = await call(started, { method: 'DELETE', bucket: BUCKET, key: 'other', query: { uploadId } })
  assertError(aborted, 404, 'NoSuchUpload')
  assert.equal(aborted.headers['x-oss-ec'], '0042-00000002')
})

test('complete-all with a body is refused with the official text, and the upload stays open', async () => {
  const { started, uploadId } = await startWithUpload()
  await uploadPart(started, 'k', uploadId, 1, LAST)
  const headers = { 'x-oss-complete-all': 'yes' }
  const refused = await complete(started, 'k', uploadId, [[1, LAST_ETAG]], { headers })
  assertError(refused, 400, 'InvalidArgument')
  assert.equal(element(refused.text, 'Message'), 'Should not speficy both complete all header and http body.')
  assert.equal(element(refused.text, 'ArgumentName'), 'x-oss-complete-all')
  assert.equal(refused.headers['x-oss-ec'], '0042-00000216')
  const done = await complete(started, 'k', uploadId, '', { headers })
  assert.equal(done.headers.etag, '"4ABAABC2FA8F1EC1E82222AFE5B43BA1-1"')
})

test('Location is percent-encoded once, including slash, tilde and star, whatever the encoding type', async () => {
  const started = await startWithBucket()
  const key = 'dir/a b~*+中.bin'
  const encoded = 'dir%2Fa%20b%7E%2A%2B%E4%B8%AD.bin'
  const host = 'http://bkt.oss-cn-hangzhou.aliyuncs.com/'
  const plain = await complete(started, key, await initiate(started, key), [])
  assert.equal(element(plain.text, 'Location'), host + encoded)
  assert.equal(element(plain.text, 'Key'), key)
  assert.equal(element(plain.text, 'EncodingType'), undefined)
  const url = await complete(started, key, await initiate(started, key), [], { query: { 'encoding-type': 'url' } })
  assert.equal(element(url.text, 'Location'), host + encoded)
  assert.equal(element(url.text, 'Key'), 'dir%2Fa%20b~%2A%2B%E4%B8%AD.bin')
  const uploadId = await initiate(started, key)
  const byPath = await complete(started, key, uploadId, [], { style: 'path', scheme: 'https' })
  assert.equal(element(byPath.text, 'Location'), `https://127.0.0.1/bkt/${encoded}`)
})

test('only a part before the last listed one has a minimum size, which is 102,400 bytes', async () => {
  const { started, uploadId } = await startWithUpload()
  const short = await uploadPart(started, 'k', uploadId, 1, FULL_PART.subarray(1))
  await uploadPart(started, 'k', uploadId, 2, LAST)
  const refused = await complete(started, 'k', uploadId, [
    [1, short.headers.etag],
    [2, LAST_ETAG],
  ])
  assertError(refused, 400, 'EntityTooSmall')
  assert.equal(element(refused.text, 'MinSizeAllowed'), '102400')
  assert.equal(refused.headers['x-oss-ec'], '0042-00000213')
  await uploadPart(started, 'k', uploadId, 1)
  const done = await complete(started, 'k', uploadId, [
    [1, FULL_ETAG],
    [2, LAST_ETAG],
  ])
  assert.equal(done.status, 200)
})

test('a failed Complete leaves the upload unchanged; success and Abort end it for every call', async () => {
  const { started, uploadId } = await startWithUpload()
  await uploadPart(started, 'k', uploadId, 1, LAST)
  const wrong = await complete(started, 'k', uploadId, [[1, '"BAD"']])
  assertError(wrong, 400, 'InvalidPart')
  assert.equal(element(wrong.text, 'PartNumber'), '1')
  assert.equal(element(wrong.text, 'ETag'), 'BAD')
  assertError(await complete(started, 'k', uploadId, [[2, LAST_ETAG]]), 400, 'InvalidPart')
  const unordered = [
    [2, LAST_ETAG],
    [1, LAST_ETAG],
  ] as const
  assertError(await complete(started, 'k', uploadId, unordered), 400, 'InvalidPartOrder')
  const doubled = [
    [1, LAST_ETAG],
    [1, LAST_ETAG],
  ] as const
  assertError(await complete(started, 'k', uploadId, doubled), 400, 'InvalidPartOrder')
  const far = await complete(started, 'k', uploadId, [[10_001, LAST_ETAG]])
  assertError(far, 400, 'InvalidArgument')
  assertError(await complete(started, 'k', uploadId, '<CompleteMultipartUpload><Part>'), 400, 'MalformedXML')
  assert.equal((await complete(started, 'k', uploadId, [[1, LAST_ETAG]])).status, 200)
  assertError(await uploadPart(started, 'k', uploadId, 1, LAST), 404, 'NoSuchUpload')

  const other = await initiate(started, 'k')
  const abort = () => call(started, { method: 'DELETE', bucket: BUCKET, key: 'k', query: { uploadId: other } })
  const aborted = await abort()
  assert.deepEqual([aborted.status, aborted.text, aborted.headers['content-length']], [204, '', undefined])
  assertError(await abort(), 404, 'NoSuchUpload')
  assertError(await complete(started, 'k', other, []), 404, 'NoSuchUpload')
  assertError(
    await call(started, { method: 'GET', bucket: BUCKET, key: 'k', query: { uploadId: other } }),
    404,
    'NoSuchUpload',
  )
})

test('parts arrive in any order, with gaps and twice, and may be left out of the list', async () => {
  const { started, uploadId } = await startWithUpload()
  await uploadPart(started, 'k', uploadId, 9, LAST)
  await uploadPart(started, 'k', uploadId, 5, 'left out')
  const earlier = await uploadPart(started, 'k', uploadId, 3, 'earlier')
  await uploadPart(started, 'k', uploadId, 3)
  const stale = await complete(started, 'k', uploadId, [[3, earlier.headers.etag]])
  assertError(stale, 400, 'InvalidPart')
  const done = await complete(started, 'k', uploadId, [
    [3, FULL_ETAG],
    [9, LAST_ETAG],
  ])
  assert.equal(done.headers.etag, '"CDE8D21A00DEF1AF2825E34D665747D0-2"')
})

test('ETags match in quotes, as references and without quotes, whatever the content type of the body', async () => {
  for (const etag of [
    `"${LAST_ETAG}"`,
    LAST_ETAG,
    LAST_ETAG.toLowerCase(),
    `&quot;${LAST_ETAG}&quot;`,
    `&#34;${LAST_ETAG}&#34;`,
  ]) {
    const { started, uploadId } = await startWithUpload()
    await uploadPart(started, 'k', uploadId, 1, LAST)
    const body = `<?xml version="1.0" encoding="UTF-8"?>
      <CompleteMultipartUpload xmlns="http://example.com">
        <Part> <ETag>${etag}</ETag> <PartNumber>1</PartNumber> </Part>
      </CompleteMultipartUpload>`
    const done = await complete(started, 'k', uploadId, body, { headers: { 'content-type': 'text/strange' } })
    assert.equal(done.status, 200, done.text)
    const head = await call(started, { method: 'HEAD', bucket: BUCKET, key: 'k' })
    assert.equal(head.headers['content-type'], 'application/octet-stream')
  }
})

test('metadata come only from Initiate, the ACL only from Complete', async () => {
  const started = await startWithBucket()
  const atInitiate = {
    'content-type': 'text/x',
    'cache-control': 'no-cache',
    'content-encoding': 'utf-8',
    expires: '150',
    'x-oss-meta-author': 'kim',
    'x-oss-storage-class': 'IA',
    'x-oss-tagging': 'a=1&b=2',
    'x-oss-object-acl': 'public-read-write',
    'x-oss-metadata-directive': 'COPY',
    'x-oss-traffic-limit': '1',
    'if-modified-since': 'Thu, 01 Jan 2026 00:00:00 GMT',
  }
  const uploadId = await initiate(started, 'k', { headers: atInitiate })
  const atComplete = { 'content-type': 'text/y', 'x-oss-meta-author': 'no', 'x-oss-object-acl': 'public-read' }
  assert.equal((await complete(started, 'k', uploadId, [], { headers: atComplete })).status, 200)
  const { headers } = await call(started, { method: 'HEAD', bucket: BUCKET, key: 'k' })
  assert.equal(headers['content-type'], 'text/x')
  assert.equal(headers['cache-control'], 'no-cache')
  assert.equal(headers['content-encoding'], 'utf-8')
  assert.equal(headers.expires, '150')
  assert.equal(headers['x-oss-meta-author'], 'kim')
  assert.equal(headers['x-oss-storage-class'], 'IA')
  assert.equal(headers['x-oss-tagging-count'], '2')
  assert.equal(headers['x-oss-object-type'], 'Multipart')
  assert.equal(headers['content-md5'], undefined)
  const acl = await call(started, { method: 'GET', bucket: BUCKET, key: 'k', query: { acl: '' } })
  assert.equal(element(acl.text, 'Grant'), 'public-read')
})

test('forbid-overwrite is checked at Initiate and again at Complete, each by its own header', async () => {
  const started = await startWithBucket()
  const headers = { 'x-oss-forbid-overwrite': 'true' }
  const uploadId = await initiate(started, 'k', { headers })
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'there' })
  const refused = await call(started, { method: 'POST', bucket: BUCKET, key: 'k', query: { uploads: '' }, headers })
  assertError(refused, 409, 'FileAlreadyExists')
  assert.equal(refused.headers['x-oss-ec'], '0026-00000002')
  assertError(await complete(started, 'k', uploadId, [], { headers }), 409, 'FileAlreadyExists')
  const odd = await complete(started, 'k', uploadId, [], { headers: { 'x-oss-forbid-overwrite': 'maybe' } })
  assert.equal(odd.headers['x-oss-ec'], '0017-00000279')
  const allowed = await complete(started, 'k', uploadId, [], { headers: { 'x-oss-forbid-overwrite': 'false' } })
  assert.equal(allowed.status, 200)
})

test('the digest of the list of parts is checked', async () => {
  const { started, uploadId } = await startWithUpload()
  const headers = { 'content-md5': createHash('md5').update('other').digest('base64') }
  const refused = await complete(started, 'k', uploadId, [], { headers })
  assertError(refused, 400, 'InvalidDigest')
  assert.equal(refused.headers['x-oss-ec'], '0017-00000503')
})

test('a bucket with an open upload cannot be deleted', async () => {
  const { started, uploadId } = await startWithUpload()
  const refused = await call(started, { method: 'DELETE', bucket: BUCKET })
  assertError(refused, 409, 'BucketNotEmpty')
  assert.match(element(refused.text, 'Message') ?? '', /^The bucket has Multipart Uploads\./)
  await call(started, { method: 'DELETE', bucket: BUCKET, key: 'k', query: { uploadId } })
  assert.equal((await call(started, { method: 'DELETE', bucket: BUCKET })).status, 204)
})

test('Complete lists 10,000 parts in one document', async () => {
  const { started, uploadId } = await startWithUpload()
  await uploadPart(started, 'k', uploadId, 1)
  const parts = Array.from({ length: 10_000 }, (_, index) => [index + 1, `"${FULL_ETAG}"`] as const)
  const response = await complete(started, 'k', uploadId, parts)
  assertError(response, 400, 'InvalidPart')
  assert.equal(element(response.text, 'PartNumber'), '2')
  assertError(await complete(started, 'k', uploadId, ' '.repeat(2 * 1024 * 1024 + 1)), 400, 'MalformedXML')
})

test('a repeated Complete gets the answer of the first, and another list does not', async () => {
  const { started, uploadId } = await startWithUpload()
  await uploadPart(started, 'k', uploadId, 1, LAST)
  const first = await complete(started, 'k', uploadId, [[1, LAST_ETAG]])
  const again = await complete(started, 'k', uploadId, [[1, `"${LAST_ETAG.toLowerCase()}"`]])
  assert.deepEqual([again.status, again.text, again.headers.etag], [200, first.text, first.headers.etag])
  assertError(await complete(started, 'k', uploadId, []), 404, 'NoSuchUpload')
  assertError(await complete(started, 'k', uploadId, 'garbage'), 400, 'MalformedXML')
})

test('a Complete continues after its client has left', async () => {
  const { started, uploadId } = await startWithUpload()
  await uploadPart(started, 'k', uploadId, 1, LAST)
  let left = false
  const body = partList([[1, LAST_ETAG]])
  const source = sourceOf(body)
  const abandoned: ByteSource = {
    size: body.length,
    ready: async () => {
      if (left) throw new Error('the client has left')
    },
    read: async (buffer) => {
      const read = await source.read(buffer)
      left = read === 0
      return read
    },
  }
  const query = { uploadId }
  await call(started, { method: 'POST', bucket: BUCKET, key: 'k', query, body: abandoned })
  assert.equal(left, true)
  assert.equal((await call(started, { method: 'GET', bucket: BUCKET, key: 'k' })).text, LAST)
})
