import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compact, failureOf, inputOf, responseOf } from '../../testing/exchange.js'
import { initiateMultipartUpload } from './initiate-multipart-upload.js'

const UPLOAD_ID = '0123456789ABCDEF0123456789ABCDEF'

test('all properties of the future object are read from the request', () => {
  const input = inputOf(
    initiateMultipartUpload,
    `POST /dir/a.bin?uploads&sequential&encoding-type=url HTTP/1.1
Content-Type: text/plain
Cache-Control: no-cache
Content-Disposition: attachment
Content-Encoding: utf-8
Content-Language: de
Expires: 150
x-oss-meta-Author: Möller
x-oss-forbid-overwrite: true
x-oss-storage-class: IA
x-oss-server-side-encryption: KMS
x-oss-server-side-data-encryption: SM4
x-oss-server-side-encryption-key-id: 9468da86-3509-4f8d-a61e-6eab1eac****
x-oss-tagging: k1=v1&k2
x-oss-object-worm-mode: COMPLIANCE
x-oss-object-worm-retain-until-date: 2026-01-05T08:00:00.000Z
x-oss-object-worm-legal-hold: OFF
x-oss-metadata-directive: REPLACE
x-oss-object-acl: nonsense
x-oss-traffic-limit: 1
x-oss-ext-auto-complete: size=409700 ; crc64=18446744073709551615
If-Modified-Since: Tue, 04 Mar 2025 08:00:00 GMT`,
  )
  assert.deepEqual(input, {
    encodingType: 'url',
    sequential: true,
    contentType: 'text/plain',
    cacheControl: 'no-cache',
    contentDisposition: 'attachment',
    contentEncoding: 'utf-8',
    contentLanguage: 'de',
    expires: '150',
    forbidOverwrite: true,
    storageClass: 'IA',
    serverSideEncryption: 'KMS',
    dataEncryption: 'SM4',
    encryptionKeyId: '9468da86-3509-4f8d-a61e-6eab1eac****',
    tagging: [
      ['k1', 'v1'],
      ['k2', ''],
    ],
    wormMode: 'COMPLIANCE',
    wormRetainUntil: Date.UTC(2026, 0, 5, 8),
    wormLegalHold: 'OFF',
    userMetadata: { author: 'M\u00c3\u00b6ller' },
    autoComplete: { size: 409_700, crc64: 2n ** 64n - 1n },
  })
})

test('absent parameters have the defaults of OSS', () => {
  for (const [query, sequential] of [
    ['uploads', false],
    ['uploads=&sequential=', true],
    ['uploads&sequential=1', true],
  ] as const) {
    const input = inputOf(initiateMultipartUpload, `POST /a?${query} HTTP/1.1`)
    assert.equal(input.sequential, sequential)
    assert.equal(input.contentType, undefined)
    assert.equal(input.forbidOverwrite, false)
    assert.equal(input.storageClass, undefined)
    assert.deepEqual(input.userMetadata, {})
  }
})

test('the answer is a document without headers of its own', () => {
  const result = { bucket: 'bkt', key: 'dir/a b+.bin', uploadId: UPLOAD_ID }
  assert.equal(
    responseOf(initiateMultipartUpload, {}, { ...result, encodingType: 'url' }),
    `200\n\n${compact(`<?xml version="1.0" encoding="UTF-8"?>
<InitiateMultipartUploadResult>
  <EncodingType>url</EncodingType>
  <Bucket>bkt</Bucket>
  <Key>dir%2Fa%20b%2B.bin</Key>
  <UploadId>${UPLOAD_ID}</UploadId>
</InitiateMultipartUploadResult>`)}`,
  )
  const plain = responseOf(initiateMultipartUpload, {}, result)
  assert.match(plain, /<InitiateMultipartUploadResult><Bucket>bkt<\/Bucket><Key>dir\/a b\+\.bin<\/Key>/)
})

test('invalid values and unsupported features are refused by name', () => {
  const rows: readonly (readonly [header: string, cause: string])[] = [
    ['x-oss-storage-class: Warm', 'invalidStorageClass'],
    ['x-oss-forbid-overwrite: maybe', 'invalidForbidOverwrite'],
    ['encoding-type: url9', 'invalidEncodingType'],
    [`x-oss-meta-a: ${'v'.repeat(8 * 1024)}`, 'metadataTooLarge'],
    ['x-oss-server-side-encryption: AES128', 'invalidEncryptionAlgorithm'],
    ['x-oss-server-side-encryption-context: e30=', 'headerNotImplemented'],
    ['x-oss-object-worm-mode: FOREVER', 'invalidArgument'],
  ]
  for (const [header, cause] of rows) {
    const [reason] = failureOf(() => inputOf(initiateMultipartUpload, `POST /a?uploads HTTP/1.1\n${header}`))
    assert.equal(reason, cause, header)
  }
})
