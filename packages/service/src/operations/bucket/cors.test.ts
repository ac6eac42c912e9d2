import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  BUCKET,
  call,
  element,
  elements,
  OTHER,
  type StartedService,
  startWithBucket,
  type TestResponse,
} from '../../testing/index.js'

type Headers = Readonly<Record<string, string>>

const PAGE = 'https://app.example'

const origins = (...names: string[]) => names.map((name) => `<AllowedOrigin>${name}</AllowedOrigin>`).join('')
const methods = (...names: string[]) => names.map((name) => `<AllowedMethod>${name}</AllowedMethod>`).join('')
const rule = (inner: string) => `<CORSRule>${inner}</CORSRule>`
const plain = (more = '') => rule(`${origins('*')}${methods('GET')}${more}`)

function put(started: StartedService, inner: string): Promise<TestResponse> {
  const body = `<?xml version="1.0" encoding="UTF-8"?><CORSConfiguration>${inner}</CORSConfiguration>`
  return call(started, { method: 'PUT', bucket: BUCKET, query: { cors: '' }, body })
}

function cors(started: StartedService, method: 'GET' | 'DELETE'): Promise<TestResponse> {
  return call(started, { method, bucket: BUCKET, query: { cors: undefined } })
}

async function withRules(inner: string): Promise<StartedService> {
  const started = await startWithBucket()
  const { status, text } = await put(started, inner)
  assert.equal(status, 200, text)
  return started
}

function preflight(started: StartedService, headers: Headers, key?: string): Promise<TestResponse> {
  return call(started, {
    method: 'OPTIONS',
    bucket: BUCKET,
    ...(key !== undefined && { key }),
    headers,
    as: 'anonymous',
  })
}

const asks = (method: string, origin = PAGE, headers?: string): Headers => ({
  origin,
  'access-control-request-method': method,
  ...(headers !== undefined && { 'access-control-request-headers': headers }),
})

/** The headers of an answer that are meant for browsers. */
function forBrowser({ headers }: TestResponse): Record<string, string> {
  const found = Object.entries(headers).filter(([name]) => name.startsWith('access-control-') || name === 'vary')
  return Object.fromEntries(found.map(([name, value]) => [name.replace('access-control-', ''), value]))
}

test('rules are stored as set, in their order, and another write replaces all of them', async () => {
  const started = await withRules(
    rule(
      `${origins('http://a.example', 'http://*.b.example')}${methods('PUT', 'POST')}` +
        '<AllowedHeader>Authorization</AllowedHeader><AllowedHeader>x-oss-*</AllowedHeader>' +
        '<ExposeHeader>ETag</ExposeHeader><ExposeHeader>x-oss-request-id</ExposeHeader><MaxAgeSeconds>100</MaxAgeSeconds>',
    ) + plain(),
  )
  const { status, text } = await cors(started, 'GET')
  assert.equal(status, 200)
  assert.deepEqual(elements(text, 'AllowedOrigin'), ['http://a.example', 'http://*.b.example', '*'])
  assert.deepEqual(elements(text, 'AllowedMethod'), ['PUT', 'POST', 'GET'])
  assert.deepEqual(elements(text, 'AllowedHeader'), ['Authorization', 'x-oss-*'])
  assert.deepEqual(elements(text, 'ExposeHeader'), ['ETag', 'x-oss-request-id'])
  assert.deepEqual(elements(text, 'MaxAgeSeconds'), ['100'])
  assert.equal(element(text, 'ResponseVary'), 'false')
  await put(started, `${plain()}<ResponseVary>true</ResponseVary>`)
  const replaced = (await cors(started, 'GET')).text
  assert.deepEqual(elements(replaced, 'AllowedOrigin'), ['*'])
  assert.equal(element(replaced, 'ResponseVary'), 'true')
})

test('a bucket without rules reports it, deleting none succeeds, and rules are deleted with their bucket', async () => {
  const started = await startWithBucket()
  const none = await cors(started, 'GET')
  assert.deepEqual([none.status, element(none.text, 'Code')], [404, 'NoSuchCORSConfiguration'])
  assert.equal(element(none.text, 'Message'), 'The CORS Configuration does not exist.')
  assert.equal((await cors(started, 'DELETE')).status, 204)
  await put(started, plain())
  assert.equal((await cors(started, 'DELETE')).status, 204)
  assert.equal((await cors(started, 'GET')).status, 404)
  await put(started, plain())
  const deleted = await call(started, { method: 'DELETE', bucket: BUCKET })
  assert.equal(deleted.status, 204, deleted.text)
  await call(started, { method: 'PUT', bucket: BUCKET })
  assert.equal((await cors(started, 'GET')).status, 404)
})

test('only the owner of a bucket may read or set its CORS rules', async () => {
  const started = await withRules(plain())
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const refused = await call(started, { method, bucket: BUCKET, query: { cors: '' }, as: OTHER })
    assert.equal(refused.status, 403, method)
  }
})

test('invalid rules are refused with their code, and nothing is stored', async () => {
  const started = await startWithBucket()
  const refused: readonly (readonly [rules: string, code: string, ec?: string])[] = [
    ['', 'MalformedXML'],
    [rule(methods('GET')), 'MalformedXML', '0034-00000008'],
    [rule(origins('*')), 'MalformedXML'],
    [rule(origins('*') + methods('PATCH')), 'MalformedXML'],
    [rule(origins('http://*.*.example') + methods('GET')), 'InvalidArgument'],
    [rule(origins('') + methods('GET')), 'InvalidArgument'],
    [plain('<AllowedHeader>*-*</AllowedHeader>'), 'InvalidArgument'],
    [plain('<ExposeHeader>*</ExposeHeader>'), 'InvalidArgument'],
    [plain('<ExposeHeader>a&#13;&#10;Set-Cookie: b</ExposeHeader>'), 'InvalidArgument'],
    [plain('<MaxAgeSeconds>-1</MaxAgeSeconds>'), 'InvalidArgument'],
    [`${plain()}<ResponseVary>maybe</ResponseVary>`, 'InvalidArgument'],
    [plain().repeat(21), 'CORSRuleBeyondLimit'],
    [rule(origins('o'.repeat(100_000)) + methods('GET')), 'EntityTooLarge'],
  ]
  for (const [rules, code, ec] of refused) {
    const { status, text } = await put(started, rules)
    assert.deepEqual([status, element(text, 'Code')], [400, code], `${rules.slice(0, 200)}\n${text}`)
    if (ec !== undefined) assert.equal(element(text, 'EC'), ec)
  }
  assert.equal((await cors(started, 'GET')).status, 404)
  assert.equal((await put(started, plain().repeat(20))).status, 200)
})

test('a preflight is answered by the first rule that allows origin, method and headers, without a signature', async () => {
  const started = await withRules(
    rule(origins(PAGE) + methods('PUT')) +
      rule(
        `${origins('https://*.example')}${methods('PUT', 'POST')}<AllowedHeader>X-OSS-*</AllowedHeader>` +
          '<AllowedHeader>content-type</AllowedHeader><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>0</MaxAgeSeconds>',
      ) +
      rule(`${origins('*')}${methods('GET')}<AllowedHeader>*</AllowedHeader>`),
  )
  const first = await preflight(started, asks('PUT'), 'k')
  assert.deepEqual([first.status, first.text, first.headers['content-length']], [200, '', '0'])
  assert.deepEqual(forBrowser(first), { 'allow-origin': PAGE, 'allow-methods': 'PUT' })
  const headers = 'Content-Type, x-oss-date,x-oss-user-agent'
  assert.deepEqual(forBrowser(await preflight(started, asks('PUT', PAGE, headers), 'k')), {
    'allow-origin': PAGE,
    'allow-methods': 'PUT, POST',
    'allow-headers': headers,
    'expose-headers': 'ETag',
    'max-age': '0',
  })
  assert.deepEqual(forBrowser(await preflight(started, asks('GET', 'null', 'anything'))), {
    'allow-origin': '*',
    'allow-methods': 'GET',
    'allow-headers': 'anything',
  })
})

test('a preflight carries the query of the coming request, and a signature in it has no effect', async () => {
  const started = await withRules(rule(origins('*') + methods('PUT', 'POST')))
  for (const query of [{ partNumber: '1', uploadId: 'A' }, { uploads: undefined }, { Signature: 'x', Expires: '1' }]) {
    const { status } = await call(started, {
      method: 'OPTIONS',
      bucket: BUCKET,
      key: 'k',
      query,
      headers: asks('PUT'),
      as: 'anonymous',
    })
    assert.equal(status, 200)
  }
})

test('a preflight that no rule allows is refused, and so is an incomplete one', async () => {
  const started = await startWithBucket()
  const refusal = async (headers: Headers) => {
    const response = await preflight(started, headers, 'k')
    assert.deepEqual(forBrowser(response), {})
    return [response.status, element(response.text, 'Code'), element(response.text, 'Message')]
  }
  const off = [403, 'AccessForbidden', 'CORSResponse: CORS is not enabled for this bucket.']
  assert.deepEqual(await refusal(asks('GET')), off)
  await put(started, rule(`${origins('https://*.example')}${methods('PUT')}<AllowedHeader>x-oss-*</AllowedHeader>`))
  const refused: readonly Headers[] = [
    asks('GET'),
    asks('put'),
    asks('PUT', 'http://app.example'),
    asks('PUT', 'https://.example.org'),
    asks('PUT', 'https://example'),
    asks('PUT', PAGE, 'x-oss-date, authorization'),
  ]
  for (const headers of refused) {
    const [status, code, message] = await refusal(headers)
    assert.deepEqual([status, code], [403, 'AccessForbidden'], JSON.stringify(headers))
    assert.match(
      String(message),
      /^CORSResponse: This CORS request is not allowed\. This is usually because the evalution/,
    )
  }
  const { origin: _, ...nowhere } = asks('PUT')
  assert.deepEqual(await refusal(nowhere), [
    400,
    'BadRequest',
    'Insufficient information. Origin request header needed.',
  ])
  assert.deepEqual(await refusal({ origin: PAGE }), [
    400,
    'BadRequest',
    'Insufficient information. Request Access-Control-Request-Method header needed.',
  ])
  const missing = await call(started, { method: 'OPTIONS', bucket: 'missing', headers: asks('PUT'), as: 'anonymous' })
  assert.deepEqual([missing.status, element(missing.text, 'Code')], [404, 'NoSuchBucket'])
})

test('an answer carries the headers of the first rule that allows its origin and method, even if it is an error', async () => {
  const started = await withRules(
    rule(`${origins(PAGE)}${methods('PUT', 'GET', 'HEAD')}<ExposeHeader>x-oss-request-id</ExposeHeader>`),
  )
  const headers = { origin: PAGE }
  const expected = {
    'allow-origin': PAGE,
    'allow-methods': 'PUT, GET, HEAD',
    'expose-headers': 'x-oss-request-id',
  }
  const object = { bucket: BUCKET, key: 'k', headers }
  const forger = { accessKeyId: 'root', accessKeySecret: 'wrong', account: OTHER.account }
  const answers: readonly (readonly [TestResponse, number])[] = [
    [await call(started, { method: 'PUT', body: 'x', ...object }), 200],
    [await call(started, { method: 'GET', ...object }), 200],
    [await call(started, { method: 'GET', ...object, style: 'path' }), 200],
    [await call(started, { method: 'GET', ...object, key: 'missing' }), 404],
    [await call(started, { method: 'HEAD', ...object, key: 'missing' }), 404],
    [await call(started, { method: 'GET', ...object, as: 'anonymous' }), 403],
    [await call(started, { method: 'GET', ...object, as: forger }), 403],
  ]
  for (const [answer, status] of answers) {
    assert.equal(answer.status, status, answer.text)
    assert.deepEqual(forBrowser(answer), expected)
  }
  const silent: readonly TestResponse[] = [
    await call(started, { method: 'GET', bucket: BUCKET, key: 'k' }),
    await call(started, { method: 'GET', ...object, headers: { origin: 'https://evil.example' } }),
    await call(started, { method: 'DELETE', ...object }),
    await call(started, { method: 'GET', headers }),
  ]
  for (const answer of silent) {
    assert.ok(answer.status < 300, 'the request itself proceeds')
    assert.deepEqual(forBrowser(answer), {})
  }
})

test('the origin of a request does not change how an invalid name is refused', async () => {
  const started = await startWithBucket()
  for (const bucket of ['No', 'a'.repeat(3_000)]) {
    const answer = await call(started, { method: 'GET', bucket, style: 'path', headers: { origin: PAGE } })
    assert.deepEqual([answer.status, element(answer.text, 'Code')], [400, 'InvalidBucketName'])
  }
})

test('with ResponseVary answers to other origins have Vary, whether a rule allows them or not', async () => {
  const started = await withRules(`${rule(origins(PAGE) + methods('GET'))}<ResponseVary>true</ResponseVary>`)
  for (const origin of [PAGE, 'https://evil.example']) {
    const answer = await call(started, { method: 'GET', bucket: BUCKET, headers: { origin } })
    assert.equal(answer.headers.vary, 'Origin')
    assert.equal(answer.headers['access-control-allow-origin'], origin === PAGE ? PAGE : undefined)
  }
  assert.equal((await preflight(started, asks('GET'))).headers.vary, 'Origin')
})

test('a page that deletes its bucket gets the CORS headers', async () => {
  const started = await withRules(rule(origins('*') + methods('DELETE')))
  const deleted = await call(started, { method: 'DELETE', bucket: BUCKET, headers: { origin: PAGE } })
  assert.deepEqual([deleted.status, deleted.headers['access-control-allow-origin']], [204, '*'])
})
