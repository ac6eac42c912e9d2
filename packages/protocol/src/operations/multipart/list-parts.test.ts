import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ResultOf } from '../../operation.js'
import { compact, failureOf, inputOf, responseOf } from '../../testing/exchange.js'
import { listParts } from './list-parts.js'

const UPLOAD_ID = '0123456789ABCDEF0123456789ABCDEF'
const NO_PARTS: ResultOf<typeof listParts> = {
  bucket: 'bkt',
  key: 'dir/a.bin',
  uploadId: UPLOAD_ID,
  storageClass: 'Standard',
  partNumberMarker: 0,
  nextPartNumberMarker: undefined,
  maxParts: 1000,
  isTruncated: false,
  parts: [],
}

test('a page is requested by marker and size; empty parameters count as absent', () => {
  const ask = (query: string) => inputOf(listParts, `GET /a?uploadId=A&${query} HTTP/1.1\nx-oss-tagging: a=1`)
  assert.deepEqual(ask(''), { uploadId: 'A', maxParts: 1000, partNumberMarker: 0, encodingType: undefined })
  assert.deepEqual(ask('max-parts=2&part-number-marker=7&encoding-type=url'), {
    uploadId: 'A',
    maxParts: 2,
    partNumberMarker: 7,
    encodingType: 'url',
  })
  assert.equal(ask('part-number-marker=&max-parts=').partNumberMarker, 0)
  for (const query of ['max-parts=0', 'max-parts=1001', 'max-parts=x', 'part-number-marker=-1']) {
    const [reason] = failureOf(() => ask(query))
    assert.equal(reason, 'invalidArgument', query)
  }
})

test('a page of parts is written as on the official page', () => {
  const etag = '302D3A0C8E319EAA95B059B346DE1D1D'
  const modified = Date.parse('2025-03-04T08:00:01.987Z')
  const part = { partNumber: 1, lastModified: modified, etag, crc64: 12696911168479852064n, size: 102_400 }
  const result = { ...NO_PARTS, encodingType: 'url', nextPartNumberMarker: 1, parts: [part] } as const
  assert.equal(
    responseOf(listParts, {}, result),
    `200\n\n${compact(`<?xml version="1.0" encoding="UTF-8"?>
<ListPartsResult>
  <EncodingType>url</EncodingType>
  <Bucket>bkt</Bucket>
  <Key>dir%2Fa.bin</Key>
  <UploadId>${UPLOAD_ID}</UploadId>
  <StorageClass>Standard</StorageClass>
  <PartNumberMarker>0</PartNumberMarker>
  <NextPartNumberMarker>1</NextPartNumberMarker>
  <MaxParts>1000</MaxParts>
  <IsTruncated>false</IsTruncated>
  <Part>
    <PartNumber>1</PartNumber>
    <LastModified>2025-03-04T08:00:01.000Z</LastModified>
    <ETag>"${etag}"</ETag>
    <HashCrc64ecma>12696911168479852064</HashCrc64ecma>
    <Size>102400</Size>
  </Part>
</ListPartsResult>`)}`,
  )
})

test('without parts the next marker is present and empty, as SDKs require', () => {
  const answer = responseOf(listParts, {}, NO_PARTS)
  assert.ok(answer.includes('<PartNumberMarker>0</PartNumberMarker><NextPartNumberMarker></NextPartNumberMarker>'))
})
