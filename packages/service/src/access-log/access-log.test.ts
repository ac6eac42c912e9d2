import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  BUCKET,
  call,
  elements,
  OTHER,
  ROOT,
  type StartedService,
  send,
  startWithBucket,
  type TestRequest,
} from '../testing/index.js'
import { type LoggedRequest, logLine } from './line.js'

const HOUR_MS = 3_600_000

const EXAMPLE: LoggedRequest = {
  remoteAddress: '203.0.113.7',
  receivedAt: Date.UTC(2026, 0, 5, 8, 0, 7),
  requestLine: 'PUT /reports/q4%20final.pdf?x-team=blue HTTP/1.1',
  status: 200,
  sentBytes: 0,
  milliseconds: 41,
  serviceMilliseconds: 33,
  userAgent: 'aliyun-sdk-go/v2.2.0',
  host: 'ledger.oss-cn-hangzhou.example.test',
  requestId: '695B6E77A1B2C3D4E5F60718',
  requesterId: '2098765432101234',
  accessKeyId: 'LTAI5tExampleOnlyKey0001',
  operation: 'PutObject',
  bucket: 'ledger',
  owner: '1012345678901234',
  key: 'reports/q4 final.pdf',
  objectSize: 52_417,
  requestBytes: 52_990,
  addedBytes: 52_417,
  storageClass: 'Standard',
  region: 'cn-hangzhou',
}

test('a line has 29 fields in the order and the quotes of OSS', () => {
  assert.equal(
    logLine(EXAMPLE),
    '203.0.113.7 - - [05/Jan/2026:16:00:07 +0800] "PUT /reports/q4%20final.pdf?x-team=blue HTTP/1.1" 200 0 41 "-" "aliyun-sdk-go/v2.2.0" "ledger.oss-cn-hangzhou.example.test" "695B6E77A1B2C3D4E5F60718" "true" "2098765432101234" "PutObject" "ledger" "reports/q4%20final.pdf" 52417 33 "-" 52990 "1012345678901234" 52417 "-" "standard" "-" "-" "LTAI5tExampleOnlyKey0001" "acs:oss:cn-hangzhou:1012345678901234:ledger"\n',
  )
})

test('no client can write a field or a line of its own into a log', () => {
  const line = logLine({ ...EXAMPLE, referer: 'a" "b', userAgent: 'x\r\ny\tz', key: 'k"\n' })
  assert.equal(line.split('\n').length, 2)
  assert.ok(line.includes(' "a%22 %22b" "xyz" '), line)
  assert.ok(line.includes(' "k%22%0A" '), line)
})

const logging = (prefix: string, target = 'logs') =>
  `<BucketLoggingStatus><LoggingEnabled><TargetBucket>${target}</TargetBucket><TargetPrefix>${prefix}</TargetPrefix></LoggingEnabled></BucketLoggingStatus>`

async function started() {
  const service = await startWithBucket()
  await call(service, { method: 'PUT', bucket: 'logs' })
  const set = await call(service, { method: 'PUT', bucket: BUCKET, query: { logging: '' }, body: logging('p/') })
  assert.equal(set.status, 200)
  return service
}

/** Sends a request whose answer is sent completely. */
async function ask(service: StartedService, request: TestRequest): Promise<void> {
  const response = await send(service, request)
  if (response.body !== undefined && !(response.body instanceof Uint8Array)) await response.body.close()
  response.onSent?.({ bytes: 5, milliseconds: 12, requestBytes: 300, receivedBytes: 1, httpVersion: '1.1' })
}

async function deliver({ service }: StartedService): Promise<string[]> {
  const keys: string[] = []
  for await (const { key = '' } of service.writeReports()) keys.push(key)
  return keys
}

async function linesOf(service: StartedService, key: string): Promise<string[][]> {
  const { text } = await call(service, { method: 'GET', bucket: 'logs', key })
  const fields = (line: string) => line.match(/"[^"]*"|\[[^\]]*\]|\S+/g) ?? []
  return text.trimEnd().split('\n').map(fields)
}

test('requests of an hour are one object of the target, written when the hour is over, and never again', async () => {
  const service = await started()
  await ask(service, { method: 'PUT', bucket: BUCKET, key: 'a b', body: 'x', headers: { referer: 'http://r/' } })
  await ask(service, { method: 'GET', bucket: BUCKET, key: 'a b' })
  await ask(service, { method: 'GET', bucket: BUCKET, key: 'none' })
  await ask(service, { method: 'GET', bucket: BUCKET, key: 'a b', as: 'anonymous' })
  await ask(service, { method: 'GET', bucket: BUCKET })
  await service.service.keepNotes()
  service.advance(HOUR_MS - 1)
  await ask(service, { method: 'DELETE', bucket: BUCKET, key: 'a b' })
  await service.service.keepNotes()
  assert.deepEqual(await deliver(service), [])
  service.advance(60_001)
  const [first = '', ...others] = await deliver(service)
  assert.deepEqual(others, [])
  assert.match(first, /^p\/bkt2026-01-05-16-00-00-[0-9A-F]{32}$/)
  const lines = await linesOf(service, first)
  assert.deepEqual(
    lines.map((fields) => [fields.length, fields[5], fields[13], fields[14], fields[16], fields[19]]),
    [
      [29, '200', '"1000000000000001"', '"PutObject"', '"a%20b"', '"-"'],
      [29, '200', '"1000000000000001"', '"GetObject"', '"a%20b"', '"-"'],
      [29, '404', '"1000000000000001"', '"GetObject"', '"none"', '"NoSuchKey"'],
      [29, '403', '"-"', '"GetObject"', '"a%20b"', '"AccessDenied"'],
      [29, '200', '"1000000000000001"', '"GetBucket"', '"-"', '"-"'],
      [29, '204', '"1000000000000001"', '"DeleteObject"', '"a%20b"', '"-"'],
    ],
  )
  assert.equal(lines[0]?.[8], '"http://r/"')
  assert.equal(lines[1]?.[17], '1')
  service.advance(HOUR_MS)
  assert.deepEqual(await deliver(service), [], 'an hour without requests has no object')
})

test('lines that were kept survive their process, and a crash between object and rows repeats no name', async () => {
  const service = await started()
  await ask(service, { method: 'GET', bucket: BUCKET, key: 'k' })
  await service.service.keepNotes()
  service.advance(2 * HOUR_MS)
  const keys = await deliver(service)
  await ask(service, { method: 'GET', bucket: BUCKET, key: 'k' })
  await service.service.keepNotes()
  service.advance(2 * HOUR_MS)
  const more = await deliver(service)
  assert.equal(new Set([...keys, ...more]).size, 2)
})

test('a request whose signature or parameters are malformed is logged with its bucket', async () => {
  const service = await started()
  const date = { 'x-oss-date': '20260105T080000Z' }
  await ask(service, {
    method: 'GET',
    bucket: BUCKET,
    key: 'k',
    as: 'anonymous',
    headers: { authorization: 'OSS broken' },
  })
  await ask(service, {
    method: 'GET',
    bucket: BUCKET,
    key: 'k',
    as: 'anonymous',
    headers: { ...date, authorization: 'OSS4-HMAC-SHA256 Credential=x' },
  })
  await ask(service, { method: 'GET', bucket: BUCKET, query: { 'max-keys': 'many' } })
  await ask(service, { method: 'GET', bucket: 'logs', as: 'anonymous', headers: { authorization: 'OSS broken' } })
  await ask(service, { method: 'GET', bucket: 'none', as: 'anonymous', headers: { authorization: 'OSS broken' } })
  await service.service.keepNotes()
  service.advance(2 * HOUR_MS)
  const [key = '', ...others] = await deliver(service)
  assert.deepEqual(others, [])
  const lines = await linesOf(service, key)
  assert.deepEqual(
    lines.map((fields) => [fields.length, fields[5], fields[13], fields[14], fields[15]]),
    [
      [29, '400', '"-"', '"GetObject"', '"bkt"'],
      [29, '400', '"-"', '"GetObject"', '"bkt"'],
      [29, '400', '"1000000000000001"', '"GetBucket"', '"bkt"'],
    ],
  )
})

const run = (service: StartedService, bucket = BUCKET, as?: TestRequest['as']) =>
  call(service, {
    method: 'POST',
    bucket,
    query: { logging: undefined, 'x-oss-ext-run': undefined },
    ...(as && { as }),
  })

test('a log is written when it is requested, with the lines of this hour too, and each line once', async () => {
  const service = await started()
  await ask(service, { method: 'GET', bucket: BUCKET, key: 'a' })
  await service.service.keepNotes()
  await ask(service, { method: 'GET', bucket: BUCKET, key: 'b' })
  const { status, text } = await run(service)
  assert.equal(status, 200, text)
  const { logs } = JSON.parse(text) as { logs: { target: string; key: string }[] }
  assert.deepEqual(
    logs.map(({ target }) => target),
    ['logs'],
  )
  const keysIn = async (key = '') => (await linesOf(service, key)).map((fields) => fields[16]).toSorted()
  assert.deepEqual(await keysIn(logs[0]?.key), ['"a"', '"b"'])
  await ask(service, { method: 'GET', bucket: BUCKET, key: 'c' })
  await service.service.keepNotes()
  service.advance(2 * HOUR_MS)
  const [rest] = await deliver(service)
  assert.notEqual(rest, logs[0]?.key)
  assert.deepEqual(await keysIn(rest), ['"c"'])
  assert.deepEqual(JSON.parse((await run(service)).text), { logs: [] })
})

test('each line is in one object, however many requests and processes deliver at once', async () => {
  const service = await started()
  const keys = Array.from({ length: 20 }, (_, index) => `k${index}`)
  for (const key of keys) {
    await ask(service, { method: 'GET', bucket: BUCKET, key })
    await service.service.keepNotes()
  }
  service.advance(2 * HOUR_MS)
  await Promise.all([run(service), deliver(service), run(service), run(service)])
  const objects = elements((await call(service, { method: 'GET', bucket: 'logs' })).text, 'Key')
  const lines = await Promise.all(objects.map((key) => linesOf(service, key)))
  const logged = lines.flat().map((fields) => fields[16])
  assert.deepEqual(logged.filter((key) => key?.startsWith('"k')).toSorted(), keys.map((key) => `"${key}"`).toSorted())
})

test('a log is requested of a bucket that exists, by its owner, and is empty where nothing is logged', async () => {
  const service = await started()
  assert.equal((await run(service, 'none')).status, 404)
  assert.equal((await run(service, BUCKET, OTHER)).status, 403)
  assert.deepEqual(JSON.parse((await run(service, 'logs')).text), { logs: [] })
})

test('what is not logged, or whose target is gone, leaves nothing', async () => {
  const service = await started()
  await ask(service, { method: 'GET', bucket: 'logs', key: 'k' })
  await ask(service, { method: 'GET', bucket: BUCKET, key: 'k' })
  await service.service.keepNotes()
  await call(service, { method: 'DELETE', bucket: BUCKET, query: { logging: '' } })
  service.advance(2 * HOUR_MS)
  assert.deepEqual(await deliver(service), [])
  assert.deepEqual(elements((await call(service, { method: 'GET', bucket: 'logs' })).text, 'Key'), [])

  await call(service, { method: 'PUT', bucket: BUCKET, query: { logging: '' }, body: logging('', 'logs') })
  await ask(service, { method: 'GET', bucket: BUCKET, key: 'k' })
  await service.service.keepNotes()
  await call(service, { method: 'DELETE', bucket: 'logs' })
  await call(service, { method: 'PUT', bucket: 'logs', as: OTHER })
  service.advance(2 * HOUR_MS)
  assert.deepEqual(await deliver(service), [])
  assert.deepEqual(await deliver(service), [])
})

test('a log may be kept in its own bucket, encrypted as the bucket is by default, and its writing is not logged', async () => {
  const service = await startWithBucket()
  const put = (query: string, body: string) =>
    call(service, { method: 'PUT', bucket: BUCKET, query: { [query]: '' }, body })
  await put('logging', logging('', BUCKET))
  await put(
    'encryption',
    '<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>',
  )
  await ask(service, { method: 'GET', bucket: BUCKET, key: 'k' })
  await service.service.keepNotes()
  service.advance(2 * HOUR_MS)
  const [key = ''] = await deliver(service)
  const head = await call(service, { method: 'HEAD', bucket: BUCKET, key })
  assert.deepEqual([head.status, head.headers['x-oss-server-side-encryption']], [200, 'AES256'])
  service.advance(2 * HOUR_MS)
  assert.deepEqual(await deliver(service), [])
})

test('a request whose signature is refused has a line, and so has one for an operation that does not exist', async () => {
  const service = await started()
  await ask(service, { method: 'GET', bucket: BUCKET, key: 'k', as: { ...ROOT, accessKeySecret: 'wrong' } })
  await ask(service, { method: 'GET', bucket: BUCKET, key: 'k', as: { ...ROOT, accessKeyId: 'unknown' } })
  await ask(service, { method: 'GET', bucket: BUCKET, query: { metaQuery: '' } })
  await service.service.keepNotes()
  service.advance(2 * HOUR_MS)
  const [key = ''] = await deliver(service)
  assert.deepEqual(
    (await linesOf(service, key)).map((fields) => [fields[5], fields[13], fields[14], fields[19], fields[27]]),
    [
      ['403', '"-"', '"GetObject"', '"SignatureDoesNotMatch"', '"-"'],
      ['403', '"-"', '"GetObject"', '"InvalidAccessKeyId"', '"-"'],
      ['501', `"${ROOT.account.id}"`, '"GetMetaQueryStatus"', '"NotImplemented"', `"${ROOT.accessKeyId}"`],
    ],
  )
})

test('what lifecycle rules delete, move and abort has lines of its own', async () => {
  const service = await started()
  const rule = (prefix: string, action: string) =>
    `<Rule><Prefix>${prefix}</Prefix><Status>Enabled</Status>${action}</Rule>`
  const rules = [
    rule('gone/', '<Expiration><Days>1</Days></Expiration>'),
    rule('cold/', '<Transition><Days>1</Days><StorageClass>IA</StorageClass></Transition>'),
    rule('part/', '<AbortMultipartUpload><Days>1</Days></AbortMultipartUpload>'),
  ]
  const body = `<LifecycleConfiguration>${rules.join('')}</LifecycleConfiguration>`
  await call(service, { method: 'PUT', bucket: BUCKET, query: { lifecycle: '' }, body })
  for (const key of ['gone/a b', 'cold/c']) await call(service, { method: 'PUT', bucket: BUCKET, key, body: 'hello' })
  await call(service, { method: 'POST', bucket: BUCKET, key: 'part/u', query: { uploads: '' } })
  service.advance(49 * HOUR_MS)
  const done: string[] = []
  for await (const { kind, key } of service.service.applyLifecycle()) done.push(`${kind} ${key}`)
  assert.deepEqual(done.sort(), ['aborted part/u', 'expired gone/a b', 'moved cold/c'])
  await service.service.keepNotes()
  service.advance(2 * HOUR_MS)
  const [key = ''] = await deliver(service)
  const lines = (await linesOf(service, key)).map((fields) =>
    [14, 16, 17, 22, 23, 24, 25].map((index) => fields[index]),
  )
  assert.deepEqual(lines.sort(), [
    ['"AbortMultiPartUpload"', '"part/u"', '0', '0', '"lifecycle"', '"-"', '"-"'],
    ['"CommitTransition"', '"cold/c"', '5', '0', '"lifecycle"', '"standard"', '"ia"'],
    ['"ExpireObject"', '"gone/a%20b"', '5', '-5', '"lifecycle"', '"standard"', '"-"'],
  ])
})
