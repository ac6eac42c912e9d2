/** Mistakes of a server that only knows S3, part one. The numbers are those of docs/guides/compatibility-notes.md. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { crc64 } from '@bindery/bytes'
import {
  BUCKET,
  call,
  complete,
  type Extra,
  element,
  elements,
  FULL_PART,
  initiate,
  type Listed,
  type StartedService,
  startWithBucket,
  type TestResponse,
  untouchable,
  uploadPart,
} from '../testing/index.js'

const KEY = 'dir/k'
const LAST = 'hello oss'
const FULL_ETAG = '302D3A0C8E319EAA95B059B346DE1D1D'
const LAST_ETAG = '337B33C02F89493026843983FF272A30'
const TOGETHER_ETAG = '"CDE8D21A00DEF1AF2825E34D665747D0-2"'
const BOTH: readonly Listed[] = [
  [1, FULL_ETAG],
  [2, LAST_ETAG],
]
const NO_UPLOAD = '0123456789ABCDEF0123456789ABCDEF'

const md5 = (bytes: string | Uint8Array) => createHash('md5').update(bytes).digest('hex').toUpperCase()

function assertError(response: TestResponse, status: number, code: string): void {
  assert.deepEqual([response.status, element(response.text, 'Code')], [status, code], response.text)
}

/** An upload with a part of 102,400 bytes and one of 9: those of the golden vectors. */
async function startUpload(extra: Extra = {}) {
  const started = await startWithBucket()
  const uploadId = await initiate(started, KEY, extra)
  await uploadPart(started, KEY, uploadId, 1)
  await uploadPart(started, KEY, uploadId, 2, LAST)
  const end = (parts: readonly Listed[] | string, more: Extra = {}) => complete(started, KEY, uploadId, parts, more)
  return { started, uploadId, end }
}

function get(started: StartedService, key = KEY, query: Record<string, string | undefined> = {}, method = 'GET') {
  return call(started, { method, bucket: BUCKET, key, query })
}

function list(started: StartedService, query: Record<string, string | undefined> = {}) {
  return call(started, { method: 'GET', bucket: BUCKET, query: { uploads: undefined, ...query } })
}

function copyPart(started: StartedService, uploadId: string, number: number, headers: Record<string, string> = {}) {
  const source = { 'x-oss-copy-source': `/${BUCKET}/source`, ...headers }
  return uploadPart(started, KEY, uploadId, number, '', { headers: source })
}

test('golden vectors: digests, CRC-64s and ETags of the published bytes', async () => {
  const rows: readonly (readonly [string | Uint8Array, string, string, string])[] = [
    ['', 'D41D8CD98F00B204E9800998ECF8427E', '1B2M2Y8AsgTpgAmY7PhCfg==', '0'],
    [FULL_PART, FULL_ETAG, 'MC06DI4xnqqVsFmzRt4dHQ==', '12696911168479852064'],
    [LAST, LAST_ETAG, 'M3szwC+JSTAmhDmD/ycqMA==', '15021467531229347219'],
    ['123456789', '25F9E794323B453885F5181F1B624D0B', 'JfnnlDI7RTiF9RgfG2JNCw==', '11051210869376104954'],
  ]
  for (const [bytes, etag, digest, crc] of rows) {
    const started = await startWithBucket()
    const uploadId = await initiate(started, KEY)
    const answers = [
      await uploadPart(started, KEY, uploadId, 1, bytes),
      await call(started, { method: 'PUT', bucket: BUCKET, key: 'whole', body: bytes }),
    ]
    for (const { headers } of answers) {
      const shown = [headers.etag, headers['content-md5'], headers['x-oss-hash-crc64ecma']]
      assert.deepEqual(shown, [`"${etag}"`, digest, crc])
    }
  }
  const objects: readonly (readonly [readonly Listed[], string, string])[] = [
    [BOTH, TOGETHER_ETAG, '14439424006907896166'],
    [[[2, LAST_ETAG]], '"4ABAABC2FA8F1EC1E82222AFE5B43BA1-1"', '15021467531229347219'],
    [[], '"D41D8CD98F00B204E9800998ECF8427E-0"', '0'],
  ]
  for (const [parts, etag, crc] of objects) {
    const { headers } = await (await startUpload()).end(parts)
    assert.deepEqual([headers.etag, headers['x-oss-hash-crc64ecma']], [etag, crc])
  }
})

test('trap 1: the ETag is the MD5 of the listed ETags as text, upper case, with the number of those listed', async () => {
  const { started, uploadId, end } = await startUpload()
  await uploadPart(started, KEY, uploadId, 3, 'not listed')
  const { headers } = await end(BOTH)
  assert.equal(headers.etag, TOGETHER_ETAG)
  assert.equal(headers.etag, `"${md5(FULL_ETAG + LAST_ETAG)}-2"`)
  const all = await (await startUpload()).end('', { headers: { 'x-oss-complete-all': 'yes' } })
  assert.equal(all.headers.etag, TOGETHER_ETAG)
})

test('trap 2: an empty list makes an object of no bytes, and an empty body is not a list', async () => {
  for (const empty of ['<CompleteMultipartUpload></CompleteMultipartUpload>', '<CompleteMultipartUpload/>']) {
    const { started, end } = await startUpload()
    assertError(await end(''), 400, 'MalformedXML')
    const done = await end(empty)
    assert.deepEqual([done.status, done.headers['x-oss-hash-crc64ecma']], [200, '0'])
    const { headers } = await get(started, KEY, {}, 'HEAD')
    assert.deepEqual([headers['content-length'], headers['x-oss-object-type']], ['0', 'Multipart'])
  }
})

test('trap 3: the upload is looked up before the body is read', async () => {
  const { started } = await startUpload()
  for (const uploadId of [NO_UPLOAD, 'nonsense']) {
    const body = untouchable()
    const query = { uploadId }
    assertError(await call(started, { method: 'POST', bucket: BUCKET, key: KEY, query, body }), 404, 'NoSuchUpload')
    assert.equal(body.touched(), false)
  }
})

test('trap 4: complete-all with a body is refused with its misspelt text, and the upload stays open', async () => {
  const { end } = await startUpload()
  const headers = { 'x-oss-complete-all': 'yes' }
  const refused = await end(BOTH, { headers })
  assertError(refused, 400, 'InvalidArgument')
  const said = ['Message', 'ArgumentName', 'ArgumentValue', 'EC'].map((name) => element(refused.text, name))
  const message = 'Should not speficy both complete all header and http body.'
  assert.deepEqual(said, [message, 'x-oss-complete-all', 'yes', '0042-00000216'])
  assert.equal((await end('', { headers })).status, 200)
})

test('trap 5: a copy range that exceeds the source is ignored: the whole is copied, with 200', async () => {
  const { started, uploadId } = await startUpload()
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'source', body: LAST })
  for (const range of ['bytes=0-9', 'bytes=9-9', 'bytes=100-200', 'bytes=5-2', 'nonsense']) {
    const whole = await copyPart(started, uploadId, 3, { 'x-oss-copy-source-range': range })
    const shown = [whole.status, whole.headers.etag, whole.headers['content-range']]
    assert.deepEqual(shown, [200, `"${LAST_ETAG}"`, undefined], range)
  }
  const piece = await copyPart(started, uploadId, 3, { 'x-oss-copy-source-range': 'bytes=0-8' })
  assert.equal(piece.headers['content-range'], 'bytes 0-8/9')
})

test('trap 6: UploadPartCopy and Complete have the ETag in the header and in the document', async () => {
  const { started, uploadId, end } = await startUpload()
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'source', body: LAST })
  const copied = await copyPart(started, uploadId, 2)
  const done = await end(BOTH)
  for (const [{ headers, text }, etag] of [
    [copied, `"${LAST_ETAG}"`],
    [done, TOGETHER_ETAG],
  ] as const) {
    assert.deepEqual([headers.etag, element(text, 'ETag')], [etag, etag])
  }
})

test('trap 7: UploadPart returns Content-MD5 and CRC-64, and no Content-Type', async () => {
  const { started, uploadId } = await startUpload()
  const { headers } = await uploadPart(started, KEY, uploadId, 2, LAST)
  assert.equal(headers['content-md5'], 'M3szwC+JSTAmhDmD/ycqMA==')
  assert.equal(headers['x-oss-hash-crc64ecma'], '15021467531229347219')
  assert.deepEqual([headers['content-type'], headers['content-length']], [undefined, '0'])
})

test('trap 8: Initiate returns no ETag, Content-MD5 or CRC-64', async () => {
  const started = await startWithBucket()
  const { headers } = await get(started, KEY, { uploads: '' }, 'POST')
  assert.equal(headers['content-type'], 'application/xml')
  for (const name of ['etag', 'content-md5', 'x-oss-hash-crc64ecma']) assert.equal(headers[name], undefined, name)
})

test('trap 9: the CRC-64 of a Complete is that of the whole object, unsigned and decimal', async () => {
  const { end } = await startUpload()
  const crc = (await end(BOTH)).headers['x-oss-hash-crc64ecma']
  assert.equal(crc, String(crc64(Buffer.concat([FULL_PART, Buffer.from(LAST)]))))
  assert.ok(BigInt(crc ?? '') > 2n ** 63n, 'a signed number would show')
})

test('trap 10: next markers name the last entry, truncated or not, and are empty for an empty page', async () => {
  const started = await startWithBucket()
  const markers = ['KeyMarker', 'UploadIdMarker', 'NextKeyMarker', 'NextUploadIdMarker', 'IsTruncated', 'MaxUploads']
  const none = (await list(started)).text
  assert.deepEqual(
    markers.map((name) => element(none, name)),
    ['', '', '', '', 'false', '1000'],
  )
  const uploadId = await initiate(started, KEY)
  const one = (await list(started)).text
  assert.deepEqual(
    markers.map((name) => element(one, name)),
    ['', '', KEY, uploadId, 'false', '1000'],
  )
  const noPart = (await get(started, KEY, { uploadId })).text
  assert.deepEqual([element(noPart, 'NextPartNumberMarker'), element(noPart, 'PartNumberMarker')], ['', '0'])
  await uploadPart(started, KEY, uploadId, 7, LAST)
  const onePart = (await get(started, KEY, { uploadId })).text
  assert.deepEqual([element(onePart, 'NextPartNumberMarker'), element(onePart, 'IsTruncated')], ['7', 'false'])
})

test('trap 11: uploads of a key sort by id as text; an id marker needs its key, and neither need exist', async () => {
  const started = await startWithBucket()
  for (const key of ['b', 'a', 'a', 'a']) await initiate(started, key)
  const ids = elements((await list(started)).text, 'UploadId')
  assert.deepEqual(ids.slice(0, 3), ids.slice(0, 3).sort())
  const after = async (query: Record<string, string>) => elements((await list(started, query)).text, 'UploadId')
  assert.deepEqual(await after({ 'upload-id-marker': 'F'.repeat(32) }), ids)
  assert.deepEqual(await after({ 'key-marker': 'a', 'upload-id-marker': ids[1] ?? '' }), ids.slice(2))
  assert.deepEqual(await after({ 'key-marker': 'a', 'upload-id-marker': '0' }), ids)
  assert.deepEqual(await after({ 'key-marker': 'a' }), ids.slice(3))
  assert.deepEqual(await after({ 'key-marker': 'aa', 'upload-id-marker': 'x' }), ids.slice(3))
})

test('trap 12: a delimiter is any text, and an empty query value counts as absent', async () => {
  const started = await startWithBucket()
  for (const key of ['a4b', 'a4c', 'a//b', 'z']) await initiate(started, key)
  const grouped = async (delimiter: string) => elements((await list(started, { delimiter })).text, 'Prefix').slice(1)
  assert.deepEqual(await grouped('4'), ['a4'])
  assert.deepEqual(await grouped('//'), ['a//'])
  const empty = await list(started, { delimiter: '', prefix: '', 'key-marker': '', 'upload-id-marker': '' })
  assert.deepEqual(elements(empty.text, 'Key'), ['a//b', 'a4b', 'a4c', 'z'])
  const uploadId = await initiate(started, KEY)
  await uploadPart(started, KEY, uploadId, 1, LAST)
  const parts = await get(started, KEY, { uploadId, 'part-number-marker': '' })
  assert.deepEqual(elements(parts.text, 'PartNumber'), ['1'])
})

test('trap 13: Location is percent-encoded once, including slash, tilde and star; Key is raw unless an encoding is requested', async () => {
  const started = await startWithBucket()
  const key = 'a/b ~*中'
  const location = 'http://bkt.oss-cn-hangzhou.aliyuncs.com/a%2Fb%20%7E%2A%E4%B8%AD'
  for (const [query, shown] of [
    [{}, key],
    [{ 'encoding-type': 'url' }, 'a%2Fb%20~%2A%E4%B8%AD'],
  ] as const) {
    const { text } = await complete(started, key, await initiate(started, key), [], { query })
    assert.deepEqual([element(text, 'Location'), element(text, 'Key')], [location, shown])
  }
})

test('trap 14: the minimum of 100 KiB is checked only at Complete, for listed parts before the last', async () => {
  const { started, uploadId, end } = await startUpload()
  const short = await uploadPart(started, KEY, uploadId, 1, FULL_PART.subarray(1))
  assert.equal(short.status, 200)
  const parts: readonly Listed[] = [
    [1, short.headers.etag],
    [2, LAST_ETAG],
  ]
  assertError(await end(parts), 400, 'EntityTooSmall')
  await uploadPart(started, KEY, uploadId, 3, 'short, and not listed')
  await uploadPart(started, KEY, uploadId, 1, FULL_PART)
  assert.equal((await end(BOTH)).status, 200, '102,400 bytes are enough')
})

test('trap 15: a failed Complete keeps the upload; success and Abort end it for every call', async () => {
  const { started, uploadId, end } = await startUpload()
  const failures: readonly (readonly [readonly Listed[] | string, string])[] = [
    [[[1, LAST_ETAG]], 'InvalidPart'],
    [[[3, LAST_ETAG]], 'InvalidPart'],
    [[...BOTH].reverse(), 'InvalidPartOrder'],
    [[...BOTH, ...BOTH.slice(1)], 'InvalidPartOrder'],
    ['<CompleteMultipartUpload>', 'MalformedXML'],
  ]
  for (const [parts, code] of failures) assertError(await end(parts), 400, code)
  assert.equal((await end(BOTH)).status, 200)
  const other = await initiate(started, KEY)
  assert.equal((await get(started, KEY, { uploadId: other }, 'DELETE')).status, 204)
  for (const gone of [uploadId, other]) {
    assertError(await uploadPart(started, KEY, gone, 1, LAST), 404, 'NoSuchUpload')
    assertError(await copyPart(started, gone, 1), 404, 'NoSuchUpload')
    assertError(await get(started, KEY, { uploadId: gone }), 404, 'NoSuchUpload')
    assertError(await get(started, KEY, { uploadId: gone }, 'DELETE'), 404, 'NoSuchUpload')
  }
})

test('trap 15: a repeated Complete is NoSuchUpload in strict mode, and otherwise answered like the first', async () => {
  for (const strict of [true, false]) {
    const started = await startWithBucket({ strict })
    const uploadId = await initiate(started, KEY)
    await uploadPart(started, KEY, uploadId, 1, LAST)
    const end = () => complete(started, KEY, uploadId, [[1, LAST_ETAG]])
    const first = await end()
    assert.equal(first.status, 200)
    const again = await end()
    if (strict) assertError(again, 404, 'NoSuchUpload')
    else assert.deepEqual([again.status, again.text], [200, first.text])
  }
})

test('trap 16: parts may be sent twice, in any order and with gaps, and be left out of the list', async () => {
  const { started, uploadId } = await startUpload()
  await uploadPart(started, KEY, uploadId, 10_000, LAST)
  await uploadPart(started, KEY, uploadId, 70, 'earlier')
  await uploadPart(started, KEY, uploadId, 70, FULL_PART)
  const stale = await complete(started, KEY, uploadId, [[70, md5('earlier')]])
  assertError(stale, 400, 'InvalidPart')
  const listed: readonly Listed[] = [
    [70, FULL_ETAG],
    [10_000, LAST_ETAG],
  ]
  const done = await complete(started, KEY, uploadId, listed)
  assert.equal(done.headers.etag, TOGETHER_ETAG)
  assert.equal((await get(started)).bytes.length, FULL_PART.length + LAST.length)
})
