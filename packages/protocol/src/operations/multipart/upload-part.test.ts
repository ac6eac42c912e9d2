import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failureOf, inputOf, responseOf } from '../../testing/exchange.js'
import { uploadPart } from './upload-part.js'

const failure = (query: string, header = '') =>
  failureOf(() => inputOf(uploadPart, `PUT /a?${query} HTTP/1.1${header === '' ? '' : `\n${header}`}`))

test('a part has a number and an upload, and may have a digest', () => {
  const input = inputOf(
    uploadPart,
    `PUT /dir/a.bin?partNumber=10000&uploadId=ABC&x-oss-traffic-limit=819200 HTTP/1.1
Content-Type: application/x-www-form-urlencoded
Content-MD5: M3szwC+JSTAmhDmD/ycqMA==`,
  )
  assert.equal(input.partNumber, 10_000)
  assert.equal(input.uploadId, 'ABC')
  assert.equal(input.trafficLimit, 819_200)
  assert.equal(Buffer.from(input.contentMd5 ?? []).toString('hex'), '337b33c02f89493026843983ff272a30')
})

test('the answer has ETag, Content-MD5 and CRC-64, and no Content-Type', () => {
  assert.equal(
    responseOf(uploadPart, {
      etag: '337B33C02F89493026843983FF272A30',
      contentMd5: 'M3szwC+JSTAmhDmD/ycqMA==',
      crc64: 15021467531229347219n,
    }),
    `200
ETag: "337B33C02F89493026843983FF272A30"
Content-MD5: M3szwC+JSTAmhDmD/ycqMA==
x-oss-hash-crc64ecma: 15021467531229347219`,
  )
})

test('a missing part number differs from an invalid one', () => {
  const missing = ['partNumberMissing', { argumentName: 'ResourceType', argumentValue: 'partNumber' }]
  assert.deepEqual(failure('uploadId=A'), missing)
  assert.deepEqual(failure('partNumber=&uploadId=A'), missing)
  for (const value of ['0', '10001', '-1', 'one', '1.5']) {
    const expected = ['partNumberOutOfRange', { argumentName: 'PartNumber', argumentValue: value }]
    assert.deepEqual(failure(`partNumber=${value}&uploadId=A`), expected)
  }
})

test('a missing or empty upload id is an upload that does not exist', () => {
  assert.deepEqual(failure('partNumber=1'), ['noSuchUploadIdMissing', { uploadId: '' }])
  assert.deepEqual(failure('partNumber=1&uploadId='), ['noSuchUploadIdMissing', { uploadId: '' }])
})

test('encryption cannot be requested for a part', () => {
  assert.deepEqual(failure('partNumber=1&uploadId=A', 'x-oss-server-side-encryption: AES256'), [
    'encryptionHeaderOnPart',
    { argumentName: 'x-oss-server-side-encryption', argumentValue: 'AES256' },
  ])
})

test('the traffic limit is checked, and allowed in one place only', () => {
  assert.equal(failure('partNumber=1&uploadId=A', 'x-oss-traffic-limit: 245759')[0], 'invalidTrafficLimit')
  assert.equal(failure('partNumber=1&uploadId=A&x-oss-traffic-limit=838860801')[0], 'invalidTrafficLimit')
  const twice = failure('partNumber=1&uploadId=A&x-oss-traffic-limit=819200', 'x-oss-traffic-limit: 819200')
  assert.equal(twice[0], 'trafficLimitTwice')
})

test('an invalid Content-MD5 is refused', () => {
  for (const value of ['abc', 'M3szwC+JSTAmhDmD/ycq', '']) {
    assert.equal(failure('partNumber=1&uploadId=A', `Content-MD5: ${value}`)[0], 'invalidDigestFormat', value)
  }
})
