import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OssError } from '@bindery/protocol'
import { createMemoryBlobStore, createMemoryMetadataStore, StorageError, type StorageErrorKind } from '@bindery/storage'
import { newRequestLog } from './service.js'
import {
  BUCKET,
  call,
  element,
  initiate,
  OTHER,
  ROOT,
  type StartedService,
  startService,
  startWithBucket,
  type TestRequest,
  type TestResponse,
  untouchable,
  uploadPart,
} from './testing/index.js'

function assertError(response: TestResponse, status: number, code: string): void {
  assert.deepEqual([response.status, element(response.text, 'Code')], [status, code], response.text)
}

const STRANGER = { ...ROOT, accessKeyId: 'nobodys' }
const FORGER = { ...ROOT, accessKeySecret: 'wrong' }

test('every response has the server, the date and the id of its request', async () => {
  const started = await startWithBucket()
  const requests: readonly TestRequest[] = [
    { method: 'GET' },
    { method: 'PUT', bucket: BUCKET, key: 'a', body: 'x' },
    { method: 'GET', bucket: BUCKET, key: 'missing' },
    { method: 'DELETE', bucket: BUCKET, key: 'a' },
    { method: 'GET', bucket: BUCKET, as: FORGER },
  ]
  for (const request of requests) {
    const { headers, log } = await call(started, request)
    assert.equal(headers.server, 'AliyunOSS')
    assert.equal(headers.date, 'Mon, 05 Jan 2026 08:00:00 GMT')
    assert.match(headers['x-oss-request-id'] ?? '', /^[0-9A-F]{24}$/)
    assert.equal(headers['x-oss-request-id'], log.requestId)
    assert.match(headers['x-oss-server-time'] ?? '', /^\d+$/)
  }
})

test('an error document begins with code, message, ids and host, and ends with the EC', async () => {
  const started = await startWithBucket()
  const { text, headers } = await call(started, { method: 'GET', bucket: BUCKET, key: 'a/b' })
  const requestId = headers['x-oss-request-id']
  assert.equal(
    text,
    `<?xml version="1.0" encoding="UTF-8"?>
<Error>
  <Code>NoSuchKey</Code>
  <Message>The specified key does not exist.</Message>
  <RequestId>${requestId}</RequestId>
  <HostId>bkt.oss-cn-hangzhou.aliyuncs.com</HostId>
  <Key>a/b</Key>
  <EC>0026-00000001</EC>
  <RecommendDoc>https://api.aliyun.com/troubleshoot?q=0026-00000001</RecommendDoc>
</Error>
`,
  )
  assert.equal(headers['content-type'], 'application/xml')
  assert.equal(headers['content-length'], String(Buffer.byteLength(text)))
  assert.equal(headers['x-oss-ec'], '0026-00000001')
})

test('a failing HEAD carries the document in x-oss-err', async () => {
  const started = await startWithBucket()
  const { status, text, headers } = await call(started, { method: 'HEAD', bucket: BUCKET, key: 'a' })
  assert.deepEqual([status, text], [404, ''])
  const document = Buffer.from(headers['x-oss-err'] ?? '', 'base64').toString()
  assert.equal(element(document, 'Code'), 'NoSuchKey')
  assert.equal(element(document, 'RequestId'), headers['x-oss-request-id'])
  assert.equal(headers['x-oss-ec'], '0026-00000001')
})

test('a missing bucket is reported first, then the requester, then the ACL, all before errors of the body', async () => {
  const started = await startWithBucket()
  const codes = async (request: TestRequest) => element((await call(started, request)).text, 'Code')
  const missing = { method: 'GET', bucket: 'missing' }
  assert.equal(await codes({ ...missing, as: STRANGER }), 'NoSuchBucket')
  assert.equal(
    await codes({ ...missing, method: 'HEAD', key: 'k', query: { objectMeta: '' }, as: STRANGER }),
    undefined,
  )
  assert.equal(await codes({ ...missing, as: FORGER }), 'NoSuchBucket')
  assert.equal(await codes({ ...missing, bucket: BUCKET, as: STRANGER }), 'InvalidAccessKeyId')
  assert.equal(await codes({ ...missing, bucket: BUCKET, as: FORGER }), 'SignatureDoesNotMatch')
  assert.equal(await codes({ method: 'PUT', bucket: 'missing', as: STRANGER }), 'InvalidAccessKeyId')
  assert.equal(await codes({ method: 'GET', as: STRANGER }), 'InvalidAccessKeyId')
  for (const asked of [
    { method: 'GET', query: { inventory: '' } },
    { method: 'DELETE', query: { acl: '' } },
  ]) {
    assert.equal(await codes({ ...asked, bucket: 'missing' }), 'NoSuchBucket')
    assert.notEqual(await codes({ ...asked, bucket: BUCKET }), 'NoSuchBucket')
  }
  assert.equal(await codes({ ...missing, as: OTHER }), 'NoSuchBucket')
  assert.equal(await codes({ ...missing, as: 'anonymous' }), 'NoSuchBucket')
  const bad = { method: 'GET', bucket: 'missing', query: { 'max-keys': 'x' } }
  assert.equal(await codes({ ...bad, bucket: BUCKET, as: FORGER }), 'SignatureDoesNotMatch')
  assert.equal(await codes(bad), 'InvalidArgument')
  assert.equal(await codes({ method: 'GET', bucket: 'No', style: 'path', as: STRANGER }), 'InvalidAccessKeyId')
})

async function assertUntouched(started: StartedService, request: TestRequest, code: string): Promise<void> {
  const body = untouchable()
  assert.equal(element((await call(started, { ...request, body })).text, 'Code'), code)
  assert.equal(body.touched(), false, `${request.method} ${code}`)
}

test('no byte of a body is read before its sender is known and allowed, and its target exists', async () => {
  const started = await startWithBucket()
  const uploadId = await initiate(started, 'k')
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'there', body: 'x' })
  const requests: readonly TestRequest[] = [
    { method: 'PUT', bucket: BUCKET, key: 'k' },
    { method: 'PUT', bucket: BUCKET, key: 'k', query: { partNumber: '1', uploadId } },
    { method: 'POST', bucket: BUCKET, key: 'k', query: { uploadId } },
    { method: 'POST', bucket: BUCKET, query: { delete: '' }, headers: { 'content-md5': '1B2M2Y8AsgTpgAmY7PhCfg==' } },
  ]
  for (const request of requests) {
    await assertUntouched(started, { ...request, as: FORGER }, 'SignatureDoesNotMatch')
    await assertUntouched(started, { ...request, as: STRANGER }, 'InvalidAccessKeyId')
    await assertUntouched(started, { ...request, as: OTHER }, 'AccessDenied')
    await assertUntouched(started, { ...request, as: 'anonymous' }, 'AccessDenied')
    await assertUntouched(started, { ...request, bucket: 'missing' }, 'NoSuchBucket')
  }
  const gone = '0123456789ABCDEF0123456789ABCDEF'
  const part = { method: 'PUT', bucket: BUCKET, key: 'k' }
  await assertUntouched(started, { ...part, query: { partNumber: '1', uploadId: gone } }, 'NoSuchUpload')
  await assertUntouched(started, { ...part, query: { partNumber: '0', uploadId } }, 'InvalidArgument')
  await assertUntouched(
    started,
    { method: 'POST', bucket: BUCKET, key: 'k', query: { uploadId: gone } },
    'NoSuchUpload',
  )
  await assertUntouched(started, { ...part, headers: { 'content-md5': 'x' } }, 'InvalidDigest')
  await assertUntouched(started, { ...part, headers: { 'x-oss-tagging': '=' } }, 'InvalidTag')
  const forbidden = { ...part, key: 'there', headers: { 'x-oss-forbid-overwrite': 'true' } }
  await assertUntouched(started, forbidden, 'FileAlreadyExists')
  await assertUntouched(started, { method: 'PUT', bucket: BUCKET, as: 'anonymous' }, 'AccessDenied')
})

test('both addressing styles and both signature versions reach the same object', async () => {
  const started = await startWithBucket()
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'a b', body: 'x' })
  for (const style of ['host', 'path'] as const) {
    for (const signature of ['v1', 'v4'] as const) {
      const response = await call(started, { method: 'GET', bucket: BUCKET, key: 'a b', style, signature })
      assert.equal(response.text, 'x', `${style} ${signature}`)
    }
  }
})

test('what Bindery does not do is refused by name, and an unknown sub-resource as a method', async () => {
  const started = await startWithBucket()
  const absent = await call(started, { method: 'GET', bucket: BUCKET, query: { metaQuery: '' } })
  assertError(absent, 501, 'NotImplemented')
  assert.match(element(absent.text, 'Message') ?? '', /GetMetaQueryStatus/)
  assert.equal(absent.log.failure, undefined)
  const context = { 'x-oss-server-side-encryption-context': 'e30=' }
  assertError(
    await call(started, { method: 'PUT', bucket: BUCKET, key: 'a', body: 'x', headers: context }),
    400,
    'NotImplemented',
  )
})

test('a method that a resource does not have is refused, with those that it has in Allow', async () => {
  const started = await startWithBucket()
  const refused = async (request: Parameters<typeof call>[1], allow: string) => {
    const response = await call(started, request)
    assertError(response, 405, 'MethodNotAllowed')
    assert.equal(response.headers.allow, allow)
  }
  await refused({ method: 'POST', bucket: BUCKET, key: 'a' }, 'DELETE, GET, HEAD, OPTIONS, PUT')
  await refused({ method: 'DELETE', bucket: BUCKET, key: 'a', query: { acl: '' } }, 'GET, HEAD, OPTIONS, PUT')
  await refused({ method: 'DELETE', bucket: BUCKET, query: { acl: '' } }, 'GET, HEAD, OPTIONS, PUT')
  await refused({ method: 'PUT', bucket: BUCKET, query: { uploads: '' } }, 'GET, HEAD, OPTIONS')
  await refused(
    { method: 'PATCH', bucket: BUCKET, key: 'a', query: { uploadId: '1' } },
    'DELETE, GET, HEAD, OPTIONS, POST, PUT',
  )
  await refused({ method: 'DELETE' }, 'GET')
})

test('a target that cannot be read is answered like any other error', async () => {
  const { service } = await startService()
  for (const target of ['nonsense', '*', '/%ff', '/%zz', '/?%ff']) {
    const request = { method: 'GET', scheme: 'http', host: '', target, headers: {}, remoteAddress: '' } as const
    const { status } = await service.handle({ ...request, body: untouchable() })
    assert.ok(status >= 400 && status < 500, `${target}: ${status}`)
  }
})

test('a request for which nothing waits is answered in the same turn', async () => {
  const started = await startWithBucket()
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'x' })
  await call(started, {
    method: 'PUT',
    bucket: BUCKET,
    key: 'k',
    query: { acl: '' },
    headers: { 'x-oss-object-acl': 'public-read' },
  })
  const request = { scheme: 'http', host: '127.0.0.1', headers: {}, remoteAddress: '', body: untouchable() } as const
  const answer = started.service.handle({ ...request, method: 'HEAD', target: `/${BUCKET}/k` })
  assert.ok(!(answer instanceof Promise))
  assert.equal(answer.status, 200)
})

test('the log has the request, the requester and the outcome', async () => {
  const started = await startWithBucket()
  const uploadId = await initiate(started, 'k')
  const { log } = await uploadPart(started, 'k', uploadId, 1, 'x')
  assert.deepEqual(log, {
    ...newRequestLog(),
    requestId: log.requestId,
    operation: 'UploadPart',
    dialect: 'oss',
    bucket: BUCKET,
    key: 'k',
    uploadId,
    accessKeyId: 'root',
  })
  const refused = await call(started, { method: 'GET', bucket: BUCKET, key: 'k', as: FORGER })
  assert.equal(refused.log.operation, 'GetObject')
  assert.equal(refused.log.accessKeyId, undefined)
  assert.deepEqual([refused.log.cause, refused.log.code], ['signatureV4DoesNotMatch', 'SignatureDoesNotMatch'])
})

const FAILURES: readonly (readonly [StorageErrorKind, number, string])[] = [
  ['noSpace', 503, 'ServiceUnavailable'],
  ['conflict', 503, 'SlowDown'],
  ['unavailable', 503, 'ServiceUnavailable'],
  ['corrupt', 500, 'InternalError'],
  ['notFound', 500, 'InternalError'],
  ['limit', 500, 'InternalError'],
  ['misuse', 500, 'InternalError'],
]

test("an engine's failure is a row of the catalogue, reveals nothing about itself, and is logged", async () => {
  for (const [kind, status, code] of FAILURES) {
    const failure = new StorageError(kind, 'secret of the engine')
    const metadata = createMemoryMetadataStore()
    let broken = false
    const started = await startWithBucket({
      metadata: {
        transact: (body) => metadata.transact(body),
        read: (body) => (broken ? Promise.reject(failure) : metadata.read(body)),
        close: () => metadata.close(),
      },
    })
    broken = true
    const response = await call(started, { method: 'GET', bucket: BUCKET, key: 'a' })
    assertError(response, status, code)
    assert.equal(response.log.failure, failure)
    assert.doesNotMatch(response.text, /secret/)
    assert.equal(response.headers['retry-after'], status === 503 ? '1' : undefined)
  }
})

async function putFailingWith(error: Error, assertDeclared: boolean): Promise<TestResponse> {
  const blobs = createMemoryBlobStore()
  const started = await startWithBucket({ blobs: { ...blobs, write: () => Promise.reject(error) }, assertDeclared })
  return call(started, { method: 'PUT', bucket: BUCKET, key: 'a', body: 'x' })
}

test('a bug answers InternalError and is logged', async () => {
  const bug = new TypeError('a bug')
  const response = await putFailingWith(bug, false)
  assertError(response, 500, 'InternalError')
  assert.equal(response.log.failure, bug)
})

test('a cause that its operation does not declare is logged as a failure, and answered as one where that is asserted', async () => {
  const undeclared = new OssError('tooManyBuckets')
  const asserted = await putFailingWith(undeclared, true)
  assertError(asserted, 500, 'InternalError')
  assert.match(String(asserted.log.failure), /undeclared: PutObject answers tooManyBuckets/)
  const logged = await putFailingWith(undeclared, false)
  assertError(logged, 400, 'TooManyBuckets')
  assert.match(String(logged.log.failure), /undeclared: PutObject answers tooManyBuckets/)
})
