import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failureOf, inputOf, responseOf } from '../../testing/exchange.js'
import { appendObject, sealAppendObject } from './append-object.js'

const failure = (line: string, header = '') =>
  failureOf(() => inputOf(appendObject, `POST /log?append&${line} HTTP/1.1${header}`))

test('the request of the official page is parsed', () => {
  const input = inputOf(
    appendObject,
    `POST /oss.jpg?append&position=11 HTTP/1.1
Cache-control: no-cache
Expires: Wed, 08 Jul 2015 16:57:01 GMT
x-oss-storage-class: Archive
x-oss-object-acl: private
x-oss-meta-author: kim`,
  )
  assert.equal(input.position, 11)
  assert.equal(input.cacheControl, 'no-cache')
  assert.equal(input.storageClass, 'Archive')
  assert.equal(input.objectAcl, 'private')
  assert.deepEqual(input.userMetadata, { author: 'kim' })
})

test('the answer of the official page is written', () => {
  const output = { etag: '0F7230CAA4BE94CCBDC99C5500000000', nextAppendPosition: 1717, crc64: 3231342946509354535n }
  assert.equal(
    responseOf(appendObject, output),
    `200
ETag: "0F7230CAA4BE94CCBDC99C5500000000"
x-oss-next-append-position: 1717
x-oss-hash-crc64ecma: 3231342946509354535`,
  )
  const sealed = { sealedTime: Date.parse('2026-01-05T08:00:00.999Z') }
  assert.equal(responseOf(sealAppendObject, sealed), '200\nx-oss-sealed-time: Mon, 05 Jan 2026 08:00:00 GMT')
})

test('a position is needed, and is a number; a version and DeepColdArchive are refused', () => {
  assert.deepEqual(failure('position='), ['appendPositionMissing', {}])
  for (const position of ['-1', 'x', '1.5', String(5 * 1024 ** 3 + 1)]) {
    const argument = { argumentName: 'position', argumentValue: position }
    assert.deepEqual(failure(`position=${position}`), ['invalidArgument', argument])
  }
  assert.equal(failure('position=0&versionId=null')[0], 'versionOfAppend')
  assert.equal(failure('position=0', '\nx-oss-storage-class: DeepColdArchive')[0], 'deepColdArchiveRefused')
})
