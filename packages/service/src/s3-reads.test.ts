/** The headers of reads of S3, and of their refusals. */
import assert from 'node:assert/strict'
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

const get = (started: StartedService, key: string, headers: Record<string, string> = {}) =>
  asS3(started, { method: 'GET', key, headers })

test('a 304 has the tag and the time of its object, and a refused range its size', async () => {
  const started = await startWithBucket()
  await asS3(started, { method: 'PUT', key: 'k', body: '0123456789' })
  const { headers } = await get(started, 'k')
  const unchanged = await get(started, 'k', { 'if-none-match': headers.etag ?? '' })
  assert.deepEqual(
    [unchanged.status, unchanged.headers.etag, unchanged.headers['last-modified'], unchanged.text],
    [304, headers.etag, headers['last-modified'], ''],
  )
  for (const method of ['GET', 'HEAD'] as const) {
    const refused = await asS3(started, { method, key: 'k', headers: { range: 'bytes=10-' } })
    assert.deepEqual([refused.status, refused.headers['content-range']], [416, 'bytes */10'])
  }
})

test('positions of any length are compared, and the end of an empty object is the object', async () => {
  const started = await startWithBucket()
  await asS3(started, { method: 'PUT', key: 'k', body: '0123456789' })
  await asS3(started, { method: 'PUT', key: 'empty', body: '' })
  const statuses: readonly (readonly [key: string, range: string, status: number])[] = [
    ['k', `bytes=${'9'.repeat(30)}-`, 416],
    ['k', `bytes=8-${'9'.repeat(30)}`, 206],
    ['k', `bytes=-${'9'.repeat(30)}`, 206],
    ['empty', 'bytes=-5', 200],
    ['empty', 'bytes=0-', 416],
    ['empty', 'bytes=-0', 416],
  ]
  for (const [key, range, status] of statuses) {
    assert.equal((await get(started, key, { range })).status, status, `${key} ${range}`)
  }
})

test('a weak tag matches as the strong one, and a time that has not come yet counts for nothing', async () => {
  const started = await startWithBucket()
  await asS3(started, { method: 'PUT', key: 'k', body: 'x' })
  const { headers } = await get(started, 'k')
  const status = async (conditions: Record<string, string>) => (await get(started, 'k', conditions)).status
  assert.equal(await status({ 'if-match': `"other", W/${headers.etag}` }), 200)
  assert.equal(await status({ 'if-match': 'W/"other"' }), 412)
  assert.equal(await status({ 'if-modified-since': headers['last-modified'] ?? '' }), 304)
  const future = 'Fri, 01 Jan 2999 00:00:00 GMT'
  assert.equal(await status({ 'if-modified-since': future }), 200)
  const ofOss = await call(started, {
    method: 'GET',
    bucket: BUCKET,
    key: 'k',
    headers: { 'if-modified-since': future },
  })
  assert.equal(ofOss.status, 304)
})

test('the usual class is not in headers, and is in lists', async () => {
  const started = await startWithBucket()
  await asS3(started, { method: 'PUT', key: 'k', body: 'x' })
  await asS3(started, { method: 'PUT', key: 'cold', body: 'x', headers: { 'x-amz-storage-class': 'STANDARD_IA' } })
  for (const method of ['GET', 'HEAD'] as const) {
    const shown = async (key: string) => (await asS3(started, { method, key })).headers['x-amz-storage-class']
    assert.deepEqual([await shown('k'), await shown('cold')], [undefined, 'STANDARD_IA'])
  }
  assert.deepEqual(elements((await asS3(started, { method: 'GET' })).text, 'StorageClass'), ['STANDARD_IA', 'STANDARD'])
  assert.equal(
    (await call(started, { method: 'HEAD', bucket: BUCKET, key: 'k' })).headers['x-oss-storage-class'],
    'Standard',
  )
})

test('a preflight allows credentials for an origin that a rule names, and not for all', async () => {
  const started = await startWithBucket()
  const setRule = (origin: string) =>
    asS3(started, {
      method: 'PUT',
      query: 'cors',
      body: `<CORSConfiguration><CORSRule><AllowedOrigin>${origin}</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>`,
    })
  const origin = 'https://a.example'
  const allowed = async () => {
    const asked = { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': '' }
    const preflight = await asS3(started, {
      method: 'OPTIONS',
      key: 'k',
      query: 'x-id=GetObject',
      headers: asked,
      as: 'anonymous',
    })
    const { headers } = await get(started, 'k', { origin })
    assert.deepEqual([preflight.status, headers['access-control-allow-methods']], [200, 'GET'])
    return [preflight.headers, headers].map((one) => one['access-control-allow-credentials'])
  }
  await setRule('https://*.example')
  assert.deepEqual(await allowed(), ['true', 'true'])
  const ofOss = await call(started, { method: 'GET', bucket: BUCKET, key: 'k', headers: { origin } })
  assert.equal(ofOss.headers['access-control-allow-credentials'], undefined)
  await setRule('*')
  assert.deepEqual(await allowed(), [undefined, undefined])
})

test('a key of S3 has at most 1,024 bytes, and such a key is listed page by page', async () => {
  const started = await startWithBucket()
  const longest = 'k'.repeat(1024)
  for (const key of [longest, `${'k'.repeat(1023)}l`]) {
    assert.equal((await asS3(started, { method: 'PUT', key, body: 'x' })).status, 200)
  }
  const first = await asS3(started, { method: 'GET', query: `list-type=2&max-keys=1&prefix=${longest.slice(1)}` })
  const token = element(first.text, 'NextContinuationToken')
  const second = await asS3(started, { method: 'GET', query: `list-type=2&continuation-token=${token}` })
  assert.deepEqual(elements(second.text, 'Key'), [`${'k'.repeat(1023)}l`])
  const refused = await asS3(started, { method: 'PUT', key: `${longest}k`, body: 'x' })
  assert.deepEqual(
    ['Code', 'Size', 'MaxSizeAllowed'].map((name) => element(refused.text, name)),
    ['KeyTooLongError', '1025', '1024'],
  )
})

test('a character that XML cannot hold is written as a reference', async () => {
  const started = await startWithBucket()
  assert.match((await asS3(started, { method: 'GET', query: 'prefix=%00' })).text, /<Prefix>&#x0;<\/Prefix>/)
})
