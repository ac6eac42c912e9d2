import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import {
  BUCKET,
  call,
  element,
  elements,
  type StartedService,
  startWithBucket,
  type TestRequest,
  type TestResponse,
  untouchable,
} from '../../testing/index.js'

type Rest = Partial<TestRequest>

function append(started: StartedService, position: number, body: TestRequest['body'], rest: Rest = {}) {
  const query = { append: undefined, position: String(position) }
  return call(started, { method: 'POST', bucket: BUCKET, key: 'log', query, body: body ?? '', ...rest })
}

const request = (started: StartedService, method: string, rest: Rest = {}) =>
  call(started, { method, bucket: BUCKET, key: 'log', ...rest })

function assertRefused(response: TestResponse, status: number, code: string, ec?: string): void {
  assert.deepEqual([response.status, element(response.text, 'Code')], [status, code])
  if (ec !== undefined) assert.equal(response.headers['x-oss-ec'], ec)
}

test('the first append creates the object, and later ones change no metadata but the ACL', async () => {
  const started = await startWithBucket()
  const first = await append(started, 0, 'hello ', {
    headers: { 'content-type': 'text/plain', 'x-oss-meta-a': '1', 'x-oss-tagging': 'k=v', 'x-oss-storage-class': 'IA' },
  })
  assert.deepEqual([first.status, first.headers['x-oss-next-append-position']], [200, '6'])
  started.advance(5_000)
  const second = await append(started, 6, 'world', {
    headers: { 'content-type': 'image/png', 'x-oss-meta-a': '2', 'x-oss-object-acl': 'public-read' },
  })
  assert.equal(second.headers['x-oss-hash-crc64ecma'], '5981764153023615706')
  assert.match(second.headers.etag ?? '', /^"[0-9A-F]{24}00000000"$/)
  const { headers } = await request(started, 'HEAD')
  assert.equal(headers.etag, second.headers.etag)
  assert.equal(headers['x-oss-object-type'], 'Appendable')
  assert.equal(headers['x-oss-next-append-position'], '11')
  assert.equal(headers['content-type'], 'text/plain')
  assert.equal(headers['x-oss-meta-a'], '1')
  assert.equal(headers['x-oss-tagging-count'], '1')
  assert.equal(headers['x-oss-storage-class'], 'IA')
  assert.equal(headers['last-modified'], 'Mon, 05 Jan 2026 08:00:05 GMT')
  assert.equal(headers['content-md5'], undefined)
  assert.equal((await request(started, 'GET')).text, 'hello world')
  const acl = await request(started, 'GET', { query: { acl: undefined } })
  assert.equal(element(acl.text, 'Grant'), 'public-read')
  const list = await call(started, { method: 'GET', bucket: BUCKET })
  assert.deepEqual([elements(list.text, 'Type'), elements(list.text, 'Size')], [['Appendable'], ['11']])
})

test('tags of a later append are ignored, whatever they are, and those of the first are checked', async () => {
  const started = await startWithBucket()
  const tooMany = Array.from({ length: 11 }, (_, index) => `k${index}=v`).join('&')
  assertRefused(await append(started, 0, 'a', { headers: { 'x-oss-tagging': 'a=b=c' } }), 400, 'InvalidTag')
  assert.equal((await append(started, 0, 'a', { headers: { 'x-oss-tagging': 'k=v' } })).status, 200)
  for (const [position, tags] of ['other=tag', 'a=b=c', 'k=1&k=2', tooMany, '#'].entries()) {
    const later = await append(started, position + 1, 'b', { headers: { 'x-oss-tagging': tags } })
    assert.equal(later.status, 200, tags)
  }
  const { text } = await request(started, 'GET', { query: { tagging: undefined } })
  assert.deepEqual([elements(text, 'Key'), elements(text, 'Value')], [['k'], ['v']])
})

test('a wrong position is 409 with the right one, before the body is read', async () => {
  const started = await startWithBucket()
  await append(started, 0, 'abc')
  const body = untouchable()
  const refused = await append(started, 2, body)
  assertRefused(refused, 409, 'PositionNotEqualToLength', '0026-00000016')
  assert.equal(refused.headers['x-oss-next-append-position'], '3')
  assert.equal(body.touched(), false)
  const missing = await append(started, 1, 'x', { key: 'none' })
  assert.deepEqual([missing.status, missing.headers['x-oss-next-append-position']], [409, '0'])
  assertRefused(await append(started, 3, 'x', { query: { append: '' } }), 400, 'MissingArgument', '0016-00000501')
})

test('only appendable objects are appended to, and a put makes an object one no longer', async () => {
  const started = await startWithBucket()
  await append(started, 0, 'abc')
  await request(started, 'PUT', { body: 'normal' })
  assertRefused(await append(started, 6, 'x'), 409, 'ObjectNotAppendable', '0026-00000017')
  assertRefused(await append(started, 0, 'x'), 409, 'ObjectNotAppendable')
  await request(started, 'DELETE')
  assert.equal((await append(started, 0, 'again')).headers['x-oss-next-append-position'], '5')
})

test('Content-MD5 is that of the appended bytes, and a wrong one appends nothing', async () => {
  const started = await startWithBucket()
  const md5 = (bytes: string) => ({ 'content-md5': createHash('md5').update(bytes).digest('base64') })
  for (const [position, bytes] of ['abc', 'd'.repeat(10_000)].entries()) {
    assert.equal((await append(started, position * 3, bytes, { headers: md5(bytes) })).status, 200)
  }
  assertRefused(await append(started, 10_003, 'x', { headers: md5('y') }), 400, 'InvalidDigest')
  assertRefused(await append(started, 10_003, 'x'.repeat(9_000), { headers: md5('y') }), 400, 'InvalidDigest')
  assert.equal((await request(started, 'HEAD')).headers['content-length'], '10003')
})

test('a body without a length is appended too', async () => {
  const started = await startWithBucket()
  await append(started, 0, 'abc', { chunked: true })
  assert.equal((await append(started, 3, '', { chunked: true })).status, 200)
  assert.equal((await append(started, 3, 'def', { chunked: true })).status, 200)
  assert.equal((await request(started, 'GET', { headers: { range: 'bytes=2-3' } })).text, 'cd')
})

test('a sealed object shows when it was sealed and takes no more; strict servers refuse to seal', async () => {
  const started = await startWithBucket()
  await append(started, 0, 'abc')
  const seal = (position: string) => request(started, 'POST', { query: { seal: undefined, position } })
  assertRefused(await seal('2'), 409, 'PositionNotEqualToLength')
  const sealed = await seal('3')
  assert.deepEqual([sealed.status, sealed.headers['x-oss-sealed-time']], [200, 'Mon, 05 Jan 2026 08:00:00 GMT'])
  started.advance(9_000)
  assert.equal((await seal('3')).headers['x-oss-sealed-time'], sealed.headers['x-oss-sealed-time'])
  assert.equal((await request(started, 'HEAD')).headers['x-oss-sealed-time'], sealed.headers['x-oss-sealed-time'])
  assertRefused(await append(started, 3, 'x'), 409, 'AppendSealedObjectNotAllowed')
  const strict = await startWithBucket({ strict: true })
  await append(strict, 0, 'abc')
  const query = { seal: undefined, position: '3' }
  assertRefused(await request(strict, 'POST', { query }), 400, 'OperationNotSupported', '0016-00000513')
})
