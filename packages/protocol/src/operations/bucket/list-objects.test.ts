import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ResultOf } from '../../operation.js'
import { compact, failureOf, inputOf, responseOf } from '../../testing/exchange.js'
import { listObjects } from './list-objects.js'
import { continuationToken, listObjectsV2 } from './list-objects-v2.js'

const owner = { id: '1234567890', displayName: '1234567890' }
const object = {
  key: 'fun/test.jpg',
  lastModified: Date.parse('2026-01-05T08:42:32Z'),
  etag: '5B3C1A2E053D763E1B002CC607C5A0FE',
  type: 'Normal',
  size: 344_606,
  storageClass: 'Standard',
} as const
const CONTENTS = `<Key>fun%2Ftest.jpg</Key>
    <LastModified>2026-01-05T08:42:32.000Z</LastModified>
    <ETag>"5B3C1A2E053D763E1B002CC607C5A0FE"</ETag>
    <Type>Normal</Type>
    <Size>344606</Size>
    <StorageClass>Standard</StorageClass>`
const OWNER = '<Owner><ID>1234567890</ID><DisplayName>1234567890</DisplayName></Owner>'

test('a page of objects is written as on the official page', () => {
  const page: ResultOf<typeof listObjects> = {
    name: 'my-a',
    prefix: 'fun/',
    marker: '',
    maxKeys: 100,
    delimiter: '/',
    encodingType: 'url',
    isTruncated: true,
    nextMarker: 'fun/test.jpg',
    contents: [{ ...object, owner }],
    commonPrefixes: [{ prefix: 'fun/movie/' }],
  }
  assert.equal(
    responseOf(listObjects, {}, page),
    `200\n\n${compact(`<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult>
  <Name>my-a</Name>
  <Prefix>fun%2F</Prefix>
  <Marker></Marker>
  <MaxKeys>100</MaxKeys>
  <Delimiter>%2F</Delimiter>
  <EncodingType>url</EncodingType>
  <IsTruncated>true</IsTruncated>
  <NextMarker>fun%2Ftest.jpg</NextMarker>
  <Contents>
    ${CONTENTS}
    ${OWNER}
  </Contents>
  <CommonPrefixes><Prefix>fun%2Fmovie%2F</Prefix></CommonPrefixes>
</ListBucketResult>`)}`,
  )
})

test('control characters survive, as references unless names are encoded', () => {
  const page = { name: 'a', prefix: '\u0001<', marker: '', maxKeys: 1, delimiter: '', isTruncated: false }
  const answer = responseOf(listObjects, {}, { ...page, contents: [], commonPrefixes: [{ prefix: 'a b+\r\n' }] })
  assert.ok(answer.includes('<Prefix>&#x1;&lt;</Prefix>'))
  assert.ok(answer.includes('<CommonPrefixes><Prefix>a b+&#xD;\n</Prefix></CommonPrefixes>'))
  const encoded = responseOf(
    listObjects,
    {},
    { ...page, encodingType: 'url', contents: [], commonPrefixes: [{ prefix: 'a b+\r\n' }] },
  )
  assert.ok(encoded.includes('<CommonPrefixes><Prefix>a%20b%2B%0D%0A</Prefix></CommonPrefixes>'))
})

test('a page by token is in the order of ListObjectsV2, with owners only if requested', () => {
  const page: ResultOf<typeof listObjectsV2> = {
    name: 'my-a',
    prefix: '',
    startAfter: 'b/',
    continuationToken: '\nbc',
    maxKeys: 1,
    delimiter: '/',
    encodingType: 'url',
    isTruncated: true,
    nextContinuationToken: 'ü',
    contents: [object],
    commonPrefixes: [],
    keyCount: 1,
  }
  assert.equal(
    responseOf(listObjectsV2, {}, page),
    `200\n\n${compact(`<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult>
  <Name>my-a</Name>
  <Prefix></Prefix>
  <StartAfter>b%2F</StartAfter>
  <ContinuationToken>CmJj</ContinuationToken>
  <MaxKeys>1</MaxKeys>
  <Delimiter>%2F</Delimiter>
  <EncodingType>url</EncodingType>
  <IsTruncated>true</IsTruncated>
  <NextContinuationToken>w7w-</NextContinuationToken>
  <Contents>
    ${CONTENTS}
  </Contents>
  <KeyCount>1</KeyCount>
</ListBucketResult>`)}`,
  )
  const owned = responseOf(listObjectsV2, {}, { ...page, contents: [{ ...object, owner }] })
  assert.ok(owned.includes(`<StorageClass>Standard</StorageClass>${OWNER}</Contents>`))
})

test('empty parameters count as absent, and a page has 100 entries', () => {
  const v1 = inputOf(listObjects, 'GET /?prefix=&marker=&max-keys=&unknown=1&encoding-type= HTTP/1.1')
  assert.deepEqual(v1, { delimiter: '', marker: '', maxKeys: 100, prefix: '', encodingType: undefined })
  const v2 = inputOf(listObjectsV2, 'GET /?list-type=2&continuation-token=&start-after=&fetch-owner= HTTP/1.1')
  assert.equal(v2.continuationToken, undefined)
  assert.equal(v2.startAfter, undefined)
  assert.equal(v2.fetchOwner, false)
  assert.equal(v2.maxKeys, 100)
  assert.equal(inputOf(listObjectsV2, 'GET /?list-type=2&fetch-owner=true HTTP/1.1').fetchOwner, true)
})

test('invalid arguments have their causes', () => {
  const v1 = (query: string) => failureOf(() => inputOf(listObjects, `GET /?${query} HTTP/1.1`))[0]
  const v2 = (query: string) => failureOf(() => inputOf(listObjectsV2, `GET /?${query} HTTP/1.1`))[0]
  for (const value of ['1001', '-1', 'x']) assert.equal(v1(`max-keys=${value}`), 'invalidArgument', value)
  assert.equal(v1(`prefix=${'p'.repeat(1025)}`), 'invalidPrefix')
  assert.equal(v1(`marker=${'%C3%BC'.repeat(513)}`), 'invalidMarker')
  assert.equal(v1('encoding-type=xml'), 'invalidEncodingType')
  assert.equal(v2('list-type=1'), 'invalidListType')
  for (const token of ['x', 'CmJj%3D', 'CgJiYw%3D%3D', '%F0%9F', 'gA--', 'CmJk-']) {
    assert.equal(v2(`list-type=2&continuation-token=${token}`), 'invalidArgument', token)
  }
})

test('a token holds any key in characters that no client decodes', () => {
  for (const key of ['a', 'a b+/~?', 'üñ☃', '\u0001', '>>>???', 'dir/']) {
    const token = continuationToken.encode(key)
    assert.match(token, /^[A-Za-z0-9._-]+$/)
    assert.equal(continuationToken.decode(token, 'continuation-token'), key)
  }
})
