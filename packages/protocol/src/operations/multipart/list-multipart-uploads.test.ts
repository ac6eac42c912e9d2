import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compact, failureOf, inputOf, responseOf } from '../../testing/exchange.js'
import { listMultipartUploads } from './list-multipart-uploads.js'

const ask = (query: string) => inputOf(listMultipartUploads, `GET /?uploads&${query} HTTP/1.1`)

test('a page is requested by prefix, delimiter, markers and size', () => {
  const unasked = { delimiter: '', maxUploads: 1000, keyMarker: '', prefix: '', uploadIdMarker: '' }
  assert.deepEqual(ask('key-marker=&upload-id-marker=&delimiter='), { ...unasked, encodingType: undefined })
  assert.deepEqual(
    ask('delimiter=4%2F&max-uploads=1&key-marker=a%20b&prefix=%C3%BC&upload-id-marker=F&encoding-type=URL'),
    { delimiter: '4/', maxUploads: 1, keyMarker: 'a b', prefix: 'ü', uploadIdMarker: 'F', encodingType: 'url' },
  )
  assert.equal(failureOf(() => ask('max-uploads=1001'))[0], 'invalidArgument')
  assert.equal(failureOf(() => ask(`prefix=${'p'.repeat(1025)}`))[0], 'invalidPrefix')
  assert.equal(failureOf(() => ask(`key-marker=${'p'.repeat(1025)}`))[0], 'invalidMarker')
  assert.deepEqual(
    failureOf(() => ask('encoding-type=base64')),
    ['invalidEncodingType', { argumentName: 'encoding-type', argumentValue: 'base64' }],
  )
})

test('a page of uploads is written as on the official page', () => {
  const upload = {
    key: 'dir/a.bin',
    uploadId: '00000000000000000000000000000001',
    storageClass: 'Standard',
    initiated: Date.parse('2025-03-04T08:00:00Z'),
  } as const
  const answer = responseOf(
    listMultipartUploads,
    {},
    {
      encodingType: 'url',
      bucket: 'bkt',
      keyMarker: '',
      uploadIdMarker: '',
      nextKeyMarker: 'dir/b.bin',
      nextUploadIdMarker: '00000000000000000000000000000002',
      delimiter: '/',
      prefix: '',
      maxUploads: 1000,
      isTruncated: false,
      uploads: [upload],
      commonPrefixes: [{ prefix: 'img/' }],
    },
  )
  assert.equal(
    answer,
    `200\n\n${compact(`<?xml version="1.0" encoding="UTF-8"?>
<ListMultipartUploadsResult>
  <EncodingType>url</EncodingType>
  <Bucket>bkt</Bucket>
  <KeyMarker></KeyMarker>
  <UploadIdMarker></UploadIdMarker>
  <NextKeyMarker>dir%2Fb.bin</NextKeyMarker>
  <NextUploadIdMarker>00000000000000000000000000000002</NextUploadIdMarker>
  <Delimiter>%2F</Delimiter>
  <Prefix></Prefix>
  <MaxUploads>1000</MaxUploads>
  <IsTruncated>false</IsTruncated>
  <Upload>
    <Key>dir%2Fa.bin</Key>
    <UploadId>00000000000000000000000000000001</UploadId>
    <StorageClass>Standard</StorageClass>
    <Initiated>2025-03-04T08:00:00.000Z</Initiated>
  </Upload>
  <CommonPrefixes><Prefix>img%2F</Prefix></CommonPrefixes>
</ListMultipartUploadsResult>`)}`,
  )
})

test('an empty page has all markers, and they are empty', () => {
  const answer = responseOf(
    listMultipartUploads,
    {},
    {
      bucket: 'bkt',
      keyMarker: '',
      uploadIdMarker: '',
      nextKeyMarker: '',
      nextUploadIdMarker: '',
      delimiter: '',
      prefix: '',
      maxUploads: 1000,
      isTruncated: false,
      uploads: [],
      commonPrefixes: [],
    },
  )
  const empty = ['KeyMarker', 'UploadIdMarker', 'NextKeyMarker', 'NextUploadIdMarker', 'Delimiter', 'Prefix']
  assert.ok(answer.includes(empty.map((name) => `<${name}></${name}>`).join('')))
})
