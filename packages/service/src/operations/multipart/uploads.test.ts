import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import {
  BUCKET,
  call,
  complete,
  element,
  elements,
  FULL_PART,
  initiate,
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

test('UploadPart returns digest and CRC of the bytes, and no Content-Type', async () => {
  const { started, uploadId } = await startWithUpload()
  const part = await uploadPart(started, 'k', uploadId, 1, LAST)
  assert.equal(part.status, 200)
  assert.equal(part.headers.etag, `"${LAST_ETAG}"`)
  assert.equal(part.headers['content-md5'], 'M3szwC+JSTAmhDmD/ycqMA==')
  assert.equal(part.headers['x-oss-hash-crc64ecma'], '15021467531229347219')
  assert.equal(part.headers['content-length'], '0')
  assert.equal(part.headers['content-type'], undefined)
  const empty = await uploadPart(started, 'k', uploadId, 2, '')
  assert.equal(empty.headers.etag, '"D41D8CD98F00B204E9800998ECF8427E"')
  assert.equal(empty.headers['x-oss-hash-crc64ecma'], '0')
})

test('Initiate returns an id, but no ETag, digest or CRC', async () => {
  const started = await startWithBucket()
  const query = { uploads: '', 'encoding-type': 'url' }
  const response = await call(started, { method: 'POST', bucket: BUCKET, key: 'dir/a b', query })
  assert.equal(response.status, 200)
  assert.match(element(response.text, 'UploadId') ?? '', /^[0-9A-F]{32}$/)
  assert.equal(element(response.text, 'Key'), 'dir%2Fa%20b')
  assert.equal(element(response.text, 'EncodingType'), 'url')
  for (const name of ['etag', 'content-md5', 'x-oss-hash-crc64ecma']) assert.equal(response.headers[name], undefined)
})

test('ListParts names the last part even if it is not truncated, and nothing for an empty page', async () => {
  const { started, uploadId } = await startWithUpload()
  const list = (query: Record<string, string>) =>
    call(started, { method: 'GET', bucket: BUCKET, key: 'k', query: { uploadId, ...query } })
  const none = await list({})
  assert.equal(element(none.text, 'NextPartNumberMarker'), '')
  assert.equal(element(none.text, 'PartNumberMarker'), '0')
  await uploadPart(started, 'k', uploadId, 1, LAST)
  await uploadPart(started, 'k', uploadId, 7, LAST)
  const all = await list({ 'part-number-marker': '' })
  assert.equal(element(all.text, 'NextPartNumberMarker'), '7')
  assert.equal(element(all.text, 'IsTruncated'), 'false')
  assert.equal(element(all.text, 'MaxParts'), '1000')
  assert.deepEqual(elements(all.text, 'PartNumber'), ['1', '7'])
  assert.deepEqual(elements(all.text, 'HashCrc64ecma'), ['15021467531229347219', '15021467531229347219'])
  assert.deepEqual(elements(all.text, 'ETag'), [`"${LAST_ETAG}"`, `"${LAST_ETAG}"`])
  assert.deepEqual(elements(all.text, 'LastModified')[0], '2026-01-05T08:00:00.000Z')
  const first = await list({ 'max-parts': '1' })
  assert.equal(element(first.text, 'IsTruncated'), 'true')
  assert.equal(element(first.text, 'NextPartNumberMarker'), '1')
  assert.deepEqual(elements((await list({ 'part-number-marker': '1' })).text, 'PartNumber'), ['7'])
  assertError(await list({ 'max-parts': '1001' }), 400, 'InvalidArgument')
  assertError(await list({ 'encoding-type': 'hex' }), 400, 'InvalidArgument')
})

test('uploads are listed by key, then by id as text; an upload-id-marker alone has no effect', async () => {
  const started = await startWithBucket()
  const ids: string[] = []
  for (const key of ['b', 'a', 'a', 'dir/x']) {
    started.advance(1)
    ids.push(await initiate(started, key))
  }
  const list = (query: Record<string, string | undefined>) =>
    call(started, { method: 'GET', bucket: BUCKET, query: { uploads: undefined, ...query } })
  const all = await list({})
  assert.deepEqual(elements(all.text, 'Key'), ['a', 'a', 'b', 'dir/x'])
  const listed = elements(all.text, 'UploadId')
  assert.deepEqual([...listed.slice(0, 2)], [...listed.slice(0, 2)].sort())
  assert.deepEqual([...listed].sort(), [...ids].sort())
  assert.equal(element(all.text, 'KeyMarker'), '')
  assert.equal(element(all.text, 'NextKeyMarker'), 'dir/x')
  assert.equal(element(all.text, 'NextUploadIdMarker'), ids[3])
  assert.equal(element(all.text, 'IsTruncated'), 'false')
  assert.deepEqual(elements((await list({ 'upload-id-marker': 'F'.repeat(32) })).text, 'UploadId'), listed)
  const second = await list({ 'key-marker': 'a', 'upload-id-marker': listed[0] })
  assert.deepEqual(elements(second.text, 'UploadId'), listed.slice(1))
  assert.deepEqual(elements((await list({ 'key-marker': 'a0' })).text, 'Key'), ['b', 'dir/x'])
  const grouped = await list({ delimiter: 'x', prefix: 'dir', 'max-uploads': '5' })
  assert.deepEqual(elements(grouped.text, 'Prefix'), ['dir', 'dir/x'])
  assert.equal(element(grouped.text, 'NextUploadIdMarker'), '')
  const empty = await list({ prefix: 'nothing', delimiter: '', 'key-marker': '' })
  assert.equal(element(empty.text, 'NextKeyMarker'), '')
  assert.equal(element(empty.text, 'NextUploadIdMarker'), '')
})

test('a sequential upload accepts its parts in order, each once, and its object has a digest', async () => {
  const { started, uploadId } = await startWithUpload({ sequential: '' })
  const gap = await uploadPart(started, 'k', uploadId, 2, LAST)
  assertError(gap, 400, 'PartNotSequential')
  assert.equal(element(gap.text, 'PartNumber'), '2')
  await uploadPart(started, 'k', uploadId, 1)
  const again = await uploadPart(started, 'k', uploadId, 1)
  assertError(again, 409, 'PartAlreadyExist')
  assert.equal(element(again.text, 'PartNumber'), '1')
  assert.equal(element(again.text, 'PartEtag'), FULL_ETAG)
  await uploadPart(started, 'k', uploadId, 2, LAST)
  const parts = [
    [1, FULL_ETAG],
    [2, LAST_ETAG],
  ] as const
  const done = await complete(started, 'k', uploadId, parts, { query: { sequential: '' } })
  assert.equal(done.status, 200, done.text)
  const whole = createHash('md5').update(FULL_PART).update(LAST).digest('base64')
  const { headers } = await call(started, { method: 'HEAD', bucket: BUCKET, key: 'k' })
  assert.equal(headers['content-md5'], whole)
})

test('encryption headers on a part are an error of the request', async () => {
  const { started, uploadId } = await startWithUpload()
  const headers = { 'x-oss-server-side-encryption': 'AES256' }
  const refused = await uploadPart(started, 'k', uploadId, 1, LAST, { headers })
  assertError(refused, 400, 'InvalidArgument')
  assert.equal(refused.headers['x-oss-ec'], '0005-00000002')
})

test('a part may be chunked without a length, and is refused without either', async () => {
  const { started, uploadId } = await startWithUpload()
  const part = { bucket: BUCKET, key: 'k', query: { partNumber: '1', uploadId } }
  const chunked = await call(started, { method: 'PUT', ...part, body: LAST, chunked: true })
  assert.equal(chunked.headers.etag, `"${LAST_ETAG}"`)
  const bare = { size: undefined, ready: async () => {}, read: async () => 0 }
  assertError(await call(started, { method: 'PUT', ...part, body: bare }), 411, 'MissingContentLength')
})

test('a part whose digest does not match is not stored', async () => {
  const { started, uploadId } = await startWithUpload()
  const wrong = createHash('md5').update('other').digest('base64')
  const refused = await uploadPart(started, 'k', uploadId, 1, LAST, { headers: { 'content-md5': wrong } })
  assertError(refused, 400, 'InvalidDigest')
  const malformed = await uploadPart(started, 'k', uploadId, 1, LAST, { headers: { 'content-md5': 'abc' } })
  assert.equal(malformed.headers['x-oss-ec'], '0017-00000502')
  const list = await call(started, { method: 'GET', bucket: BUCKET, key: 'k', query: { uploadId } })
  assert.deepEqual(elements(list.text, 'PartNumber'), [])
})

test('part numbers are 1 to 10,000, and a missing one has its own error', async () => {
  const { started, uploadId } = await startWithUpload()
  for (const partNumber of ['0', '10001', '-1', 'x', '1.5']) {
    const refused = await uploadPart(started, 'k', uploadId, 1, LAST, { query: { partNumber } })
    assertError(refused, 400, 'InvalidArgument')
    assert.equal(element(refused.text, 'ArgumentName'), 'PartNumber')
    assert.equal(element(refused.text, 'ArgumentValue'), partNumber)
    assert.equal(refused.headers['x-oss-ec'], '0017-00000220')
  }
  const missing = await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', query: { uploadId }, body: LAST })
  assert.equal(missing.headers['x-oss-ec'], '0017-00000219')
  const without = await call(started, {
    method: 'PUT',
    bucket: BUCKET,
    key: 'k',
    query: { partNumber: '1' },
    body: LAST,
  })
  assertError(without, 404, 'NoSuchUpload')
  assert.equal(without.headers['x-oss-ec'], '0017-00000244')
  assert.equal((await call(started, { method: 'HEAD', bucket: BUCKET, key: 'k' })).status, 404)
})

test('the query selects the operation: Abort deletes no object, a part creates none', async () => {
  const { started, uploadId } = await startWithUpload()
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'there' })
  const query = { uploadId, 'encoding-type': 'url', sequential: '' }
  const aborted = await call(started, { method: 'DELETE', bucket: BUCKET, key: 'k', query })
  assert.deepEqual([aborted.status, aborted.log.operation], [204, 'AbortMultipartUpload'])
  const unknown = await call(started, { method: 'DELETE', bucket: BUCKET, key: 'k', query: { uploadId } })
  assert.equal(unknown.status, 404)
  assert.equal((await call(started, { method: 'GET', bucket: BUCKET, key: 'k' })).text, 'there')
  const rename = await call(started, { method: 'POST', bucket: BUCKET, key: 'k', query: { 'x-oss-rename': '' } })
  assertError(rename, 501, 'NotImplemented')
  assert.match(element(rename.text, 'Message') ?? '', /RenameObject/)
})

test('listings encoded for URLs have no plus for a space, and control characters survive', async () => {
  const started = await startWithBucket()
  const key = 'a b+c\u0001\u001f%2F'
  await initiate(started, key)
  const query = { uploads: '', 'encoding-type': 'URL' }
  const encoded = await call(started, { method: 'GET', bucket: BUCKET, query })
  assert.equal(element(encoded.text, 'Key'), 'a%20b%2Bc%01%1F%252F')
  assert.equal(element(encoded.text, 'EncodingType'), 'url')
  const raw = await call(started, { method: 'GET', bucket: BUCKET, query: { uploads: '' } })
  assert.equal(element(raw.text, 'Key'), key)
})

test('an upload that is not there is reported under the EC of the operation', async () => {
  const started = await startWithBucket()
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'source', body: 'x' })
  const uploadId = '0'.repeat(32)
  const ec = async (method: string, query: Record<string, string>, headers: Record<string, string> = {}) => {
    const { status, headers: answered } = await call(started, { method, bucket: BUCKET, key: 'k', query, headers })
    assert.equal(status, 404)
    return answered['x-oss-ec']
  }
  assert.equal(await ec('GET', { uploadId }), '0042-00000002')
  assert.equal(await ec('DELETE', { uploadId }), '0042-00000002')
  assert.equal(await ec('PUT', { uploadId, partNumber: '1' }), '0042-00000104')
  const copy = { 'x-oss-copy-source': `/${BUCKET}/source` }
  assert.equal(await ec('PUT', { uploadId, partNumber: '1' }, copy), '0042-00000311')
  assert.equal(await ec('DELETE', { uploadId: '' }), '0017-00000244')
})
