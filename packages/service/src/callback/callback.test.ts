// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is how OSS writes variables
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallbackAnswer } from '../options.js'
import {
  type Answering,
  answered,
  asking,
  BASIC,
  BUCKET,
  call,
  complete,
  element,
  jsonInBase64 as encode,
  initiate,
  callbackRecorder as recorder,
  type StartedService,
  startWithBucket,
  type TestResponse,
  untouchable,
  uploadPart,
} from '../testing/index.js'
import { keptOutcome } from './outcome.js'

const HELLO_ETAG = '5D41402ABC4B2A76B9719D911017C592'
function put(started: StartedService, headers: Record<string, string>, body: string | object = 'hello') {
  return call(started, { method: 'PUT', bucket: BUCKET, key: 'k', headers, body: body as string })
}

const get = (started: StartedService, key = 'k') => call(started, { method: 'GET', bucket: BUCKET, key })

async function startUpload(answer?: Answering, options: Parameters<typeof startWithBucket>[0] = {}) {
  const { made, callbacks } = recorder(answer)
  const started = await startWithBucket({ callbacks, ...options })
  const uploadId = await initiate(started, 'k', { headers: { 'content-type': 'text/x' } })
  await uploadPart(started, 'k', uploadId, 1, 'hello')
  const end = (headers: Record<string, string> = asking()) =>
    complete(started, 'k', uploadId, [[1, HELLO_ETAG]], { headers })
  return { started, made, uploadId, end }
}

function assertFailed(response: TestResponse, message: string, ec: string | undefined): void {
  assert.equal(response.status, 203, response.text)
  assert.equal(response.headers['content-type'], 'application/xml')
  assert.deepEqual([element(response.text, 'Code'), element(response.text, 'Message')], ['CallbackFailed', message])
  assert.deepEqual([element(response.text, 'EC'), response.headers['x-oss-ec']], [ec, ec])
}

test('after a PutObject the client gets the application’s answer verbatim, with the object’s headers', async () => {
  const { made, callbacks } = recorder(() => answered('{"Status": "OK"}\n', { contentType: 'text/plain; charset=x' }))
  const started = await startWithBucket({ callbacks })
  const body =
    '${bucket} ${object} ${etag} ${size} ${mimeType} ${crc64} ${contentMd5} ${clientIp} ${reqId} ${operation} ${x:u}'
  const headers = {
    ...asking({ callbackBody: body, callbackSNI: true }),
    'x-oss-callback-var': encode({ 'x:u': 'v&' }),
    'content-type': 'text/a;b=c',
  }
  const response = await put(started, headers)
  assert.deepEqual([response.status, response.text], [200, '{"Status": "OK"}\n'])
  assert.equal(response.headers['content-type'], 'application/json')
  assert.equal(response.headers['content-length'], '17')
  assert.equal(response.headers.etag, `"${HELLO_ETAG}"`)
  assert.ok(response.headers['x-oss-hash-crc64ecma'])
  assert.equal(response.headers['content-md5'], undefined)
  assert.equal(made.length, 1)
  const requestId = response.headers['x-oss-request-id']
  const crc64 = response.headers['x-oss-hash-crc64ecma']
  const md5 = 'XUFAKrxLKna5cZ2REBfFkg%3D%3D'
  assert.equal(
    made[0]?.body,
    `bkt k ${HELLO_ETAG} 5 text%2Fa%3Bb%3Dc ${crc64} ${md5} 127.0.0.1 ${requestId} PutObject v%26`,
  )
  assert.equal(made[0]?.sni, true)
  const sent = Object.fromEntries(made[0]?.request.headers ?? [])
  assert.equal(sent['x-oss-request-id'], requestId)
  assert.equal(sent['x-oss-requester'], '1000000000000001')
  const keyUrl = Buffer.from(sent['x-oss-pub-key-url'] ?? '', 'base64').toString()
  assert.equal(keyUrl, 'http://key.example/bkt.oss-cn-hangzhou.aliyuncs.com')
  assert.equal((await get(started)).text, 'hello')
})

test('after a Complete the answer replaces the XML', async () => {
  const body = '{"s":${size},"e":${etag},"m":${mimeType},"d":${contentMd5},"op":${operation}}'
  const { started, made, end } = await startUpload()
  const response = await end(asking({ callbackBody: body, callbackBodyType: 'application/json' }))
  assert.deepEqual([response.status, response.text], [200, '{"Status":"OK"}'])
  assert.equal(response.headers['content-type'], 'application/json')
  assert.match(response.headers.etag ?? '', /^"[0-9A-F]{32}-1"$/)
  assert.deepEqual(JSON.parse(made[0]?.body ?? ''), {
    s: 5,
    e: response.headers.etag?.replaceAll('"', ''),
    m: 'text/x',
    d: '',
    op: 'CompleteMultipartUpload',
  })
  assert.equal((await get(started)).text, 'hello')
})

test('an XML answer is recognised by its content type', async () => {
  const xml = { contentType: 'application/xml; charset=utf-8' }
  const good = await startUpload(() => answered('<a>1</a>', xml))
  const response = await good.end()
  assert.deepEqual(
    [response.status, response.headers['content-type'], response.text],
    [200, 'application/xml', '<a>1</a>'],
  )
  for (const answer of [answered('<a>', xml), answered('<a/>')]) {
    const bad = await startUpload(() => answer)
    assertFailed(await bad.end(), 'Response body is not valid json format.', '0007-00000205')
  }
})

const FAILURES: readonly (readonly [CallbackAnswer, message: string, ec: string | undefined])[] = [
  [answered('', { status: 301 }), 'Error status : 301.', '0007-00000203'],
  [answered('{}', { status: 201 }), 'Error status : 201.', '0007-00000203'],
  [{ kind: 'unreachable' }, 'Error status : 502.', '0007-00000203'],
  [
    { kind: 'notAllowed' },
    'No callback was made: this server calls only the hosts that --callback-hosts names.',
    '0007-00000203',
  ],
  [answered('{}', { contentLength: undefined }), 'Error Status : 400.User server missing content-length.', undefined],
  [answered(''), 'Response body is not valid json format.', '0007-00000205'],
  [answered('OK'), 'Response body is not valid json format.', '0007-00000205'],
  [answered('\ufeff{}'), 'Response body is not valid json format.', '0007-00000205'],
  [answered('', { contentLength: 3 * 1024 ** 2 + 1 }), 'User server return too long content-length value.', undefined],
  [{ kind: 'late' }, 'Cost too long time.', undefined],
  [{ kind: 'busy' }, 'Too many callback requests.', '0007-00000201'],
]

test('a failed callback is a 203 with its reason, and the object is stored', async () => {
  for (const [answer, message, ec] of FAILURES) {
    const { started, end } = await startUpload(() => answer)
    assertFailed(await end(), message, ec)
    assert.equal((await get(started)).text, 'hello')
    assertFailed(await put(started, asking(), 'again'), message, ec)
    assert.equal((await get(started)).text, 'again')
  }
})

test('URLs are called in order until one answers 200, and each once', async () => {
  const statuses: Record<string, number> = { 'a.example': 500, 'b.example': 200 }
  const { made, callbacks } = recorder(({ url }) => answered(`"${url.host}"`, { status: statuses[url.host] ?? 404 }))
  const started = await startWithBucket({ callbacks })
  const hosts = () => made.splice(0).map(({ url }) => url.host)
  const first = await put(started, asking({ callbackUrl: 'a.example;b.example;c.example' }))
  assert.deepEqual([first.text, hosts()], ['"b.example"', ['a.example', 'b.example']])
  assertFailed(
    await put(started, asking({ callbackUrl: 'c.example;a.example' })),
    'Error status : 500.',
    '0007-00000203',
  )
  assert.deepEqual(hosts(), ['c.example', 'a.example'])
})

test('an answer of 200 without JSON is the last, and so is a server that makes too many callbacks', async () => {
  for (const answer of [answered('no'), { kind: 'busy' } as const]) {
    const { made, callbacks } = recorder(() => answer)
    const started = await startWithBucket({ callbacks })
    assert.equal((await put(started, asking({ callbackUrl: 'a.example;b.example' }))).status, 203)
    assert.equal(made.length, 1)
  }
})

const REFUSED: readonly (readonly [headers: Record<string, string>, code: string, message: RegExp])[] = [
  [{ 'x-oss-callback': '!' }, 'InvalidArgument', /^The callback configuration is not base64 encoded\.$/],
  [{ 'x-oss-callback': 'ew==' }, 'InvalidArgument', /^The callback configuration is not json format\.$/],
  [asking({ callbackUrl: 'my.com:test' }), 'InvalidArgument', /URL/],
  [
    asking({ callbackUrl: 'a.example;private.example' }),
    'InvalidArgument',
    /^Private address is forbidden to callback\.$/,
  ],
  [asking({ callbackBody: '$(object)' }), 'InvalidArgument', /^Left brace must be adjacent to dollar sign\.$/],
  [{ ...asking(), 'x-oss-callback-var': 'W10=' }, 'InvalidArgument', /not json/],
]

test('a callback that cannot be made is refused before a byte of a PutObject is read', async () => {
  const { made, callbacks } = recorder()
  const started = await startWithBucket({ callbacks })
  for (const [headers, code, message] of REFUSED) {
    const body = untouchable()
    const response = await put(started, headers, body)
    assert.deepEqual([response.status, element(response.text, 'Code')], [400, code])
    assert.match(element(response.text, 'Message') ?? '', message)
    assert.equal(body.touched(), false)
  }
  assert.equal((await get(started)).status, 404)
  assert.equal(made.length, 0)
})

test('a callback that cannot be made is refused before a Complete, and the upload stays open', async () => {
  const { started, made, uploadId, end } = await startUpload()
  for (const [headers, code] of REFUSED) {
    const response = await end(headers)
    assert.deepEqual([response.status, element(response.text, 'Code')], [400, code])
  }
  const both = { headers: asking(), query: { callback: encode(BASIC) } }
  const twice = await complete(started, 'k', uploadId, [[1, HELLO_ETAG]], both)
  assert.deepEqual([twice.status, twice.headers['x-oss-ec']], [400, '0007-00000027'])
  assert.equal(made.length, 0)
  assert.equal((await end()).status, 200)
})

test('a callback may be in the query, as in presigned URLs, and both signatures cover it', async () => {
  for (const signature of ['v1', 'v4'] as const) {
    const { made, callbacks } = recorder()
    const started = await startWithBucket({ callbacks })
    const query = { callback: encode({ ...BASIC, callbackBody: '${x:a}' }), 'callback-var': encode({ 'x:a': '1' }) }
    const response = await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', query, body: 'hello', signature })
    assert.deepEqual([response.text, made[0]?.body], ['{"Status":"OK"}', '1'])
  }
})

test('a server without callbacks refuses an upload that requests one', async () => {
  const started = await startWithBucket()
  const response = await put(started, asking())
  assert.deepEqual([response.status, element(response.text, 'Code')], [400, 'NotImplemented'])
  assert.equal((await get(started)).status, 404)
})

test('an anonymous upload that requests a callback is refused, where anyone may write', async () => {
  const { started, made, uploadId } = await startUpload()
  await call(started, {
    method: 'PUT',
    bucket: BUCKET,
    query: { acl: '' },
    headers: { 'x-oss-acl': 'public-read-write' },
  })
  const body = untouchable()
  const anonymous = { bucket: BUCKET, key: 'k', as: 'anonymous' } as const
  const refusedPut = await call(started, { ...anonymous, method: 'PUT', headers: asking(), body })
  const document = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${HELLO_ETAG}</ETag></Part></CompleteMultipartUpload>`
  const refusedComplete = await call(started, {
    ...anonymous,
    method: 'POST',
    query: { uploadId },
    headers: asking(),
    body: document,
  })
  for (const { status, text } of [refusedPut, refusedComplete]) {
    assert.deepEqual([status, element(text, 'Code')], [403, 'AccessDenied'])
    assert.equal(element(text, 'Message'), 'Anonymous access is forbidden for callbacks.')
  }
  assert.equal(body.touched(), false)
  assert.equal(made.length, 0)
  assert.equal((await call(started, { ...anonymous, method: 'PUT', body: 'x' })).status, 200)
})

test('a failed upload makes no callback', async () => {
  const { started, made, uploadId } = await startUpload()
  const wrong = await complete(started, 'k', uploadId, [[2, HELLO_ETAG]], { headers: asking() })
  assert.equal(element(wrong.text, 'Code'), 'InvalidPart')
  const digest = await put(started, { ...asking(), 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' })
  assert.equal(element(digest.text, 'Code'), 'InvalidDigest')
  assert.equal(made.length, 0)
})

test('a repeated Complete gets the answer of the first, success or failure, and the callback is made once', async () => {
  for (const answer of [
    answered('{"n":1}'),
    answered('<n>1</n>', { contentType: 'application/xml' }),
    { kind: 'late' } as const,
  ]) {
    const { made, end } = await startUpload(() => answer)
    const first = await end()
    for (const repeat of [await end(), await end()]) {
      const of = ({ status, headers, text }: TestResponse) => [
        status,
        headers['content-type'],
        headers['x-oss-ec'],
        text.replace(/<RequestId>.*?</, ''),
      ]
      assert.deepEqual(of(repeat), of(first))
    }
    assert.equal(made.length, 1)
  }
})

test('a failure in a receipt of an earlier version, whose details are named as elements, is answered', () => {
  const receipt = JSON.stringify({ kind: 'failed', failure: 'callbackStatus', details: { Status: 502 } })
  assert.throws(() => keptOutcome(receipt), /^OssError: Error status : 502\.$/)
})

test('an answer that is too long to keep is returned once; a repeat gets the XML', async () => {
  const long = JSON.stringify('x'.repeat(20_000))
  const { made, end } = await startUpload(() => answered(long))
  assert.equal((await end()).text, long)
  const repeat = await end()
  assert.deepEqual([repeat.status, repeat.headers['content-type']], [200, 'application/xml'])
  assert.equal(element(repeat.text, 'Key'), 'k')
  assert.equal(made.length, 1)
})

test('a Complete that is repeated while the callback runs waits for its answer', async () => {
  let goOn = () => {}
  const waited = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const sleep = async () => {
    goOn()
    await new Promise(setImmediate)
  }
  const { made, end } = await startUpload(() => waited.then(() => answered('{"n":1}')), { sleep })
  const responses = await Promise.all([end(), end(), end()])
  assert.deepEqual(
    responses.map(({ status, text }) => [status, text]),
    Array.from({ length: 3 }, () => [200, '{"n":1}']),
  )
  assert.equal(made.length, 1)
})

test('if the answer never comes, a repeat is answered after some seconds without the callback', async () => {
  let slept = 0
  const sleep = async (milliseconds: number) => {
    slept += milliseconds
  }
  const { started, made, end } = await startUpload(() => new Promise(() => {}), { sleep })
  // its process dies while the application is working
  void end()
  while (made.length === 0) await new Promise(setImmediate)
  const repeat = await end()
  assert.deepEqual([repeat.status, element(repeat.text, 'Key')], [200, 'k'])
  assert.equal(slept, 6_000)
  assert.equal(made.length, 1)
  assert.equal((await get(started)).text, 'hello')
})

test('a callback that only a repeat requests is made once, if the object still exists', async () => {
  const sleep = () => new Promise<void>((resolve) => setImmediate(resolve))
  const { started, made, end } = await startUpload(() => answered('{"n":1}'), { sleep })
  assert.equal(element((await end({})).text, 'Key'), 'k')
  const repeats = await Promise.all([end(), end()])
  assert.deepEqual(
    repeats.map(({ text }) => text),
    ['{"n":1}', '{"n":1}'],
  )
  assert.deepEqual(
    made.map(({ body }) => body),
    ['o=k'],
  )
  assert.equal((await end({})).text, '{"n":1}')
  const other = await initiate(started, 'other')
  await complete(started, 'other', other, [])
  await call(started, { method: 'DELETE', bucket: BUCKET, key: 'other' })
  const gone = await complete(started, 'other', other, [], { headers: asking() })
  assert.equal(element(gone.text, 'Key'), 'other')
  assert.equal(made.length, 1)
})

test('without receipts a repeated Complete finds no upload, and makes no callback', async () => {
  const { made, end } = await startUpload(undefined, { receiptMs: 0 })
  assert.equal((await end()).status, 200)
  assert.equal(element((await end()).text, 'Code'), 'NoSuchUpload')
  assert.equal(made.length, 1)
})

test('a copy makes its callback as an upload does: the answer replaces that of the copy, and a failure keeps the copy', async () => {
  const { made, callbacks } = recorder()
  const started = await startWithBucket({ callbacks })
  await put(started, {})
  const copyTo = (key: string, headers: Record<string, string>) =>
    call(started, {
      method: 'PUT',
      bucket: BUCKET,
      key,
      headers: { 'x-oss-copy-source': `/${BUCKET}/k`, ...headers },
    })
  const copied = await copyTo('c', asking({ callbackBody: '${operation} ${object} ${size} ${etag}' }))
  assert.deepEqual([copied.status, copied.text, copied.headers.etag], [200, '{"Status":"OK"}', `"${HELLO_ETAG}"`])
  assert.deepEqual(
    made.map(({ body }) => body),
    [`CopyObject c 5 ${HELLO_ETAG}`],
  )
  assert.equal((await copyTo('d', { 'x-oss-callback': '!' })).status, 400)
  assert.equal((await get(started, 'd')).status, 404)

  const failing = await startWithBucket({ callbacks: recorder(() => ({ kind: 'unreachable' })).callbacks })
  await put(failing, {})
  const headers = { 'x-oss-copy-source': `/${BUCKET}/k`, ...asking() }
  const failed = await call(failing, { method: 'PUT', bucket: BUCKET, key: 'c', headers })
  assert.deepEqual([failed.status, element(failed.text, 'Code')], [203, 'CallbackFailed'])
  assert.equal((await get(failing, 'c')).text, 'hello')
})
