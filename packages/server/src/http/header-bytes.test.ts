import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textOfByteString } from '@bindery/bytes'
import { listen, rawConnection } from '../testing/http.js'
import { openWire, type Wire, type WireRequest, type WireResponse } from '../testing/wire.js'

const BUCKET = 'bkt'

/** Every byte that a header may hold. Letters surround the spaces, which are kept only inside a value. */
const ALL_BYTES = `a${Array.from({ length: 256 }, (_, byte) => byte)
  .filter((byte) => byte === 0x09 || (byte >= 0x20 && byte !== 0x7f))
  .map((byte) => String.fromCharCode(byte))
  .join('')}z`
/** `attachment; filename="中文.txt"` in UTF-8. */
const CHINESE = 'attachment; filename="\xe4\xb8\xad\xe6\x96\x87.txt"'
/** In GB 18030, which is not valid UTF-8. */
const GBK = 'attachment; filename="\xd6\xd0\xce\xc4.txt"'

const STORED = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
  'x-oss-meta-a',
]
const KEPT_BY_304 = ['cache-control', 'expires', 'x-oss-meta-a']

async function requireOk(answer: Promise<WireResponse>, status = 200): Promise<WireResponse> {
  const response = await answer
  assert.equal(response.status, status, response.body)
  return response
}

type Ask = (request: Omit<WireRequest, 'bucket'>) => Promise<WireResponse>

/** The ways in which headers are stored with an object. */
const WAYS: Readonly<Record<string, (ask: Ask, key: string, headers: Record<string, string>) => Promise<unknown>>> = {
  put: (ask, key, headers) => requireOk(ask({ method: 'PUT', key, headers, body: 'content' })),
  'multipart upload': async (ask, key, headers) => {
    const begun = await requireOk(ask({ method: 'POST', key, headers, query: { uploads: undefined } }))
    const uploadId = /<UploadId>(\w+)</.exec(begun.body)?.[1]
    await requireOk(ask({ method: 'PUT', key, query: { partNumber: '1', uploadId }, body: 'content' }))
    await requireOk(ask({ method: 'POST', key, query: { uploadId }, headers: { 'x-oss-complete-all': 'yes' } }))
  },
  'first append': async (ask, key, headers) => {
    await requireOk(ask({ method: 'DELETE', key }), 204)
    const query = { append: undefined, position: '0' }
    await requireOk(ask({ method: 'POST', key, headers, query, body: 'content' }))
  },
  'copy with other headers': async (ask, key, headers) => {
    await requireOk(ask({ method: 'PUT', key: 'plain', body: 'content' }))
    const copy = { 'x-oss-copy-source': `/${BUCKET}/plain`, 'x-oss-metadata-directive': 'REPLACE' }
    await requireOk(ask({ method: 'PUT', key, headers: { ...headers, ...copy } }))
  },
  'copy of the same headers': async (ask, key, headers) => {
    await requireOk(ask({ method: 'PUT', key: 'source', headers, body: 'content' }))
    await requireOk(ask({ method: 'PUT', key, headers: { 'x-oss-copy-source': `/${BUCKET}/source` } }))
  },
}

async function openBucket(wire: Wire): Promise<Ask> {
  await requireOk(wire.ask({ method: 'PUT', bucket: BUCKET }))
  return (request) => wire.ask({ bucket: BUCKET, ...request })
}

for (const [way, store] of Object.entries(WAYS)) {
  test(`what a ${way} stores in headers is returned byte for byte with 200, 206, 304 and HEAD`, async (t) => {
    const ask = await openBucket(await openWire(t))
    for (const value of [ALL_BYTES, CHINESE, GBK]) {
      await store(ask, 'k', Object.fromEntries(STORED.map((name) => [name, value])))
      const whole = await requireOk(ask({ method: 'GET', key: 'k' }))
      const etag = whole.headers.get('etag') ?? ''
      const answers = [
        [whole, STORED],
        [await requireOk(ask({ method: 'HEAD', key: 'k' })), STORED],
        [await requireOk(ask({ method: 'GET', key: 'k', headers: { range: 'bytes=0-2' } }), 206), STORED],
        [await requireOk(ask({ method: 'GET', key: 'k', headers: { 'if-none-match': etag } }), 304), KEPT_BY_304],
        [await requireOk(ask({ method: 'HEAD', key: 'k', headers: { 'if-none-match': etag } }), 304), KEPT_BY_304],
      ] as const
      for (const [{ status, headers }, names] of answers) {
        for (const name of names) assert.equal(headers.get(name), value, `${name} with ${status}`)
      }
      assert.equal(whole.body, 'content')
    }
  })
}

test('response headers from a signed query are returned byte for byte, and a line break in them is refused', async (t) => {
  const ask = await openBucket(await openWire(t))
  await requireOk(ask({ method: 'PUT', key: 'k', body: 'content' }))
  const names = STORED.filter((name) => name !== 'x-oss-meta-a')
  const queryOf = (value: string) => Object.fromEntries(names.map((name) => [`response-${name}`, value]))
  for (const signing of ['v1', 'v4', 'v1 URL', 'v4 URL'] as const) {
    const query = queryOf(textOfByteString(CHINESE) ?? '')
    const { headers } = await requireOk(ask({ method: 'GET', key: 'k', query, signing }))
    for (const name of names) assert.equal(headers.get(name), CHINESE, `${name} by ${signing}`)
    const range = { range: 'bytes=0-2' }
    const part = await requireOk(ask({ method: 'GET', key: 'k', query, signing, headers: range }), 206)
    assert.equal(part.headers.get('content-disposition'), CHINESE)
    for (const value of ['a\r\nset-cookie: b', 'a\n', '\u0000', '\u007f']) {
      const refused = await requireOk(ask({ method: 'GET', key: 'k', query: queryOf(value), signing }), 400)
      assert.match(refused.body, /<Code>InvalidArgument<\/Code>/)
    }
  }
})

test('a head that HTTP cannot carry is answered 500 with the id of its request, and its buffers are released', async (t) => {
  for (const value of ['\u4e2d', 'a\r\nb: c', 'a\u0000']) {
    let isClosed = false
    const body = {
      async *[Symbol.asyncIterator]() {},
      close: async () => {
        isClosed = true
      },
    }
    const { port } = await listen(t, async () => ({
      status: 200,
      headers: [
        ['x-oss-request-id', 'THE-ID'],
        ['Content-Length', '7'],
        ['Content-Disposition', value],
      ],
      body,
      log: { requestId: 'THE-ID' },
    }))
    const client = await rawConnection(port)
    await client.send('GET /b/k HTTP/1.1\r\nHost: h\r\n\r\n')
    const received = await client.until('</Error>')
    assert.match(received, /^HTTP\/1\.1 500 .*x-oss-request-id: THE-ID\r\n.*<Code>InternalError<\/Code>/s)
    assert.doesNotMatch(received, /b: c/)
    assert.equal(isClosed, true)
    client.socket.destroy()
  }
})
