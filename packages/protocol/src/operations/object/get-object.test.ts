import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OutputOf } from '../../operation.js'
import { failureOf, inputOf, responseOf } from '../../testing/exchange.js'
import { getObject } from './get-object.js'
import { getObjectMeta } from './get-object-meta.js'
import { headObject } from './head-object.js'

const OBJECT: OutputOf<typeof headObject> = {
  acceptRanges: 'bytes',
  contentLength: 11,
  contentType: 'text/plain',
  expires: '150',
  etag: '5EB63BBBE01EEED093CB22BB8F5ACDC3',
  lastModified: Date.parse('2026-01-05T08:00:00.999Z'),
  crc64: 5981764153023615706n,
  objectType: 'Normal',
  storageClass: 'Standard',
  taggingCount: 2,
  userMetadata: { author: 'kim' },
}
const HEADERS = `Accept-Ranges: bytes
Content-Length: 11
Content-Type: text/plain
Expires: 150
ETag: "5EB63BBBE01EEED093CB22BB8F5ACDC3"
Last-Modified: Mon, 05 Jan 2026 08:00:00 GMT
x-oss-hash-crc64ecma: 5981764153023615706
x-oss-object-type: Normal
x-oss-storage-class: Standard
x-oss-tagging-count: 2
x-oss-meta-author: kim`

test('a read has its range, its conditions and overriding headers', () => {
  const input = inputOf(
    getObject,
    `GET /a?response-content-type=text%2Fhtml&response-expires=&response-cache-control=no-cache HTTP/1.1
Range: bytes=0-9
x-oss-range-behavior: standard
If-Match: "5EB63BBBE01EEED093CB22BB8F5ACDC3"
If-Modified-Since: Mon, 05 Jan 2026 08:00:00 GMT
If-Unmodified-Since: no date`,
  )
  assert.equal(input.responseContentType, 'text/html')
  assert.equal(input.responseCacheControl, 'no-cache')
  assert.equal(input.responseExpires, undefined)
  assert.equal(input.range, 'bytes=0-9')
  assert.equal(input.rangeBehavior, 'standard')
  assert.equal(input.ifMatch, '"5EB63BBBE01EEED093CB22BB8F5ACDC3"')
  assert.equal(input.ifModifiedSince, Date.parse('2026-01-05T08:00:00Z'))
  assert.equal(input.ifUnmodifiedSince, undefined)
})

test('the headers of an object are those of OSS, in GET and HEAD alike', () => {
  assert.equal(responseOf(headObject, OBJECT), `200\n${HEADERS}`)
  const range = responseOf(getObject, { ...OBJECT, contentRange: 'bytes 0-9/11' })
  assert.equal(range, `200\n${HEADERS}\nContent-Range: bytes 0-9/11`)
})

test('GetObjectMeta returns only size, ETag, time and CRC-64', () => {
  const { contentLength, etag, lastModified, crc64 } = OBJECT
  assert.equal(
    responseOf(getObjectMeta, { contentLength, etag, lastModified, crc64 }),
    `200
Content-Length: 11
ETag: "5EB63BBBE01EEED093CB22BB8F5ACDC3"
Last-Modified: Mon, 05 Jan 2026 08:00:00 GMT
x-oss-hash-crc64ecma: 5981764153023615706`,
  )
})

test('a text that is not the id of a version is refused', () => {
  const failure = (query: string) => failureOf(() => inputOf(getObject, `GET /a?${query} HTTP/1.1`))
  assert.deepEqual(failure('versionId=234'), ['invalidVersionId', { argumentName: 'versionId', argumentValue: '234' }])
  for (const operation of [getObject, headObject, getObjectMeta]) {
    for (const query of ['versionId=null', 'versionId=', 'versionId', `versionId=CAEQ${'a'.repeat(60)}`]) {
      assert.doesNotThrow(() => inputOf(operation, `GET /a?${query} HTTP/1.1`))
    }
  }
})
