// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is how OSS writes variables
import assert from 'node:assert/strict'
import { constants, createHash, generateKeyPairSync, sign, verify } from 'node:crypto'
import { test } from 'node:test'
import { type Callback, type CallbackUrl, callbackBody, callbackRequest, readCallback } from './callback.js'
import { OssError } from './errors/oss-error.js'
import { failureOf } from './testing/exchange.js'

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64')
const BASIC = { callbackUrl: 'http://cb.example.com:23450/done', callbackBody: 'test' }

function read(fields: object, variables?: object): Callback {
  const callbackVarHeader = variables === undefined ? undefined : encode(variables)
  const callback = readCallback({ callbackHeader: encode({ ...BASIC, ...fields }), callbackVarHeader })
  assert.ok(callback)
  return callback
}

const refusal = (fields: object, variables?: object) => failureOf(() => read(fields, variables))

function bodyOf(fields: object, values: Record<string, string | number>, variables?: object): string {
  return Buffer.from(callbackBody(read(fields, variables), values)).toString()
}

test('the configuration of the official reference is parsed', () => {
  const callback = readCallback({
    callbackHeader:
      'eyJjYWxsYmFja1VybCI6Imh0dHA6Ly9jYi5leGFtcGxlLmNvbToyMzQ1MC9kb25lIiwiY2FsbGJhY2tIb3N0IjoiY2IuZXhhbXBsZS5jb20iLCJjYWxsYmFja0JvZHkiOiJiPSR7YnVja2V0fSZvPSR7b2JqZWN0fSZlPSR7ZXRhZ30mcz0ke3NpemV9JnU9JHt4OnVzZXJ9IiwiY2FsbGJhY2tCb2R5VHlwZSI6ImFwcGxpY2F0aW9uL3gtd3d3LWZvcm0tdXJsZW5jb2RlZCJ9',
    callbackVarHeader: 'eyJ4OnVzZXIiOiI0MiJ9',
  })
  assert.ok(callback)
  assert.deepEqual(callback.urls, [{ scheme: 'http', host: 'cb.example.com', port: 23450, target: '/done' }])
  assert.equal(callback.host, 'cb.example.com')
  assert.equal(callback.sni, false)
  assert.equal(callback.bodyType, 'application/x-www-form-urlencoded')
  const values = { bucket: 'bkt', object: 'dir/a b.bin', etag: 'CDE8-2', size: 102409 }
  assert.equal(Buffer.from(callbackBody(callback, values)).toString(), 'b=bkt&o=dir%2Fa%20b.bin&e=CDE8-2&s=102409&u=42')
})

test('a callback is in the headers or in the query, and not in both', () => {
  const value = encode(BASIC)
  assert.equal(readCallback({}), undefined)
  assert.ok(readCallback({ callbackQuery: value, callbackVarQuery: encode({ 'x:a': '1' }) })?.variables.has('x:a'))
  for (const input of [
    { callbackHeader: value, callbackQuery: value },
    { callbackHeader: value, callbackVarQuery: encode({}) },
    { callbackVarHeader: encode({}), callbackQuery: value },
  ]) {
    assert.equal(failureOf(() => readCallback(input))[0], 'callbackTwice')
  }
})

test('variables without a callback request nothing', () => {
  assert.equal(readCallback({ callbackVarHeader: encode({ 'x:a': '1' }) }), undefined)
})

test('one to five URLs are parsed, with or without scheme, port, path and query', () => {
  const url = (callbackUrl: string): CallbackUrl | undefined => read({ callbackUrl }).urls[0]
  assert.deepEqual(url('a.b'), { scheme: 'http', host: 'a.b', port: 80, target: '/' })
  assert.deepEqual(url('HTTPS://A.b/X'), { scheme: 'https', host: 'a.b', port: 443, target: '/X' })
  assert.deepEqual(url('127.0.0.1:8080?a=b/c'), { scheme: 'http', host: '127.0.0.1', port: 8080, target: '/?a=b/c' })
  assert.equal(url('localhost:1/%E4%B8%AD?q=%20')?.target, '/%E4%B8%AD?q=%20')
  assert.equal(url('http://app/done')?.host, 'app')
  const { urls } = read({ callbackUrl: 'a.b; c.d;e.f;g.h;i.j;' })
  assert.deepEqual(
    urls.map(({ host }) => host),
    ['a.b', 'c.d', 'e.f', 'g.h', 'i.j'],
  )
})

test('an invalid URL, or more than five, is refused', () => {
  const bad = ['', ';', 'my', 'my.com:test', 'a.b:0', 'a.b:65536', 'ftp://a.b', 'http://[::1]/', 'http://u@a.b/']
  const odd = ['http://a.b/ x', 'http://a.b/中', 'http://a.b/#f', 'a..b', '.a.b', 'http://a.b\r\nX: y/', 'a;a;a;a;a;a']
  // forms of 127.0.0.1 that resolvers accept
  const addresses = ['http://2130706433/', 'http://127.1/', 'http://0x7f.0.0.1/', 'http://0x7f000001/', '0177.0.0.1']
  for (const callbackUrl of [...bad, ...odd, ...addresses, 7, null]) {
    const [cause, details] = refusal({ callbackUrl })
    assert.equal(cause, 'callbackUrlInvalid', String(callbackUrl))
    assert.equal(details.argumentName, 'callbackUrl')
  }
})

/** Cause, code, EC and message of each refusal. */
const REFUSALS: readonly (readonly [() => unknown, string, string | undefined, string | RegExp])[] = [
  [
    () => readCallback({ callbackHeader: 'no base64!' }),
    'callbackNotBase64',
    undefined,
    'The callback configuration is not base64 encoded.',
  ],
  [
    () => readCallback({ callbackHeader: Buffer.from('{').toString('base64') }),
    'callbackNotJson',
    '0007-00000003',
    'The callback configuration is not json format.',
  ],
  [() => readCallback({ callbackHeader: encode([]) }), 'callbackNotJson', '0007-00000003', /not json/],
  [() => readCallback({ callbackHeader: 'A'.repeat(5124) }), 'callbackTooLong', '0007-00000001', /5 KB/],
  [() => read({ callbackUrl: 'my' }), 'callbackUrlInvalid', '0007-00000004', /URL/],
  [() => read({ callbackBody: '' }), 'callbackFieldInvalid', undefined, /invalid value/],
  [() => read({ callbackBody: undefined }), 'callbackFieldInvalid', undefined, /invalid value/],
  [() => read({ callbackBodyType: 'text/plain' }), 'callbackFieldInvalid', undefined, /invalid value/],
  [() => read({ callbackHost: 'a\r\nX: y' }), 'callbackFieldInvalid', undefined, /invalid value/],
  [() => read({ callbackSNI: 1 }), 'callbackFieldInvalid', undefined, /invalid value/],
  [() => read({ additionalHeaders: { 'X-OSS-a': '1' } }), 'callbackHeadersReserved', '0007-00000026', /x-oss-/],
  [
    () => read({ additionalHeaders: { a: '1' } }),
    'headerNotImplemented',
    undefined,
    /does not implement additionalHeaders/,
  ],
  [
    () => read({ callbackBody: 'o=$(object)' }),
    'callbackTemplateBrace',
    '0007-00000105',
    'Left brace must be adjacent to dollar sign.',
  ],
  [() => read({ callbackBody: '$' }), 'callbackTemplateBrace', '0007-00000105', /Left brace/],
  [() => read({ callbackBody: '{${object' }), 'callbackTemplateOpen', '0007-00000105', /right brace/],
  [
    () => readCallback({ callbackHeader: encode(BASIC), callbackVarHeader: 'A'.repeat(5124) }),
    'callbackVarTooLong',
    '0007-00000101',
    /5 KB/,
  ],
  [
    () => readCallback({ callbackHeader: encode(BASIC), callbackVarHeader: '?' }),
    'callbackVarNotBase64',
    undefined,
    /base64/,
  ],
  [
    () => readCallback({ callbackHeader: encode(BASIC), callbackVarHeader: encode(1) }),
    'callbackVarNotJson',
    '0007-00000103',
    /not json/,
  ],
  [() => read({}, { 'x:a': {} }), 'callbackVarInvalid', undefined, /x:/],
]

test('a custom variable whose name does not begin with x: is passed over', () => {
  const callbackVarHeader = encode({ 'X:a': '1', callbackUrl: 'u', 'x:b': '2' })
  const callback = readCallback({ callbackHeader: encode(BASIC), callbackVarHeader })
  assert.deepEqual([...(callback?.variables ?? [])], [['x:b', '2']])
})

test('each refusal has its code, EC and text', () => {
  for (const [call, cause, ec, message] of REFUSALS) {
    assert.throws(call, (error) => {
      assert.ok(error instanceof OssError)
      assert.deepEqual([error.reason, error.row.ec, error.row.status], [cause, ec, 400])
      if (typeof message === 'string') assert.equal(error.message, message)
      else assert.match(error.message, message)
      return true
    })
  }
})

test("an invalid template is reported in OSS's terms", () => {
  assert.deepEqual(refusal({ callbackBody: 'o=$(object)' })[1], {
    argumentName: 'ReplaceKeyPrefix',
    argumentValue: '$(object)',
  })
})

test('SDKs whose parameters are strings may request SNI with a string', () => {
  assert.equal(read({ callbackSNI: true }).sni, true)
  assert.equal(read({ callbackSNI: 'true' }).sni, true)
  assert.equal(read({ callbackSNI: false }).sni, false)
})

test('in a JSON body each value is a JSON value with its own quotes, and a number is a number', () => {
  const template = '{"o":${object},"s":${size},"v":${x:v},"none":${vpcId},"odd":${constructor}}'
  const values = { object: 'a"\\\n中', size: 5, vpcId: '' }
  const body = bodyOf({ callbackBody: template, callbackBodyType: 'application/json' }, values, { 'x:v': 1 })
  assert.deepEqual(JSON.parse(body), { o: 'a"\\\n中', s: 5, v: '1', none: '', odd: '' })
})

test('in a form each value is percent-encoded, the text between is sent unchanged, and unknown variables are empty', () => {
  const body = bodyOf({ callbackBody: 'a b&o=${object}&x=${x:no}&${object}' }, { object: '&=+ /中' })
  assert.equal(body, 'a b&o=%26%3D%2B%20%2F%E4%B8%AD&x=&%26%3D%2B%20%2F%E4%B8%AD')
})

test('the request identifies its sender, and its signature is verified with the public key', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const callback = read({ callbackUrl: 'https://app.example/a%2Fb%20%E4%B8%AD?q=%20x', callbackBody: 'b=1' })
  const [url] = callback.urls
  assert.ok(url)
  const { target, headers, body } = callbackRequest(callback, url, callbackBody(callback, {}), {
    requestId: '67C6B2A0F1D2E3C4B5A69789',
    bucket: 'bkt',
    requester: '1000000000000001',
    time: Date.UTC(2025, 2, 4, 8, 0, 2),
    publicKeyUrl: 'http://127.0.0.1:9000/-/callback/public-key.pem',
    digests: { md5: (bytes) => createHash('md5').update(bytes).digest() },
    sign: (bytes) => sign('md5', bytes, privateKey).toString('base64'),
  })
  assert.equal(target, '/a%2Fb%20%E4%B8%AD?q=%20x')
  const { Authorization = '', ...others } = Object.fromEntries(headers)
  assert.deepEqual(others, {
    Host: 'app.example',
    Connection: 'close',
    'Content-Length': '3',
    'Content-Type': 'application/x-www-form-urlencoded',
    'Content-MD5': createHash('md5').update('b=1').digest('base64'),
    Date: 'Tue, 04 Mar 2025 08:00:02 GMT',
    'User-Agent': 'aliyun-oss-callback',
    'x-oss-bucket': 'bkt',
    'x-oss-pub-key-url': 'aHR0cDovLzEyNy4wLjAuMTo5MDAwLy0vY2FsbGJhY2svcHVibGljLWtleS5wZW0=',
    'x-oss-request-id': '67C6B2A0F1D2E3C4B5A69789',
    'x-oss-requester': '1000000000000001',
    'x-oss-signature-version': '1.0',
    'x-oss-tag': 'CALLBACK',
  })
  // like the official sample verifiers: the path decoded, the query not
  const signed = Buffer.from(`/a/b 中?q=%20x\n${Buffer.from(body)}`)
  const key = { key: publicKey, padding: constants.RSA_PKCS1_PADDING }
  assert.ok(verify('md5', signed, key, Buffer.from(Authorization, 'base64')))
})

test('the Host is the requested one, otherwise that of the URL, with a port that is not the default', () => {
  const hostOf = (fields: object) => {
    const callback = read(fields)
    const [url] = callback.urls
    assert.ok(url)
    const context = { requestId: '', bucket: '', requester: '', time: 0, publicKeyUrl: '' }
    const md5 = () => new Uint8Array(16)
    const { headers } = callbackRequest(callback, url, new Uint8Array(), {
      ...context,
      digests: { md5 },
      sign: () => '',
    })
    return Object.fromEntries(headers).Host
  }
  assert.equal(hostOf({}), 'cb.example.com:23450')
  assert.equal(hostOf({ callbackUrl: 'http://a.b:80/' }), 'a.b')
  assert.equal(hostOf({ callbackUrl: 'https://a.b:80/' }), 'a.b:80')
  assert.equal(hostOf({ callbackHost: 'other.example:1' }), 'other.example:1')
})
