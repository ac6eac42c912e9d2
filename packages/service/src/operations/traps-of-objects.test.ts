/** Mistakes about objects that the official SDKs notice: one test for each, apart from the tests of the operations. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { crc64 } from '@bindery/bytes'
import {
  ask,
  BUCKET,
  call,
  element,
  elements,
  idOf,
  put,
  type StartedService,
  startVersioned,
  startWithBucket,
  type TestResponse,
} from '../testing/index.js'

const md5 = (text: string) => createHash('md5').update(text).digest('hex').toUpperCase()
const codeOf = ({ status, text }: TestResponse) => [status, element(text, 'Code')]

function deleteMany(started: StartedService, keys: readonly string[], quiet = false) {
  const escaped = keys.map(
    (key) => `<Object><Key>${key.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</Key></Object>`,
  )
  const body = `<Delete><Quiet>${quiet}</Quiet>${escaped.join('')}</Delete>`
  const headers = { 'content-md5': createHash('md5').update(body).digest('base64') }
  const query = { delete: '', 'encoding-type': 'url' }
  return call(started, { method: 'POST', bucket: BUCKET, query, body, headers })
}

test('no document has a namespace, and its times have milliseconds of zero', async () => {
  const started = await startWithBucket()
  started.advance(123)
  await put(started, 'k', 'x')
  const copy = await put(started, 'copy', '', { headers: { 'x-oss-copy-source': `/${BUCKET}/k` } })
  const documents = [
    await call(started, { method: 'GET', bucket: BUCKET }),
    await call(started, { method: 'GET', bucket: BUCKET, query: { versions: '' } }),
    await ask(started, 'GET', 'k', undefined, { query: { acl: '' } }),
    await ask(started, 'GET', 'none'),
    await deleteMany(started, ['none']),
    copy,
  ]
  for (const { text } of documents) {
    assert.ok(text.startsWith('<?xml version="1.0" encoding="UTF-8"?>\n<'), text)
    assert.ok(!text.includes('xmlns'), text)
    for (const time of elements(text, 'LastModified')) assert.match(time, /^2026-01-05T08:00:00\.000Z$/)
  }
  assert.equal((await ask(started, 'HEAD', 'k')).headers['last-modified'], 'Mon, 05 Jan 2026 08:00:00 GMT')
})

test('ids of requests have 24 characters and are in header and body; ids of versions have 64 and are unique', async () => {
  const started = await startVersioned()
  const missing = await ask(started, 'GET', 'none')
  assert.match(missing.headers['x-oss-request-id'] ?? '', /^[0-9A-F]{24}$/)
  assert.equal(element(missing.text, 'RequestId'), missing.headers['x-oss-request-id'])
  const ids = new Set<string>()
  for (let count = 0; count < 20; count += 1) ids.add(idOf(await put(started, 'k', 'x')))
  assert.deepEqual([ids.size, [...ids].every((id) => id.length === 64 && id.startsWith('CAEQ'))], [20, true])
})

test('a failed HEAD carries its document and EC in headers; 304 and 412 carry neither', async () => {
  const started = await startWithBucket()
  const { headers, text } = await ask(started, 'HEAD', 'none')
  assert.equal(text, '')
  const document = Buffer.from(headers['x-oss-err'] ?? '', 'base64').toString()
  assert.equal(element(document, 'Code'), 'NoSuchKey')
  assert.equal(element(document, 'RequestId'), headers['x-oss-request-id'])
  assert.equal(headers['x-oss-ec'], element(document, 'EC'))
  const { headers: stored } = await put(started, 'k', 'x')
  const conditions = [{ 'if-none-match': stored.etag ?? '' }, { 'if-match': '"other"' }]
  for (const [index, condition] of conditions.entries()) {
    const answer = await ask(started, 'HEAD', 'k', undefined, { headers: condition })
    assert.deepEqual(
      [answer.status, answer.text, answer.headers['x-oss-err']],
      [index === 0 ? 304 : 412, '', undefined],
    )
  }
})

test('an ETag is an MD5 in quotes and capitals, in headers and documents', async () => {
  const started = await startWithBucket()
  const quoted = `"${md5('x')}"`
  assert.equal((await put(started, 'k', 'x')).headers.etag, quoted)
  assert.equal((await ask(started, 'HEAD', 'k', undefined, { query: { objectMeta: '' } })).headers.etag, quoted)
  const list = await call(started, { method: 'GET', bucket: BUCKET })
  assert.deepEqual(elements(list.text, 'ETag'), [quoted])
  const copy = await put(started, 'copy', '', { headers: { 'x-oss-copy-source': `/${BUCKET}/k` } })
  assert.deepEqual([copy.headers.etag, element(copy.text, 'ETag')], [quoted, quoted])
})

test('the CRC-64 is that of the whole object, everywhere: 0 of nothing, also of a range and after an append', async () => {
  const started = await startWithBucket()
  const of = ({ headers }: TestResponse) => headers['x-oss-hash-crc64ecma']
  assert.equal(of(await put(started, 'empty', '')), '0')
  assert.equal(of(await ask(started, 'GET', 'empty')), '0')
  const vectors = {
    a: '3675645893302102789',
    'hello world': '5981764153023615706',
    '123456789': '11051210869376104954',
  }
  for (const [text, crc] of Object.entries(vectors)) {
    assert.equal(of(await put(started, 'k', text)), crc)
    assert.equal(String(crc64(Buffer.from(text))), crc)
    const ranged = await ask(started, 'GET', 'k', undefined, { headers: { range: 'bytes=0-0' } })
    assert.deepEqual([ranged.status, of(ranged)], [206, crc])
    const copy = await put(started, 'copy', '', { headers: { 'x-oss-copy-source': `/${BUCKET}/k` } })
    const meta = await ask(started, 'HEAD', 'k', undefined, { query: { objectMeta: '' } })
    for (const answer of [await ask(started, 'HEAD', 'k'), meta, copy]) assert.equal(of(answer), crc)
  }
  const append = (position: string, body: string) =>
    ask(started, 'POST', 'log', undefined, { query: { append: '', position }, body })
  await append('0', 'hello ')
  assert.equal(of(await append('6', 'world')), vectors['hello world'])
})

test('a range that does not fit answers everything, unless standard behaviour is requested; the last 0 bytes are 416', async () => {
  const started = await startWithBucket()
  await put(started, 'k', '0123456789')
  const answers = async (range: string, headers: Record<string, string> = {}) => {
    const {
      status,
      text,
      headers: sent,
    } = await ask(started, 'GET', 'k', undefined, { headers: { range, ...headers } })
    return status === 416 ? [416] : [status, text.length, sent['content-range']]
  }
  const standard = { 'x-oss-range-behavior': 'standard' }
  for (const range of ['bytes=5-20', 'bytes=10-', 'bytes=-20', 'bytes=5-1', 'byte=0-1']) {
    assert.deepEqual(await answers(range), [200, 10, undefined], range)
  }
  assert.deepEqual(await answers('bytes=5-20', standard), [206, 5, 'bytes 5-9/10'])
  assert.deepEqual(await answers('bytes=-20', standard), [206, 10, 'bytes 0-9/10'])
  assert.deepEqual(await answers('bytes=10-', standard), [416])
  for (const headers of [{}, standard]) assert.deepEqual(await answers('bytes=-0', headers), [416])
  assert.deepEqual(await answers('bytes=0-1,4-5'), [206, 2, 'bytes 0-1/10'])
})

test('deletion is always 204; of many, missing ones too are listed in their order, and a quiet request gets nothing', async () => {
  const started = await startWithBucket()
  for (let count = 0; count < 2; count += 1) assert.equal((await ask(started, 'DELETE', 'none')).status, 204)
  const keys = ['z', 'a', 'm&<', 'none']
  await put(started, 'a', 'x')
  const { text } = await deleteMany(started, keys)
  assert.deepEqual(
    elements(text, 'Key').map((key) => decodeURIComponent(key.replaceAll('+', ' '))),
    keys,
  )
  const quiet = await deleteMany(started, keys, true)
  assert.deepEqual([quiet.status, quiet.text, quiet.headers['content-length']], [200, '', '0'])
})

test('a wrong position of an append is answered with the right one', async () => {
  const started = await startWithBucket()
  const append = (position: string) =>
    ask(started, 'POST', 'log', undefined, { query: { append: '', position }, body: 'abc' })
  await append('0')
  const wrong = await append('7')
  assert.deepEqual(
    [codeOf(wrong), wrong.headers['x-oss-next-append-position']],
    [[409, 'PositionNotEqualToLength'], '3'],
  )
})

test('a copy onto itself changes metadata whatever the directive, a copy elsewhere resets the ACL, and conditions have short names', async () => {
  const started = await startWithBucket()
  await put(started, 'k', 'x', { headers: { 'x-oss-meta-a': '1', 'x-oss-object-acl': 'public-read' } })
  const copy = (key: string, headers: Record<string, string>) =>
    put(started, key, '', { headers: { 'x-oss-copy-source': `/${BUCKET}/k`, ...headers } })
  await copy('k', { 'x-oss-metadata-directive': 'COPY', 'x-oss-meta-b': '2' })
  const { headers } = await ask(started, 'HEAD', 'k')
  assert.deepEqual([headers['x-oss-meta-a'], headers['x-oss-meta-b']], [undefined, '2'])
  await copy('other', {})
  const acl = await ask(started, 'GET', 'other', undefined, { query: { acl: '' } })
  assert.equal(element(acl.text, 'Grant'), 'default')
  const failed = await copy('other', { 'x-oss-copy-source-if-match': '"no"' })
  assert.deepEqual([codeOf(failed), element(failed.text, 'Condition')], [[412, 'PreconditionFailed'], 'If-Match'])
  const same = await copy('other', { 'x-oss-copy-source-if-none-match': `"${md5('x')}"` })
  assert.deepEqual([same.status, same.text], [304, ''])
})

test('a conditional put is not implemented, by the name of its header, and with status 400', async () => {
  const started = await startWithBucket()
  for (const name of ['If-Match', 'If-None-Match', 'If-Modified-Since', 'If-Unmodified-Since']) {
    const refused = await put(started, 'k', 'x', { headers: { [name.toLowerCase()]: '*' } })
    assert.deepEqual([codeOf(refused), element(refused.text, 'Header')], [[400, 'NotImplemented'], name])
  }
})

test('a put is never newer than its answer, so that its Date as a condition means not modified', async () => {
  const started = await startWithBucket()
  started.advance(999)
  const { headers } = await put(started, 'k', 'x')
  const { headers: head } = await ask(started, 'HEAD', 'k')
  assert.ok(Date.parse(head['last-modified'] ?? '') <= Date.parse(headers.date ?? ''))
  const conditional = { headers: { 'if-modified-since': headers.date ?? '' } }
  assert.equal((await ask(started, 'GET', 'k', undefined, conditional)).status, 304)
})

test('keys of any characters are put, listed, copied and deleted', async () => {
  const started = await startWithBucket()
  const keys = [
    'a+b',
    'a b',
    'a%2Fb',
    'a%b',
    '\u0001\u001f',
    'line\r\nbreak',
    '目录/文件',
    'a&b<c>"d\'',
    '😀',
    'a//b',
    '.',
    'a?b=c#d',
  ]
  for (const key of keys) {
    assert.equal((await put(started, key, key)).status, 200, JSON.stringify(key))
    assert.equal((await ask(started, 'GET', key)).text, key)
    const source = `/${BUCKET}/${encodeURIComponent(key)}`
    const copied = await put(started, `copy/${key}`, '', { headers: { 'x-oss-copy-source': source } })
    assert.equal(copied.status, 200, `${JSON.stringify(key)} ${copied.text}`)
    assert.equal((await ask(started, 'GET', `copy/${key}`)).text, key)
  }
  const listed = async () => {
    const query = { 'encoding-type': 'url', 'max-keys': '1000' }
    const { text } = await call(started, { method: 'GET', bucket: BUCKET, query })
    const contents = [...text.matchAll(/<Contents><Key>(.*?)<\/Key>/gs)].map(([, key = '']) => key)
    // the Go SDK reads a plus as a blank
    return contents.map((key) => decodeURIComponent(key.replaceAll('+', ' ')))
  }
  assert.deepEqual((await listed()).sort(), [...keys, ...keys.map((key) => `copy/${key}`)].sort())
  for (const key of keys) assert.equal((await ask(started, 'DELETE', key)).status, 204)
  assert.deepEqual((await listed()).sort(), keys.map((key) => `copy/${key}`).sort())
})

test('a missing type is application/octet-stream, and a wrong Expires comes back as it was sent', async () => {
  const started = await startWithBucket()
  await put(started, 'k', 'x', { headers: { expires: 'not a date' } })
  const { headers } = await ask(started, 'GET', 'k')
  assert.deepEqual([headers['content-type'], headers.expires], ['application/octet-stream', 'not a date'])
})

test('an object without tags has an empty set of them', async () => {
  const started = await startWithBucket()
  await put(started, 'k', 'x')
  const { text } = await ask(started, 'GET', 'k', undefined, { query: { tagging: '' } })
  assert.match(text, /<Tagging><TagSet>\s*<\/TagSet><\/Tagging>|<Tagging><TagSet\/><\/Tagging>/)
})

test('GetObjectMeta knows a missing bucket from a missing key, and answers no type, class or metadata', async () => {
  const started = await startWithBucket()
  await put(started, 'k', 'x', { headers: { 'x-oss-meta-a': 'b' } })
  const meta = (bucket: string, key: string) =>
    call(started, { method: 'HEAD', bucket, key, query: { objectMeta: '' } })
  const causeOf = async (bucket: string, key: string) =>
    element(Buffer.from((await meta(bucket, key)).headers['x-oss-err'] ?? '', 'base64').toString(), 'Code')
  assert.deepEqual([await causeOf('none-here', 'k'), await causeOf(BUCKET, 'none')], ['NoSuchBucket', 'NoSuchKey'])
  const { headers } = await meta(BUCKET, 'k')
  for (const name of ['content-type', 'x-oss-object-type', 'x-oss-storage-class', 'x-oss-meta-a']) {
    assert.equal(headers[name], undefined, name)
  }
  assert.deepEqual([headers.etag, headers['content-length']], [`"${md5('x')}"`, '1'])
})

test('an object that is not a symlink has no target, and a symlink to nothing fails on GET and HEAD', async () => {
  const started = await startWithBucket()
  await put(started, 'k', 'x')
  const query = { symlink: '' }
  assert.deepEqual(codeOf(await ask(started, 'GET', 'k', undefined, { query })), [400, 'NotSymlink'])
  await put(started, 'link', '', { query, headers: { 'x-oss-symlink-target': 'none' } })
  assert.deepEqual(codeOf(await ask(started, 'GET', 'link')), [404, 'SymlinkTargetNotExist'])
  assert.equal((await ask(started, 'HEAD', 'link')).status, 404)
})

test('a restore is accepted, then in progress, then done, and its state is quoted', async () => {
  const started = await startWithBucket()
  await put(started, 'k', 'x', { headers: { 'x-oss-storage-class': 'Archive' } })
  const restore = () => ask(started, 'POST', 'k', undefined, { query: { restore: '' } })
  const shown = async () => (await ask(started, 'HEAD', 'k')).headers['x-oss-restore']
  assert.deepEqual([await shown(), (await restore()).status], [undefined, 202])
  assert.deepEqual(
    [codeOf(await restore()), await shown()],
    [[409, 'RestoreAlreadyInProgress'], 'ongoing-request="true"'],
  )
  started.advance(10_000)
  assert.equal((await restore()).status, 200)
  assert.match(
    (await shown()) ?? '',
    /^ongoing-request="false", expiry-date="[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT"$/,
  )
})

test('a compressed answer has neither Content-Length nor ETag', async () => {
  const started = await startWithBucket()
  const text = 'compressible '.repeat(200)
  await put(started, 'k', text, { headers: { 'content-type': 'text/plain' } })
  const answer = await ask(started, 'GET', 'k', undefined, { headers: { 'accept-encoding': 'gzip' } })
  const { headers } = answer
  assert.deepEqual(
    [headers['content-encoding'], headers['content-length'], headers.etag],
    ['gzip', undefined, undefined],
  )
  assert.equal(gunzipSync(Buffer.from(answer.bytes)).toString(), text)
})
