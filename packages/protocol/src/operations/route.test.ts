import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Level } from '../operation.js'
import { ossDialect } from '../oss-dialect.js'
import { parseQuery } from '../query.js'
import { V1_SUBRESOURCES } from '../signature/subresources.js'
import { ABSENT_OPERATIONS } from './absent.js'
import { operations } from './index.js'
import { createRoute, type Routable } from './route.js'

/**
 * `PUT /key?acl` on an object, `PUT /?acl` on a bucket, `PUT ?acl` on the service; then optionally the name of a
 * header.
 */
function routed(line: string): string {
  const [method = '', target = '', header] = line.split(' ')
  const [path = '', query = ''] = target.split('?')
  const level: Level = path === '' ? 'service' : path === '/' ? 'bucket' : 'object'
  const found = ossDialect.route(method, level, parseQuery(query), header === undefined ? {} : { [header]: '/b/k' })
  return found === undefined ? 'none' : 'absent' in found ? `no ${found.name}` : found.name
}

function check(rows: Readonly<Record<string, string>>): void {
  for (const [line, expected] of Object.entries(rows)) assert.equal(routed(line), expected, line)
}

test('every operation is reached by its own form', () => {
  check({
    'GET ': 'ListBuckets',
    'PUT /': 'PutBucket',
    'DELETE /': 'DeleteBucket',
    'GET /?bucketInfo': 'GetBucketInfo',
    'GET /?location': 'GetBucketLocation',
    'GET /?stat': 'GetBucketStat',
    'GET /?acl': 'GetBucketAcl',
    'PUT /?acl': 'PutBucketAcl',
    'PUT /?lifecycle': 'PutBucketLifecycle',
    'GET /?lifecycle': 'GetBucketLifecycle',
    'DELETE /?lifecycle': 'DeleteBucketLifecycle',
    'PUT /?cors': 'PutBucketCors',
    'GET /?cors': 'GetBucketCors',
    'DELETE /?cors': 'DeleteBucketCors',
    'OPTIONS /k': 'OptionObject',
    'OPTIONS /': 'OptionObject',
    'GET /': 'ListObjects',
    'GET /?list-type=2': 'ListObjectsV2',
    'PUT /k': 'PutObject',
    'GET /k': 'GetObject',
    'HEAD /k': 'HeadObject',
    'HEAD /k?objectMeta': 'GetObjectMeta',
    'DELETE /k': 'DeleteObject',
    'POST /?delete': 'DeleteMultipleObjects',
    'PUT /k?acl': 'PutObjectACL',
    'GET /k?acl': 'GetObjectACL',
    'POST /k?uploads': 'InitiateMultipartUpload',
    'PUT /k?partNumber=1&uploadId=A': 'UploadPart',
    'POST /k?uploadId=A': 'CompleteMultipartUpload',
    'DELETE /k?uploadId=A': 'AbortMultipartUpload',
    'GET /?uploads': 'ListMultipartUploads',
    'GET /k?uploadId=A': 'ListParts',
  })
})

test('flags are accepted with and without an equals sign', () => {
  check({
    'POST /k?uploads=': 'InitiateMultipartUpload',
    'POST /k?uploads&sequential=&encoding-type=url': 'InitiateMultipartUpload',
    'GET /?acl=': 'GetBucketAcl',
    'HEAD /k?objectMeta=': 'GetObjectMeta',
  })
})

test('an upload id on a DELETE or PUT never affects the object', () => {
  check({
    'DELETE /k?uploadId=': 'AbortMultipartUpload',
    'DELETE /k?uploadId': 'AbortMultipartUpload',
    'DELETE /k?uploadId=A&encoding-type=url&sequential': 'AbortMultipartUpload',
    'PUT /k?uploadId=A': 'UploadPart',
    'PUT /k?partNumber=1': 'UploadPart',
    'PUT /k?partNumber': 'UploadPart',
  })
})

test('parameters that signatures and SDKs add change nothing', () => {
  check({
    'PUT /k?OSSAccessKeyId=a&Expires=1&Signature=s&security-token=t': 'PutObject',
    'PUT /k?x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-signature=': 'PutObject',
    'PUT /k?callback=abc&callback-var=': 'PutObject',
    'DELETE /k?versionId=': 'DeleteObject',
    'POST /k?uploadId=A&sequential&encoding-type=url': 'CompleteMultipartUpload',
    'PUT /k?t=123': 'PutObject',
    'GET /?foo&prefix=': 'ListObjects',
    'GET /?list-type=2&encoding-type=url&max-keys=1': 'ListObjectsV2',
  })
})

test('a preflight carries the query of the request that will follow', () => {
  check({
    'OPTIONS /k?partNumber=1&uploadId=A': 'OptionObject',
    'OPTIONS /k?uploads': 'OptionObject',
    'OPTIONS /?delete': 'OptionObject',
  })
})

test('a copy is never a put, and a part copy never a part of no bytes', () => {
  check({
    'PUT /k x-oss-copy-source': 'CopyObject',
    'PUT /k?partNumber=1&uploadId=A x-oss-copy-source': 'UploadPartCopy',
    'PUT /k?uploadId=A x-oss-copy-source': 'UploadPartCopy',
  })
})

test('operations that Bindery lacks are known by name, by as many keys as they need', () => {
  check({
    'POST /k?append&position=0': 'AppendObject',
    'POST /': 'PostObject',
    'GET /?metaQuery': 'no GetMetaQueryStatus',
    'POST /?metaQuery&comp=add': 'no OpenMetaQuery',
    'POST /?metaQuery&comp=delete': 'no CloseMetaQuery',
    'GET ?accessPointForObjectProcess': 'no ListAccessPointsForObjectProcess',
    'POST /k?x-oss-process=csv%2Fselect': 'SelectObject',
    'POST /k?x-oss-process=image%2Finfo': 'ProcessObject',
    'GET ?cloudboxes': 'no ListCloudBoxes',
  })
})

test('a request for a sub-resource which its method does not have matches no operation', () => {
  check({
    'DELETE /k?acl': 'none',
    'DELETE /k?cors': 'none',
    'DELETE /?acl': 'none',
    'GET /?delete': 'none',
    'GET /k?uploads': 'none',
    'PUT /k?uploads': 'none',
    'POST /k?uploads&uploadId=A': 'none',
    'POST /k': 'none',
    'HEAD ': 'none',
    'PUT ': 'none',
    'PATCH /k': 'none',
  })
})

test('a sub-resource that Bindery does not have is absent by its name, whatever the method', () => {
  check({
    'GET ?cloudboxes': 'no ListCloudBoxes',
    'GET /?metaQuery': 'no GetMetaQueryStatus',
    'GET /?asyncFetch': 'no GetAsyncFetchTask',
    'DELETE ?resourcePool': 'no ?resourcePool',
    'PUT /?metaQuery': 'no ?metaQuery',
    'DELETE /k?asyncFetch': 'no ?asyncFetch',
    'GET ?udf': 'no ?udf',
    'GET /k?link': 'no ?link',
    'PUT /k?img=': 'no ?img',
  })
})

/** Query keys that V1 signs and that qualify a request, but do not select its operation. */
const PARAMETERS = [
  'callback callback-var comp continuation-token endTime inventoryId partNumber position qosRequester security-token',
  'sequential startTime status styleName udfId udfName versionId withHashContext',
].flatMap((line) => line.split(' '))

test('every sub-resource that SDKs know is known', () => {
  for (const name of V1_SUBRESOURCES) {
    const isParameter = PARAMETERS.includes(name) || /^(?:response|x-oss)-/.test(name)
    // a link is what its name denotes: nothing else could be meant
    if (!isParameter && name !== 'symlink') assert.notEqual(routed(`DELETE /k?${name}`), 'DeleteObject', name)
  }
})

test('a setting that only newer SDKs know is absent by its key, and never taken for its bucket', () => {
  check({
    'POST /?metadataConfiguration': 'no ?metadataConfiguration',
    'DELETE /?metadataConfiguration': 'no ?metadataConfiguration',
    'PUT /?metadataInventoryTable': 'no ?metadataInventoryTable',
    'PUT /?metadataJournalTable': 'no ?metadataJournalTable',
  })
})

test('what names nothing anywhere is ignored', () => {
  check({
    'DELETE /?somethingNew': 'DeleteBucket',
    'PUT /?somethingNew=': 'PutBucket',
    'PUT /k?param2=': 'PutObject',
    'GET /k?versioning': 'GetObject',
    'GET ?somethingNew': 'ListBuckets',
    'HEAD /k?acl': 'HeadObject',
    'HEAD /?bucketInfo': 'HeadBucket',
  })
})

const put: Routable = { name: 'Put', method: 'PUT', level: 'object' }
const part: Routable = { name: 'Part', method: 'PUT', level: 'object', when: [{ query: ['a', 'b'], header: ['X-H'] }] }

test('two declarations that match the same request with equal rank are refused at startup', () => {
  assert.throws(() => createRoute([put, { ...put, name: 'Other' }]), /Other and Put/)
  const twin: Routable = { ...part, name: 'Twin', when: [{ query: ['c'] }, { query: ['b', 'a'], header: ['x-h'] }] }
  assert.throws(() => createRoute([put, part, twin]), /Twin and Part/)
  assert.throws(() => createRoute([part, { ...part, name: 'Twin' }, put]), /Twin and Part/)
})

test('the order of declarations has no effect', () => {
  const more: Routable = { name: 'More', method: 'PUT', level: 'object', when: [{ query: ['a'] }] }
  for (const declarations of [
    [put, more, part],
    [part, more, put],
  ]) {
    const routeOf = createRoute(declarations)
    assert.equal(routeOf('PUT', 'object', parseQuery('b&a=1'), { 'x-h': '' })?.name, 'Part')
    assert.equal(routeOf('PUT', 'object', parseQuery('b&a=1'), {})?.name, 'More')
    assert.equal(routeOf('PUT', 'object', parseQuery('b'), {})?.name, 'Put')
  }
})

test('the index names each operation by its own name, and no operation is both present and absent', () => {
  for (const [name, operation] of Object.entries(operations)) assert.equal(operation.name, name)
  const absent = new Set(ABSENT_OPERATIONS.map(({ name }) => name))
  for (const name of Object.keys(operations)) assert.ok(!absent.has(name), name)
})
