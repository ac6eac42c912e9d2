/** Mistakes of a server that only knows S3, part two. The numbers are those of docs/guides/compatibility-notes.md. */
import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import { OssError } from '@bindery/protocol'
import type { CallbackAnswer, Callbacks } from '../options.js'
import {
  BUCKET,
  call,
  complete,
  type Extra,
  element,
  elements,
  initiate,
  type Listed,
  ROOT,
  type StartedService,
  startWithBucket,
  type TestRequest,
  type TestResponse,
  uploadPart,
} from '../testing/index.js'

type Headers = Readonly<Record<string, string>>

const KEY = 'dir/k'
const LAST = 'hello oss'
const LAST_ETAG = '337B33C02F89493026843983FF272A30'
const ONE: readonly Listed[] = [[1, LAST_ETAG]]
const EPOCH = 'Thu, 01 Jan 1970 00:00:00 GMT'

function assertError(response: TestResponse, status: number, code: string): void {
  assert.deepEqual([response.status, element(response.text, 'Code')], [status, code], response.text)
}

type Options = Parameters<typeof startWithBucket>[0]

/** An upload with one part of 9 bytes. */
async function startUpload(extra: Extra = {}, options: Options = {}) {
  const started = await startWithBucket(options)
  const uploadId = await initiate(started, KEY, extra)
  await uploadPart(started, KEY, uploadId, 1, LAST)
  const end = (headers: Headers = {}, parts: readonly Listed[] | string = ONE) =>
    complete(started, KEY, uploadId, parts, { headers })
  return { started, uploadId, end }
}

function request(started: StartedService, method: string, more: Partial<TestRequest> = {}): Promise<TestResponse> {
  return call(started, { method, bucket: BUCKET, key: KEY, ...more })
}

const put = (started: StartedService, key: string, body: string) => request(started, 'PUT', { key, body })
const head = (started: StartedService) => request(started, 'HEAD')

function copyPart(started: StartedService, uploadId: string, source: string, headers: Headers = {}) {
  return uploadPart(started, KEY, uploadId, 1, '', { headers: { 'x-oss-copy-source': source, ...headers } })
}

/** Callbacks that all get this answer and connect to nothing. */
function answering(answer: CallbackAnswer): { readonly callbacks: Callbacks; readonly made: string[] } {
  const made: string[] = []
  const callbacks: Callbacks = {
    find: async ({ host }) => {
      if (host.startsWith('192.168.')) throw new OssError('callbackAddressForbidden')
      return {
        post: async () => {
          made.push(host)
          return answer
        },
      }
    },
    signer: async () => () => '',
    publicKeyUrl: () => 'http://key.example/',
  }
  return { callbacks, made }
}

function answered(status: number, text: string): CallbackAnswer {
  const body = Buffer.from(text)
  return { kind: 'answered', status, contentType: 'application/json; charset=utf-8', contentLength: body.length, body }
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64')
const asking = (callbackUrl: string, callbackBody = 'a=1') => ({
  'x-oss-callback': encode({ callbackUrl, callbackBody }),
})

test('trap 17: ETags match with any quotes and letter case; metadata come from Initiate, the ACL from Complete', async () => {
  for (const etag of [
    `"${LAST_ETAG}"`,
    LAST_ETAG,
    `&quot;${LAST_ETAG}&quot;`,
    `&#34;${LAST_ETAG.toLowerCase()}&#34;`,
  ]) {
    const initial = { 'content-type': 'text/x', 'x-oss-meta-a': '1', 'x-oss-object-acl': 'public-read-write' }
    const { started, end } = await startUpload({ headers: initial })
    const list = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`
    const atEnd = { 'content-type': 'xml', 'x-oss-meta-a': '2', 'x-oss-object-acl': 'public-read' }
    assert.equal((await end(atEnd, list)).status, 200, etag)
    const { headers } = await head(started)
    assert.deepEqual([headers['content-type'], headers['x-oss-meta-a']], ['text/x', '1'])
    const acl = await request(started, 'GET', { query: { acl: undefined } })
    assert.equal(element(acl.text, 'Grant'), 'public-read')
  }
})

test('trap 18: the answer of a callback replaces the document; a failed callback is 203, and the object stays', async () => {
  const good = await startUpload({}, { callbacks: answering(answered(200, '{"Status":"OK"}\n')).callbacks })
  const done = await good.end(asking('app.example'))
  assert.deepEqual([done.status, done.text], [200, '{"Status":"OK"}\n'])
  assert.equal(done.headers['content-type'], 'application/json')
  assert.deepEqual([done.headers.etag !== undefined, done.headers['content-md5']], [true, undefined])
  const { callbacks, made } = answering(answered(301, ''))
  const bad = await startUpload({}, { callbacks })
  const failed = await bad.end(asking('app.example'))
  assertError(failed, 203, 'CallbackFailed')
  assert.equal(failed.headers['content-type'], 'application/xml')
  assert.deepEqual(
    [element(failed.text, 'Message'), failed.headers['x-oss-ec']],
    ['Error status : 301.', '0007-00000203'],
  )
  assert.equal((await request(bad.started, 'GET')).text, LAST)
  assert.equal(made.length, 1, 'a redirect is not followed')
})

test('trap 19: an invalid callback is refused before anything happens, with the official text', async () => {
  const { callbacks, made } = answering(answered(200, '{}'))
  const { started, end } = await startUpload({}, { callbacks })
  const six = Array.from({ length: 6 }, () => 'app.example').join(';')
  const rows: readonly (readonly [Headers, string | undefined, string | undefined])[] = [
    [{ 'x-oss-callback': '{"a":1}' }, 'The callback configuration is not base64 encoded.', undefined],
    [{ 'x-oss-callback': 'YWJj' }, 'The callback configuration is not json format.', '0007-00000003'],
    [{ 'x-oss-callback': 'A'.repeat(5124) }, undefined, '0007-00000001'],
    [asking('my'), undefined, '0007-00000004'],
    [asking('my.com:test'), undefined, '0007-00000004'],
    [asking(six), undefined, '0007-00000004'],
    [asking('192.168.1.1'), 'Private address is forbidden to callback.', '0007-00000008'],
    [asking('app.example', '{"a":$(object)}'), 'Left brace must be adjacent to dollar sign.', '0007-00000105'],
    [{ ...asking('app.example'), 'x-oss-callback-var': encode('text') }, undefined, '0007-00000103'],
  ]
  for (const [headers, message, ec] of rows) {
    const refused = await end(headers)
    assertError(refused, 400, 'InvalidArgument')
    if (message !== undefined) assert.equal(element(refused.text, 'Message'), message)
    assert.equal(refused.headers['x-oss-ec'], ec, refused.text)
  }
  const query = { callback: encode({}) }
  const both = await request(started, 'PUT', { query, headers: asking('app.example') })
  assert.equal(both.headers['x-oss-ec'], '0007-00000027')
  assert.equal((await head(started)).status, 404)
  assert.deepEqual(made, [])
  assert.equal((await end()).status, 200)
})

test('trap 20: forbid-overwrite is checked at Initiate and at Complete, each by its own header', async () => {
  const forbid = { 'x-oss-forbid-overwrite': 'true' }
  const { started, end } = await startUpload({ headers: forbid })
  await put(started, KEY, 'there')
  const again = await request(started, 'POST', { query: { uploads: '' }, headers: forbid })
  assertError(again, 409, 'FileAlreadyExists')
  assertError(await end(forbid), 409, 'FileAlreadyExists')
  assert.equal((await end()).status, 200, 'the header of Initiate no longer applies, and the upload stays open')
})

test('trap 21: a sequential upload accepts each part once and in order; only its object has a Content-MD5', async () => {
  const { started, uploadId } = await startUpload({ query: { sequential: undefined } })
  const again = await uploadPart(started, KEY, uploadId, 1, 'other')
  assertError(again, 409, 'PartAlreadyExist')
  assert.deepEqual([element(again.text, 'PartNumber'), element(again.text, 'PartEtag')], ['1', LAST_ETAG])
  const gap = await uploadPart(started, KEY, uploadId, 3, LAST)
  assertError(gap, 400, 'PartNotSequential')
  assert.equal(element(gap.text, 'PartNumber'), '3')
  const query = { uploadId, sequential: '' }
  const done = await complete(started, KEY, uploadId, ONE, { query })
  assert.equal(done.status, 200, 'the flag is tolerated here')
  const digest = createHash('md5').update(LAST).digest('base64')
  for (const method of ['GET', 'HEAD']) {
    assert.equal((await request(started, method)).headers['content-md5'], digest)
  }
  assertError(await request(started, 'DELETE', { query }), 404, 'NoSuchUpload')
  const plain = await startUpload()
  await plain.end()
  assert.equal((await head(plain.started)).headers['content-md5'], undefined)
})

test('trap 21: `sequential` comes before `uploads` in the resource that V1 signs', async () => {
  const started = await startWithBucket()
  const date = new Date(started.now()).toUTCString()
  for (const [resource, status] of [
    [`/${BUCKET}/k?sequential&uploads`, 200],
    [`/${BUCKET}/k?uploads&sequential`, 403],
    [`/${BUCKET}/k?uploads`, 403],
  ] as const) {
    const signature = createHmac('sha1', ROOT.accessKeySecret).update(`POST\n\n\n${date}\n${resource}`).digest('base64')
    const headers = { date, authorization: `OSS ${ROOT.accessKeyId}:${signature}` }
    const query = { uploads: undefined, sequential: undefined }
    const response = await call(started, { method: 'POST', bucket: BUCKET, key: 'k', query, headers, as: 'anonymous' })
    assert.equal(response.status, status, resource)
  }
})

test('trap 22: encryption headers are refused on parts and echoed by Initiate', async () => {
  const { started, uploadId } = await startUpload()
  const headers = { 'x-oss-server-side-encryption': 'AES256' }
  const part = await uploadPart(started, KEY, uploadId, 1, LAST, { headers })
  assert.deepEqual([part.status, part.headers['x-oss-ec']], [400, '0005-00000002'])
  const begun = await request(started, 'POST', { query: { uploads: '' }, headers })
  assert.equal(begun.headers['x-oss-server-side-encryption'], 'AES256')
})

test('trap 23: the object is of type Multipart, and request ids have 24 digits', async () => {
  const { started, end } = await startUpload()
  for (const { headers } of [await end(), await head(started), await request(started, 'GET', { key: 'absent' })]) {
    assert.match(headers['x-oss-request-id'] ?? '', /^[0-9A-F]{24}$/)
  }
  assert.equal((await head(started)).headers['x-oss-object-type'], 'Multipart')
})

test('trap 24: an error without a body is reported in headers; with a body, Code and Message are never empty', async () => {
  const started = await startWithBucket()
  const missing = await head(started)
  const document = Buffer.from(missing.headers['x-oss-err'] ?? '', 'base64').toString()
  assert.deepEqual([missing.status, missing.text, element(document, 'Code')], [404, '', 'NoSuchKey'])
  assert.equal(missing.headers['x-oss-ec'], element(document, 'EC'))
  const { headers } = await put(started, KEY, LAST)
  const unchanged = await request(started, 'GET', { headers: { 'if-none-match': headers.etag ?? '' } })
  assert.deepEqual([unchanged.status, unchanged.text], [304, ''])
  for (const { text } of [
    await request(started, 'GET', { key: 'absent' }),
    await request(started, 'GET', { as: 'anonymous' }),
    await request(started, 'POST'),
  ]) {
    for (const name of ['Code', 'Message']) assert.match(element(text, name) ?? '', /\S/, text)
  }
})

test('trap 25: a part may be chunked without a length, and 100-continue is sent only if the body is wanted', async () => {
  const { started, uploadId } = await startUpload()
  const query = { uploadId, partNumber: '1' }
  const chunked = await request(started, 'PUT', { query, body: LAST, chunked: true })
  assert.deepEqual([chunked.status, chunked.headers.etag], [200, `"${LAST_ETAG}"`])
  for (const [id, calls] of [
    [uploadId, ['ready', 'read']],
    ['0'.repeat(32), []],
  ] as const) {
    const seen: string[] = []
    const body = {
      size: 0,
      ready: async () => void seen.push('ready'),
      read: async () => {
        seen.push('read')
        return 0
      },
    }
    const headers = { expect: '100-continue' }
    await request(started, 'PUT', { query: { ...query, uploadId: id }, body, headers })
    assert.deepEqual(seen, calls)
  }
})

test('trap 26: the query selects the operation: Abort deletes no object, a part creates none', async () => {
  const { started, uploadId } = await startUpload()
  const rows: readonly (readonly [string, Record<string, string>, number])[] = [
    ['PUT', { partNumber: '1', uploadId: '0'.repeat(32) }, 404],
    ['PUT', { partNumber: '1' }, 404],
    ['PUT', { uploadId }, 400],
    ['PUT', { partNumber: '1', uploadId }, 200],
    ['PUT', { live: '' }, 501],
    ['POST', { delete: '' }, 405],
  ]
  for (const [method, query, status] of rows) {
    const response = await request(started, method, { query, body: LAST })
    assert.equal(response.status, status, `${method} ${JSON.stringify(query)} ${response.text}`)
    assert.equal((await head(started)).status, 404)
  }
  await put(started, KEY, 'there')
  for (const status of [204, 404]) {
    const aborted = await request(started, 'DELETE', { query: { uploadId, 'encoding-type': 'url' } })
    assert.equal(aborted.status, status)
  }
  assert.equal((await request(started, 'GET')).text, 'there')
})

test('trap 27: unusual values and unknown headers are accepted', async () => {
  const odd = {
    expires: '150',
    'content-encoding': 'utf-8',
    'x-oss-metadata-directive': 'REPLACE',
    'x-oss-traffic-limit': '819200',
    'if-modified-since': 'Fri, 01 Jan 2049 00:00:00 GMT',
    'x-oss-object-acl': 'private',
  }
  const { started, uploadId, end } = await startUpload({ headers: odd })
  const extra = { 'x-oss-storage-class': 'IA', 'x-oss-meta-a': '1', 'x-oss-tagging': 'a=1', 'x-oss-traffic-limit': '1' }
  assert.equal((await request(started, 'GET', { query: { uploadId }, headers: extra })).status, 200)
  assert.equal((await end({ 'x-oss-traffic-limit': '819200' })).status, 200)
  const { headers } = await head(started)
  assert.deepEqual([headers.expires, headers['content-encoding']], ['150', 'utf-8'])
})

test('trap 28: a bucket with open uploads is not empty, and the error names the reason', async () => {
  const { started, uploadId } = await startUpload()
  const refused = await call(started, { method: 'DELETE', bucket: BUCKET })
  assertError(refused, 409, 'BucketNotEmpty')
  assert.match(element(refused.text, 'Message') ?? '', /^The bucket has Multipart Uploads\./)
  await request(started, 'DELETE', { query: { uploadId } })
  assert.equal((await call(started, { method: 'DELETE', bucket: BUCKET })).status, 204)
})

test('trap 29: a copy source is decoded once, with a leading slash and an optional version', async () => {
  const { started, uploadId } = await startUpload()
  const contents = { 'a/b c': 'plain', 'a?versionId=x': 'question', '%41': 'percent', 'a+b': 'plus' }
  for (const [key, body] of Object.entries(contents)) await put(started, key, body)
  const rows: readonly (readonly [string, string])[] = [
    ['a/b%20c', 'plain'],
    ['a%2Fb%20c', 'plain'],
    ['a%2Fb%20c?versionId=null', 'plain'],
    ['a%3FversionId%3Dx', 'question'],
    ['%2541', 'percent'],
    ['a%2Bb', 'plus'],
    ['a/b+c', 'plain'],
  ]
  for (const [source, body] of rows) {
    const { headers } = await copyPart(started, uploadId, `/${BUCKET}/${source}`)
    assert.equal(headers.etag, `"${createHash('md5').update(body).digest('hex').toUpperCase()}"`, source)
  }
  const bare = await copyPart(started, uploadId, `${BUCKET}/a/b%20c`)
  assert.deepEqual([bare.status, bare.headers['x-oss-ec']], [400, '0042-00000301'])
  const version = await copyPart(started, uploadId, `/${BUCKET}/a/b%20c?versionId=CAEQ${'a'.repeat(60)}`)
  assert.equal(version.status, 404)
})

test('trap 30: a browser may read the ETag and the request id of a part, and why one was refused', async () => {
  const { started, uploadId } = await startUpload()
  const rules =
    '<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>PUT</AllowedMethod><AllowedMethod>POST</AllowedMethod>' +
    '<AllowedHeader>*</AllowedHeader><ExposeHeader>ETag</ExposeHeader><ExposeHeader>x-oss-request-id</ExposeHeader></CORSRule>'
  const body = `<CORSConfiguration>${rules}</CORSConfiguration>`
  await call(started, { method: 'PUT', bucket: BUCKET, query: { cors: '' }, body })
  const origin = 'https://app.example'
  const asked = 'authorization,content-type,x-oss-date,x-oss-user-agent'
  const preflight = await request(started, 'OPTIONS', {
    as: 'anonymous',
    query: { partNumber: '1', uploadId },
    headers: { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': asked },
  })
  assert.equal(preflight.status, 200, preflight.text)
  assert.equal(preflight.headers['access-control-allow-headers'], asked)
  const uploaded = await uploadPart(started, KEY, uploadId, 1, LAST, { headers: { origin } })
  assert.equal(uploaded.headers.etag, `"${LAST_ETAG}"`)
  const refused = await complete(started, KEY, uploadId, [[1, 'undefined']], { headers: { origin } })
  assertError(refused, 400, 'InvalidPart')
  const completed = await complete(started, KEY, uploadId, ONE, { headers: { origin } })
  assert.equal(completed.status, 200, completed.text)
  for (const { headers } of [uploaded, refused, completed]) {
    assert.equal(headers['access-control-allow-origin'], '*')
    assert.equal(headers['access-control-expose-headers'], 'ETag, x-oss-request-id')
  }
})

test('trap 31: in URL encoding a space is never a plus, and the control characters 0x01 to 0x1F survive', async () => {
  const started = await startWithBucket()
  const control = String.fromCharCode(...Array.from({ length: 31 }, (_, index) => index + 1))
  const keys = [`a b+${control}`, `p ${control}/x`]
  for (const key of keys) {
    await put(started, key, LAST)
    await initiate(started, key)
  }
  for (const query of [{ uploads: '' }, {}, { 'list-type': '2' }]) {
    const list = async (more: Record<string, string>) =>
      (await call(started, { method: 'GET', bucket: BUCKET, query: { ...query, ...more } })).text
    const encoded = await list({ 'encoding-type': 'url', delimiter: '/' })
    const names = [...elements(encoded, 'Key'), ...elements(encoded, 'Prefix').slice(1)]
    assert.deepEqual(names.map(decodeURIComponent), [keys[0], `p ${control}/`])
    assert.ok(names.every((name) => !name.includes('+')))
    assert.deepEqual(elements(await list({}), 'Key'), keys, 'raw ones survive a tolerant parser, too')
  }
})

test('trap 32: if-none-match and if-modified-since on a copy are 304; an equal time is not modified', async () => {
  const { started, uploadId } = await startUpload()
  const { headers } = await put(started, 'source', LAST)
  const modified = (await request(started, 'HEAD', { key: 'source' })).headers['last-modified'] ?? ''
  const rows: readonly (readonly [string, string, number])[] = [
    ['if-none-match', headers.etag ?? '', 304],
    ['if-none-match', LAST_ETAG, 304],
    ['if-none-match', 'other', 200],
    ['if-modified-since', modified, 304],
    ['if-modified-since', EPOCH, 200],
    ['if-unmodified-since', modified, 200],
    ['if-unmodified-since', EPOCH, 412],
    ['if-match', `"other","${LAST_ETAG}"`, 200],
    ['if-match', 'other', 412],
  ]
  for (const [name, value, status] of rows) {
    const answer = await copyPart(started, uploadId, `/${BUCKET}/source`, { [`x-oss-copy-source-${name}`]: value })
    assert.equal(answer.status, status, `${name}: ${value}`)
    if (status === 304) assert.equal(answer.text, '')
  }
})
