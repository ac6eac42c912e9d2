import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  BUCKET,
  call,
  complete,
  element,
  FULL_PART,
  initiate,
  OTHER,
  startWithBucket,
  type TestRequest,
} from '../../testing/index.js'

type Started = Awaited<ReturnType<typeof startWithBucket>>
type Headers = Record<string, string>

const SOURCE = '0123456789'.repeat(20_000)

async function startWithSource(headers: Headers = {}): Promise<Started> {
  const started = await startWithBucket()
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'dir/a b?.txt', body: SOURCE, headers })
  return started
}

const NAMED = `/${BUCKET}/dir%2Fa%20b%3F.txt`

function copy(started: Started, key: string, headers: Headers = {}, more: Partial<TestRequest> = {}) {
  const request = { method: 'PUT', bucket: BUCKET, key, headers: { 'x-oss-copy-source': NAMED, ...headers } }
  return call(started, { ...request, ...more })
}

function copyPart(started: Started, key: string, uploadId: string, number: number, headers: Headers = {}) {
  return copy(started, key, headers, { query: { partNumber: String(number), uploadId } })
}

function head(started: Started, key: string) {
  return call(started, { method: 'HEAD', bucket: BUCKET, key })
}

test('a copy keeps ETag, CRC-64 and the metadata of the object, but neither ACL nor storage class', async () => {
  const started = await startWithSource({
    'content-type': 'text/plain',
    'x-oss-meta-a': 'b',
    'x-oss-tagging': 'k=v',
    'x-oss-object-acl': 'public-read',
    'x-oss-storage-class': 'IA',
  })
  const source = await head(started, 'dir/a b?.txt')
  const copied = await copy(started, 'copy', { 'x-oss-meta-a': 'ignored', 'x-oss-tagging': 'ignored=too' })
  assert.equal(copied.status, 200)
  assert.equal(element(copied.text, 'ETag'), source.headers.etag)
  const made = await head(started, 'copy')
  for (const name of [
    'etag',
    'x-oss-hash-crc64ecma',
    'content-type',
    'x-oss-meta-a',
    'x-oss-tagging-count',
    'content-md5',
  ]) {
    assert.equal(made.headers[name], source.headers[name], name)
  }
  assert.equal(made.headers['x-oss-storage-class'], 'Standard')
  const acl = await call(started, { method: 'GET', bucket: BUCKET, key: 'copy', query: { acl: undefined } })
  assert.equal(element(acl.text, 'Grant'), 'default')
})

test('with REPLACE, in any letter case, and onto itself, the request provides all metadata', async () => {
  const started = await startWithSource({ 'content-type': 'text/plain', 'x-oss-meta-a': 'b', 'x-oss-tagging': 'k=v' })
  await copy(started, 'copy', {
    'x-oss-metadata-directive': 'Replace',
    'x-oss-tagging-directive': 'replace',
    'x-oss-meta-c': 'd',
  })
  const made = await head(started, 'copy')
  assert.equal(made.headers['content-type'], 'application/octet-stream')
  assert.deepEqual([made.headers['x-oss-meta-a'], made.headers['x-oss-meta-c']], [undefined, 'd'])
  assert.equal(made.headers['x-oss-tagging-count'], undefined)
  await copy(started, 'dir/a b?.txt', { 'x-oss-meta-new': '1' })
  const self = await head(started, 'dir/a b?.txt')
  assert.deepEqual([self.headers['x-oss-meta-a'], self.headers['x-oss-meta-new']], [undefined, '1'])
  const read = await call(started, { method: 'GET', bucket: BUCKET, key: 'dir/a b?.txt' })
  assert.equal(read.text, SOURCE)
  const wrong = await copy(started, 'copy', { 'x-oss-metadata-directive': 'MOVE' })
  assert.equal(element(wrong.text, 'Code'), 'InvalidArgument')
})

test('an object that is copied onto itself keeps its ACL, its type and its envelope, unless the request names them', async () => {
  const envelope = { 'x-oss-meta-client-side-encryption-key': 'key', 'x-oss-meta-client-side-encryption-start': 'iv' }
  const started = await startWithSource({
    'content-type': 'text/plain',
    'cache-control': 'no-store',
    'x-oss-object-acl': 'private',
    'x-oss-meta-a': 'b',
    ...envelope,
  })
  const self = 'dir/a b?.txt'
  const grant = async (key: string) => {
    const acl = await call(started, { method: 'GET', bucket: BUCKET, key, query: { acl: undefined } })
    return element(acl.text, 'Grant')
  }
  for (const directive of ['REPLACE', 'COPY']) {
    assert.equal(
      (await copy(started, self, { 'x-oss-metadata-directive': directive, 'x-oss-meta-c': 'd' })).status,
      200,
    )
    const { headers } = await head(started, self)
    assert.equal(await grant(self), 'private')
    assert.equal(headers['content-type'], 'text/plain')
    for (const [name, value] of Object.entries(envelope)) assert.equal(headers[name], value)
    assert.deepEqual([headers['x-oss-meta-a'], headers['x-oss-meta-c']], [undefined, 'd'])
    assert.equal(headers['cache-control'], undefined)
  }
  await copy(started, self, {
    'content-type': 'text/html',
    'x-oss-object-acl': 'public-read',
    'x-oss-meta-client-side-encryption-key': 'other',
  })
  const { headers } = await head(started, self)
  assert.equal(await grant(self), 'public-read')
  assert.equal(headers['content-type'], 'text/html')
  assert.equal(headers['x-oss-meta-client-side-encryption-key'], 'other')
  assert.equal(headers['x-oss-meta-client-side-encryption-start'], undefined)
  await copy(started, 'elsewhere', { 'x-oss-metadata-directive': 'REPLACE' })
  assert.equal(await grant('elsewhere'), 'default')
  const elsewhere = (await head(started, 'elsewhere')).headers
  assert.equal(elsewhere['x-oss-meta-client-side-encryption-key'], undefined)
})

test('a range within the source becomes a part, any other copies the whole without Content-Range', async () => {
  const started = await startWithSource()
  const uploadId = await initiate(started, 'to')
  const size = SOURCE.length
  const cases: [string, string | undefined][] = [
    [`bytes=0-102399`, `bytes 0-102399/${size}`],
    ['bytes=90000-', `bytes 90000-${size - 1}/${size}`],
    [`bytes=0-${size}`, undefined],
    [`bytes=${size}-`, undefined],
    ['bytes=-5', undefined],
    ['bytes=9-1', undefined],
    ['0-5', undefined],
  ]
  const { etag } = (await head(started, 'dir/a b?.txt')).headers
  for (const [index, [range, answer]] of cases.entries()) {
    const part = await copyPart(started, 'to', uploadId, index + 1, { 'x-oss-copy-source-range': range })
    assert.equal(part.status, 200, range)
    assert.equal(part.headers['content-range'], answer, range)
    assert.equal(element(part.text, 'ETag'), part.headers.etag)
    if (answer === undefined) assert.equal(part.headers.etag, etag)
  }
  assert.equal((await complete(started, 'to', uploadId, '', { headers: { 'x-oss-complete-all': 'yes' } })).status, 200)
  const read = await call(started, { method: 'GET', bucket: BUCKET, key: 'to' })
  assert.equal(read.text, SOURCE.slice(0, 102_400) + SOURCE.slice(90_000) + SOURCE.repeat(5))
})

test('failed conditions on the source are 412 with their short names, or 304', async () => {
  const started = await startWithSource()
  const uploadId = await initiate(started, 'to')
  const { etag = '', 'last-modified': modified = '' } = (await head(started, 'dir/a b?.txt')).headers
  const cases: [Headers, number][] = [
    [{ 'x-oss-copy-source-if-match': etag }, 200],
    [{ 'x-oss-copy-source-if-match': 'other' }, 412],
    [{ 'x-oss-copy-source-if-none-match': etag }, 304],
    [{ 'x-oss-copy-source-if-unmodified-since': modified }, 200],
    [{ 'x-oss-copy-source-if-modified-since': modified }, 304],
    [{ 'x-oss-copy-source-if-unmodified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 412],
  ]
  for (const [headers, status] of cases) {
    assert.equal((await copy(started, 'copy', headers)).status, status, JSON.stringify(headers))
    assert.equal((await copyPart(started, 'to', uploadId, 1, headers)).status, status, JSON.stringify(headers))
  }
  const failed = await copy(started, 'copy', { 'x-oss-copy-source-if-match': 'other' })
  assert.equal(element(failed.text, 'Condition'), 'If-Match')
})

test('an invalid, missing or unreadable source is refused with its own error', async () => {
  const started = await startWithSource()
  const cases: [string, number, string][] = [
    ['', 400, '0042-00000302'],
    ['bkt/key', 400, '0042-00000301'],
    [`${NAMED}?other=1`, 400, '0016-00000304'],
    [`${NAMED}?versionId=`, 400, '0016-00000305'],
    [`${NAMED}?versionId=234`, 400, '0012-00000202'],
    [`${NAMED}?versionId=CAEQ${'a'.repeat(60)}`, 404, '0012-00000203'],
    [`/${BUCKET}/missing`, 404, '0026-00000001'],
    ['/no-such-bucket/key', 404, '0015-00000101'],
  ]
  const uploadId = await initiate(started, 'to')
  for (const [source, status, ec] of cases) {
    const headers = { 'x-oss-copy-source': source }
    for (const answer of [await copy(started, 'copy', headers), await copyPart(started, 'to', uploadId, 1, headers)]) {
      assert.deepEqual([answer.status, answer.headers['x-oss-ec']], [status, ec], source)
    }
  }
  assert.equal((await copy(started, 'copy', { 'x-oss-copy-source': `${NAMED}?versionId=null` })).status, 200)
  assert.equal((await copy(started, 'copy', {}, { as: OTHER })).status, 403)
  await call(started, { method: 'PUT', bucket: 'theirs', as: OTHER })
  assert.equal((await copy(started, 'copy', {}, { as: OTHER, bucket: 'theirs' })).status, 403)
  assert.equal((await copyPart(started, 'to', '0'.repeat(32), 1)).headers['x-oss-ec'], '0042-00000311')
})

test('an upload of copied and uploaded parts reads back completely', async () => {
  const started = await startWithSource()
  const uploadId = await initiate(started, 'to')
  await copyPart(started, 'to', uploadId, 2)
  await call(started, {
    method: 'PUT',
    bucket: BUCKET,
    key: 'to',
    query: { partNumber: '1', uploadId },
    body: FULL_PART,
  })
  await complete(started, 'to', uploadId, '', { headers: { 'x-oss-complete-all': 'yes' } })
  await call(started, { method: 'DELETE', bucket: BUCKET, key: 'dir/a b?.txt' })
  while ((await started.service.sweep()).freed > 0);
  const read = await call(started, {
    method: 'GET',
    bucket: BUCKET,
    key: 'to',
    headers: { range: 'bytes=102395-102404' },
  })
  assert.equal(read.text, 'aaaaa01234')
})
