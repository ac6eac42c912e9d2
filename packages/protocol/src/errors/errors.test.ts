import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8Text } from '@bindery/bytes'
import { s3Row } from '../s3/errors.js'
import { CATALOGUE, type ErrorRow } from './catalogue.js'
import { encodeError } from './encode.js'
import { elementOf, fillMessage, OssError } from './oss-error.js'

const REQUEST_ID = '68A1B2C3D4E5F60718293A4B'
const exchange = { requestId: REQUEST_ID, hostId: 'mybucket.oss-cn-hangzhou.aliyuncs.com', method: 'GET' }
const NO_SUCH_KEY = `<?xml version="1.0" encoding="UTF-8"?>
<Error>
  <Code>NoSuchKey</Code>
  <Message>The specified key does not exist.</Message>
  <RequestId>68A1B2C3D4E5F60718293A4B</RequestId>
  <HostId>mybucket.oss-cn-hangzhou.aliyuncs.com</HostId>
  <Key>a/&lt;b&gt;.txt</Key>
  <EC>0026-00000001</EC>
  <RecommendDoc>https://api.aliyun.com/troubleshoot?q=0026-00000001</RecommendDoc>
</Error>
`

test('an error is the document of the official page, and its EC a header', () => {
  const { status, headers, body } = encodeError(new OssError('noSuchKey', { key: 'a/<b>.txt' }), exchange)
  assert.equal(status, 404)
  assert.equal(utf8Text(body ?? new Uint8Array(0)), NO_SUCH_KEY)
  assert.deepEqual(headers, [
    ['x-oss-ec', '0026-00000001'],
    ['Content-Type', 'application/xml'],
    ['Content-Length', String(body?.length)],
  ])
})

test('HEAD has the document in a header, except for 412, where SDKs expect none', () => {
  const head = { ...exchange, method: 'HEAD' }
  const missing = encodeError(new OssError('noSuchKey', { key: 'a/<b>.txt' }), head)
  assert.equal(missing.body, undefined)
  const carried = new Map(missing.headers).get('x-oss-err') ?? ''
  assert.equal(Buffer.from(carried, 'base64').toString(), NO_SUCH_KEY)
  const failed = encodeError(new OssError('preconditionFailed', { condition: 'If-Match' }), head)
  assert.equal(failed.status, 412)
  assert.deepEqual(failed.headers, [['x-oss-ec', '0017-00001001']])
})

test('a 304 has only the headers of the failure', () => {
  const { status, headers, body } = encodeError(
    new OssError('notModified', {}, { headers: () => [['ETag', '"A"']] }),
    exchange,
  )
  assert.equal(status, 304)
  assert.deepEqual(headers, [['ETag', '"A"']])
  assert.equal(body, undefined)
})

test('details fill the message or become elements', () => {
  const absent = new OssError('notImplemented', { operation: 'CopyObject' })
  assert.equal(absent.message, 'Bindery does not implement CopyObject.')
  const document = utf8Text(encodeError(absent, exchange).body ?? new Uint8Array(0)) ?? ''
  assert.ok(document.includes('<Message>Bindery does not implement CopyObject.</Message>'))
  assert.ok(!document.includes('<Operation>'))
  assert.ok(!document.includes('<EC>'))
})

test('the element of a detail is its name with a capital, unless the protocols write it otherwise', () => {
  const details = ['partNumber', 'etag', 'id', 'accessKeyId', 'awsAccessKeyId', 'xAmzExpires']
  const elements = ['PartNumber', 'ETag', 'ID', 'OSSAccessKeyId', 'AWSAccessKeyId', 'X-Amz-Expires']
  assert.deepEqual(details.map(elementOf), elements)
})

test('a failure is that of the request or that of the server', () => {
  assert.ok(new OssError('noSuchBucket').isClientError)
  assert.ok(!new OssError('noSpace').isClientError)
})

test('a server that cannot answer now sends the time to retry after', () => {
  assert.ok(encodeError(new OssError('slowDown'), exchange).headers.some(([name]) => name === 'Retry-After'))
})

test('each row has what clients need: a code, a status of failure or of a failed callback, a message', () => {
  for (const [cause, row] of Object.entries<ErrorRow>(CATALOGUE)) {
    assert.match(row.code, /^[A-Z][A-Za-z0-9]+$/, cause)
    const failure = row.status >= 400 && row.status < 600
    assert.ok(failure || row.status === 304 || (row.status === 203 && row.code === 'CallbackFailed'), cause)
    assert.ok(row.message.length > 0, cause)
    assert.match(row.ec ?? '0000-00000000', /^\d{4}-\d{8}$/, cause)
    if (row.status === 403) assert.ok(row.ec !== undefined, `${cause}: a refusal names its cause`)
    if (row.status === 503) assert.equal(row.retry, 'later', cause)
  }
})

test('the message of a refused header names it, in both protocols', () => {
  for (const cause of ['headerNotImplemented', 'conditionalPutNotImplemented'] as const) {
    const error = new OssError(cause, { header: 'If-Match' })
    assert.match(error.message, /If-Match/)
    assert.match(fillMessage(s3Row(error).message, error.details), /If-Match/)
  }
})
