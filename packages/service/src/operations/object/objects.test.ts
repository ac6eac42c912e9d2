import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { byteString } from '@bindery/bytes'
import {
  BUCKET,
  call,
  complete,
  element,
  elements,
  initiate,
  type StartedService,
  send,
  startWithBucket,
  type TestRequest,
  type TestResponse,
  uploadPart,
} from '../../testing/index.js'

type Rest = Omit<Partial<TestRequest>, 'method' | 'key'>

const put = (started: StartedService, key: string, body: string, rest: Rest = {}) =>
  call(started, { method: 'PUT', bucket: BUCKET, key, body, ...rest })
const get = (started: StartedService, key: string, rest: Rest = {}) =>
  call(started, { method: 'GET', bucket: BUCKET, key, ...rest })
const head = (started: StartedService, key: string, rest: Rest = {}) =>
  call(started, { method: 'HEAD', bucket: BUCKET, key, ...rest })

function assertError(response: TestResponse, status: number, code: string): void {
  assert.deepEqual([response.status, element(response.text, 'Code')], [status, code], response.text)
}

const md5 = (body: string) => createHash('md5').update(body).digest('base64')

test('PutObject returns the digest and CRC of the bytes, and GetObject returns the bytes', async () => {
  const started = await startWithBucket()
  const done = await put(started, 'a', 'hello world')
  assert.equal(done.status, 200)
  assert.equal(done.headers.etag, '"5EB63BBBE01EEED093CB22BB8F5ACDC3"')
  assert.equal(done.headers['x-oss-hash-crc64ecma'], '5981764153023615706')
  assert.equal(done.headers['content-md5'], 'XrY7u+Ae7tCTyyK7j1rNww==')
  assert.equal(done.headers['content-length'], '0')
  const read = await get(started, 'a')
  assert.equal(read.text, 'hello world')
  assert.equal(read.headers['content-length'], '11')
  assert.equal(read.headers['accept-ranges'], 'bytes')
  assert.equal(read.headers['content-type'], 'application/octet-stream')
  assert.equal(read.headers['x-oss-object-type'], 'Normal')
  assert.equal(read.headers['x-oss-storage-class'], 'Standard')
  assert.equal(read.headers['content-md5'], 'XrY7u+Ae7tCTyyK7j1rNww==')
  assert.equal(read.headers['x-oss-tagging-count'], undefined)
})

test('the metadata of an object are returned as they were sent', async () => {
  const started = await startWithBucket()
  const sent = {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'max-age=1',
    'content-disposition': 'attachment',
    'content-encoding': 'utf-8',
    'content-language': 'zh',
    expires: 'not a date',
    'x-oss-meta-author': byteString('小明'),
    'x-oss-meta-empty': '',
  }
  await put(started, 'a', 'x', { headers: { ...sent, 'x-oss-tagging': 'k=v&z' } })
  for (const method of ['GET', 'HEAD']) {
    const { headers } = await call(started, { method, bucket: BUCKET, key: 'a' })
    for (const [name, value] of Object.entries(sent)) assert.equal(headers[name], value, `${method} ${name}`)
    assert.equal(headers['x-oss-tagging-count'], '2')
  }
})

test('an overwrite replaces bytes, metadata, tags and ACL', async () => {
  const started = await startWithBucket()
  const headers = { 'x-oss-object-acl': 'public-read', 'x-oss-meta-a': '1', 'x-oss-tagging': 'a=1' }
  await put(started, 'a', 'old', { headers })
  await put(started, 'a', 'new')
  const read = await get(started, 'a')
  assert.equal(read.text, 'new')
  assert.equal(read.headers['x-oss-meta-a'], undefined)
  assert.equal(read.headers['x-oss-tagging-count'], undefined)
  assert.equal(element((await get(started, 'a', { query: { acl: '' } })).text, 'Grant'), 'default')
})

test('PutObject refuses invalid requests with their cause, and stores nothing', async () => {
  const started = await startWithBucket()
  const refusals: readonly (readonly [Record<string, string>, number, string, string?])[] = [
    [{ 'if-match': 'x' }, 400, 'NotImplemented', '0017-00000245'],
    [{ 'if-none-match': '*' }, 400, 'NotImplemented', '0017-00000245'],
    [{ 'x-oss-object-acl': 'all' }, 400, 'InvalidArgument', '0017-00000104'],
    [{ 'x-oss-storage-class': 'Cold' }, 400, 'InvalidArgument'],
    [{ 'x-oss-forbid-overwrite': '1' }, 400, 'InvalidArgument', '0017-00000279'],
    [{ 'content-md5': 'zzz' }, 400, 'InvalidDigest', '0017-00000502'],
    [{ 'content-md5': md5('other') }, 400, 'InvalidDigest', '0017-00000503'],
    [{ 'x-oss-tagging': 'a=b=c' }, 400, 'InvalidTag', '0010-00000219'],
    [{ 'x-oss-tagging': 'a=1&a=2' }, 400, 'InvalidArgument'],
    [{ 'x-oss-meta-big': 'x'.repeat(9000) }, 400, 'InvalidArgument', '0011-00000002'],
    [{ 'x-oss-traffic-limit': '1' }, 400, 'InvalidArgument', '0004-00000502'],
  ]
  for (const [headers, status, code, ec] of refusals) {
    const refused = await put(started, 'a', 'x', { headers })
    assertError(refused, status, code)
    if (ec !== undefined) assert.equal(refused.headers['x-oss-ec'], ec, JSON.stringify(headers))
  }
  assert.equal((await get(started, 'a')).status, 404)
})

test('a body announced as longer than 5 GiB is refused unread', async () => {
  const started = await startWithBucket()
  const body = { size: 5 * 1024 ** 3 + 1, ready: () => Promise.reject(), read: () => Promise.reject() }
  assertError(await call(started, { method: 'PUT', bucket: BUCKET, key: 'a', body }), 400, 'EntityTooLarge')
})

test('an object that must not be overwritten is not', async () => {
  const started = await startWithBucket()
  const headers = { 'x-oss-forbid-overwrite': 'true' }
  assert.equal((await put(started, 'a', 'one', { headers })).status, 200)
  assertError(await put(started, 'a', 'two', { headers }), 409, 'FileAlreadyExists')
  assert.equal((await get(started, 'a')).text, 'one')
})

test('a body that ends early is not stored', async () => {
  const started = await startWithBucket()
  let reads = 0
  const body = {
    size: 10,
    ready: async () => {},
    read: async () => {
      reads += 1
      if (reads > 1) throw new Error('the client has left')
      return 1
    },
  }
  assert.equal((await call(started, { method: 'PUT', bucket: BUCKET, key: 'a', body })).status, 500)
  assertError(await get(started, 'a'), 404, 'NoSuchKey')
})

test('a range within the object is answered with 206 and no digest; the CRC stays that of the whole', async () => {
  const started = await startWithBucket()
  const { headers: whole } = await put(started, 'a', '0123456789')
  const part = await get(started, 'a', { headers: { range: 'bytes=2-4' } })
  assert.deepEqual([part.status, part.text], [206, '234'])
  assert.equal(part.headers['content-range'], 'bytes 2-4/10')
  assert.equal(part.headers['content-length'], '3')
  assert.equal(part.headers['content-md5'], undefined)
  assert.equal(part.headers['x-oss-hash-crc64ecma'], whole['x-oss-hash-crc64ecma'])
  const beyond = await get(started, 'a', { headers: { range: 'bytes=2-99' } })
  assert.deepEqual([beyond.status, beyond.text, beyond.headers['content-range']], [200, '0123456789', undefined])
  const standard = { range: 'bytes=2-99', 'x-oss-range-behavior': 'standard' }
  const cut = await get(started, 'a', { headers: standard })
  assert.deepEqual([cut.status, cut.text], [206, '23456789'])
  assertError(await get(started, 'a', { headers: { range: 'bytes=-0' } }), 416, 'InvalidRange')
  const ignored = await head(started, 'a', { headers: { range: 'bytes=2-4' } })
  assert.deepEqual([ignored.status, ignored.headers['content-length']], [200, '10'])
})

test('a range is obeyed only if If-Range matches the current object', async () => {
  const started = await startWithBucket()
  const done = await put(started, 'a', '0123456789')
  const modified = (await head(started, 'a')).headers['last-modified'] ?? ''
  const ranged = async (ifRange: string) => {
    const { status, text } = await get(started, 'a', { headers: { range: 'bytes=0-2', 'if-range': ifRange } })
    return [status, text]
  }
  for (const same of [done.headers.etag ?? '', modified]) assert.deepEqual(await ranged(same), [206, '012'])
  const others = ['"nope"', `W/${done.headers.etag}`, 'Mon, 05 Jan 2026 07:59:59 GMT', '2030']
  for (const other of others) assert.deepEqual(await ranged(other), [200, '0123456789'], other)
})

test('an object of no bytes can be read', async () => {
  const started = await startWithBucket()
  await put(started, 'a', '')
  const read = await get(started, 'a', { headers: { range: 'bytes=0-' } })
  assert.deepEqual([read.status, read.text, read.headers['content-length']], [200, '', '0'])
  assert.equal(read.headers['x-oss-hash-crc64ecma'], '0')
})

test('conditions are evaluated on GET and HEAD; the time of an object never exceeds the Date of its PUT', async () => {
  const started = await startWithBucket()
  started.advance(700)
  const done = await put(started, 'a', 'x')
  started.advance(5000)
  const putDate = done.headers.date ?? ''
  assert.ok(Date.parse((await head(started, 'a')).headers['last-modified'] ?? '') <= Date.parse(putDate))
  const unmodified = await get(started, 'a', { headers: { 'if-modified-since': putDate } })
  assert.deepEqual([unmodified.status, unmodified.text, unmodified.headers['content-length']], [304, '', undefined])
  assert.equal((await get(started, 'a', { headers: { 'if-none-match': done.headers.etag ?? '' } })).status, 304)
  assert.equal((await get(started, 'a', { headers: { 'if-unmodified-since': putDate } })).status, 200)
  for (const none of ['no date', '2030', '2030-01-01T00:00:00Z']) {
    assert.equal((await get(started, 'a', { headers: { 'if-modified-since': none } })).status, 200)
  }
  assert.equal((await get(started, 'a', { headers: { 'if-unmodified-since': '0' } })).status, 200)
  const failed = await get(started, 'a', { headers: { 'if-match': '"X"' } })
  assertError(failed, 412, 'PreconditionFailed')
  assert.equal(element(failed.text, 'Condition'), 'If-Match')
  const failedHead = await head(started, 'a', { headers: { 'if-match': '"X"' } })
  assert.deepEqual([failedHead.status, failedHead.headers['x-oss-err']], [412, undefined])
})

test('a failing GET and one whose answer is dropped unread hold no manifest', async () => {
  const started = await startWithBucket()
  const uploadId = await initiate(started, 'm')
  // more than is copied to be sent at once
  const text = 'part'.repeat(10_000)
  const { headers } = await uploadPart(started, 'm', uploadId, 1, text)
  await complete(started, 'm', uploadId, [[1, headers.etag]])
  await get(started, 'm', { headers: { 'if-match': 'no' } })
  assert.deepEqual(await started.cluster.reads.inUse(), [])
  const { body } = await send(started, { method: 'GET', bucket: BUCKET, key: 'm' })
  assert.ok(body !== undefined && !(body instanceof Uint8Array))
  assert.deepEqual(await started.cluster.reads.inUse(), [uploadId])
  await body[Symbol.asyncIterator]().return?.()
  assert.deepEqual(await started.cluster.reads.inUse(), [])
  assert.equal((await get(started, 'm')).text, text)
  assert.deepEqual(await started.cluster.reads.inUse(), [])
})

test('the query replaces headers of a signed GET; a line break in one is refused', async () => {
  const started = await startWithBucket()
  await put(started, 'a', 'x', { headers: { 'content-type': 'text/plain' } })
  const query = {
    'response-content-type': 'image/png',
    'response-content-disposition': 'attachment; filename="中.txt"',
    'response-expires': '1',
    'response-cache-control': 'no-store',
    'response-content-language': 'en',
    'response-content-encoding': 'gzip',
  }
  const { headers } = await get(started, 'a', { query })
  assert.equal(headers['content-type'], 'image/png')
  assert.equal(headers['content-disposition'], byteString('attachment; filename="中.txt"'))
  assert.equal(headers.expires, '1')
  assert.equal(headers['cache-control'], 'no-store')
  assert.equal(headers['content-language'], 'en')
  assert.equal(headers['content-encoding'], 'gzip')
  const broken = await get(started, 'a', { query: { 'response-content-type': 'a\r\nx-evil: 1' } })
  assertError(broken, 400, 'InvalidArgument')
})

test('GetObjectMeta returns only size, ETag, CRC and time, and distinguishes a missing bucket from a missing key', async () => {
  const started = await startWithBucket()
  await put(started, 'a', 'hello world', { headers: { 'x-oss-meta-a': '1' } })
  const meta = (bucket: string, key: string) =>
    call(started, { method: 'HEAD', bucket, key, query: { objectMeta: undefined } })
  const { status, headers } = await meta(BUCKET, 'a')
  assert.equal(status, 200)
  assert.equal(headers['content-length'], '11')
  assert.equal(headers.etag, '"5EB63BBBE01EEED093CB22BB8F5ACDC3"')
  assert.equal(headers['last-modified'], 'Mon, 05 Jan 2026 08:00:00 GMT')
  assert.equal(headers['x-oss-hash-crc64ecma'], '5981764153023615706')
  for (const name of ['content-type', 'x-oss-object-type', 'x-oss-storage-class', 'x-oss-meta-a']) {
    assert.equal(headers[name], undefined, name)
  }
  const code = ({ headers }: TestResponse) =>
    element(Buffer.from(headers['x-oss-err'] ?? '', 'base64').toString(), 'Code')
  assert.equal(code(await meta(BUCKET, 'missing')), 'NoSuchKey')
  assert.equal(code(await meta('missing', 'a')), 'NoSuchBucket')
})

test('DeleteObject is 204, even if there is no object', async () => {
  const started = await startWithBucket()
  await put(started, 'a', 'x')
  for (let time = 0; time < 2; time += 1) {
    const gone = await call(started, { method: 'DELETE', bucket: BUCKET, key: 'a' })
    assert.deepEqual([gone.status, gone.headers['content-length']], [204, undefined])
  }
  const missing = await get(started, 'a')
  assertError(missing, 404, 'NoSuchKey')
  assert.equal(element(missing.text, 'Key'), 'a')
})

function deletion(started: StartedService, document: string, rest: Rest = {}): Promise<TestResponse> {
  const headers = { 'content-md5': md5(document), ...rest.headers }
  return call(started, { method: 'POST', bucket: BUCKET, query: { delete: '' }, body: document, ...rest, headers })
}

test('DeleteMultipleObjects answers in the order of the request, including missing objects', async () => {
  const started = await startWithBucket()
  for (const key of ['a&b', 'c', 'd\u0001']) await put(started, key, 'x')
  const document =
    '<Delete><Object><Key>d&#x1;</Key></Object><Object><Key>a&amp;b</Key></Object><Object><Key>none</Key></Object></Delete>'
  const done = await deletion(started, document, { query: { delete: '', 'encoding-type': 'url' } })
  assert.equal(done.status, 200)
  assert.deepEqual(elements(done.text, 'Key'), ['d%01', 'a%26b', 'none'])
  assert.equal(element(done.text, 'EncodingType'), 'url')
  const list = await call(started, { method: 'GET', bucket: BUCKET })
  assert.deepEqual(elements(list.text, 'Key'), ['c'])
  const quiet = await deletion(started, '<Delete><Quiet>true</Quiet><Object><Key>c</Key></Object></Delete>')
  assert.deepEqual([quiet.status, quiet.text, quiet.headers['content-length']], [200, '', '0'])
  assert.equal(quiet.headers['content-type'], undefined)
})

test('DeleteMultipleObjects refuses an invalid document with its cause', async () => {
  const started = await startWithBucket()
  const object = '<Object><Key>k</Key></Object>'
  const rows: readonly (readonly [string, string])[] = [
    ['<Delete>', '0016-00000607'],
    [`<Deletion>${object}</Deletion>`, '0016-00000608'],
    [`<Delete>${object}<Object></Object></Delete>`, '0016-00000613'],
    ['<Delete></Delete>', '0016-00000615'],
    [`<Delete>${object.repeat(1001)}</Delete>`, '0016-00000609'],
  ]
  for (const [document, ec] of rows) {
    const refused = await deletion(started, document)
    assertError(refused, 400, 'MalformedXML')
    assert.equal(refused.headers['x-oss-ec'], ec)
  }
  const blanks = ' '.repeat(2 * 1024 * 1024)
  assertError(await deletion(started, `<Delete>${object}${blanks}</Delete>`), 400, 'MalformedXML')
  assert.equal((await deletion(started, `<Delete>${object}${blanks.slice(100)}</Delete>`)).status, 200)
  const document = `<Delete>${object}</Delete>`
  const wrong = await deletion(started, document, { headers: { 'content-md5': md5('other') } })
  assertError(wrong, 400, 'InvalidDigest')
  const request = { method: 'POST', bucket: BUCKET, query: { delete: '' }, body: document }
  assertError(await call(started, request), 400, 'MissingArgument')
  assert.equal((await deletion(started, `<Delete>${object.repeat(1000)}</Delete>`)).status, 200)
})

test("an object's ACL is set and read back, and its time does not change", async () => {
  const started = await startWithBucket()
  await put(started, 'a', 'x')
  const before = (await head(started, 'a')).headers['last-modified']
  started.advance(10_000)
  const setAcl = (key: string, headers: Record<string, string>) =>
    call(started, { method: 'PUT', bucket: BUCKET, key, query: { acl: undefined }, headers })
  assert.equal((await setAcl('a', { 'x-oss-object-acl': 'public-read' })).status, 200)
  const acl = await get(started, 'a', { query: { acl: undefined } })
  assert.equal(element(acl.text, 'Grant'), 'public-read')
  assert.equal(element(acl.text, 'ID'), '1000000000000001')
  assert.equal((await head(started, 'a')).headers['last-modified'], before)
  assertError(await setAcl('missing', { 'x-oss-object-acl': 'private' }), 404, 'NoSuchKey')
  assertError(await setAcl('a', {}), 400, 'MissingArgument')
  assertError(await setAcl('a', { 'x-oss-object-acl': 'odd' }), 400, 'InvalidArgument')
})

test('keys of any bytes except a leading slash and NUL are stored and listed', async () => {
  const started = await startWithBucket()
  const keys = [
    'a+b',
    'a b',
    'a%b',
    'a&b',
    'a<b>',
    '\u0001\u001f',
    'a\r\nb',
    '中文',
    '😀',
    'dir/',
    'a//b',
    '../x',
    'q?x=1#y',
  ]
  for (const key of keys) {
    assert.equal((await put(started, key, key)).status, 200, key)
    assert.equal((await get(started, key)).text, key)
    assert.equal((await get(started, key, { style: 'path' })).text, key)
  }
  const list = await call(started, { method: 'GET', bucket: BUCKET, query: { 'max-keys': '1000' } })
  const bytewise = [...keys].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
  assert.deepEqual(elements(list.text, 'Key'), bytewise)
  assertError(await put(started, '/a', 'x'), 400, 'InvalidObjectName')
  assertError(await put(started, '\\a', 'x'), 400, 'InvalidObjectName')
  assertError(await put(started, 'k'.repeat(1024), 'x'), 400, 'InvalidObjectName')
  assert.equal((await put(started, 'k'.repeat(1023), 'x')).status, 200)
})

test('a deletion on a condition deletes what its sender has read, and nothing that was written since', async () => {
  const started = await startWithBucket()
  const remove = async (headers: Record<string, string>) =>
    (await call(started, { method: 'DELETE', bucket: BUCKET, key: 'k', headers })).status
  await put(started, 'k', 'old')
  const read = (await head(started, 'k')).headers
  const asRead = { 'x-oss-ext-if-match': read.etag ?? '', 'x-oss-ext-if-last-modified': read['last-modified'] ?? '' }
  await put(started, 'k', 'new')
  assert.equal(await remove(asRead), 412)
  assert.equal(await remove({ 'x-oss-ext-if-last-modified': 'Wed, 01 Jan 2020 00:00:00 GMT' }), 412)
  assert.equal(await remove({ 'x-oss-ext-if-last-modified': 'yesterday' }), 400)
  assert.equal((await get(started, 'k')).text, 'new')
  await put(started, 'k', 'old')
  assert.equal(await remove({ 'x-oss-ext-if-match': read.etag ?? '' }), 204)
  assert.equal(await remove({ 'x-oss-ext-if-match': read.etag ?? '' }), 404)
})
