import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import { presignS3, signS3 } from '@bindery/protocol'
import { nodeDigests, sourceOf } from './domain/testing.js'
import { whole } from './testing/call.js'
import { BUCKET, element, ROOT, type StartedService, s3, startWithBucket } from './testing/index.js'

const HOST = '127.0.0.1:9000'

interface Sent {
  readonly method: string
  readonly target: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/** Passes a request on as it is. */
async function send(started: StartedService, { method, target, headers = {}, body = '' }: Sent) {
  const host = headers.host ?? HOST
  const length = method === 'PUT' ? { 'content-length': String(Buffer.from(body).length) } : {}
  return whole(
    await started.service.handle({
      ...{ method, target, host, scheme: 'http', remoteAddress: '127.0.0.1' },
      headers: { host, ...length, ...headers },
      body: sourceOf(Buffer.from(body)),
    }),
  )
}

const options = (started: StartedService, time = started.now()) => ({
  time,
  region: 'cn-hangzhou',
  digests: nodeDigests,
})

/** The target of a presigned request. */
function presigned(
  started: StartedService,
  { method = 'GET', target = `/${BUCKET}/k`, headers = {}, seconds = 900, time = started.now() },
): string {
  return presignS3({ method, target, headers: { host: HOST, ...headers } }, seconds, ROOT, options(started, time))
}

const codeOf = ({ text }: { readonly text: string }) => element(text, 'Code')
const store = (started: StartedService, key = 'k', body = 'hello s3') =>
  s3(started, { method: 'PUT', bucket: BUCKET, key, body })

/** A body in signed chunks, with the signature of each. */
function signedChunks(
  seed: string,
  signingKey: Buffer,
  date: string,
  scope: string,
  chunks: readonly Buffer[],
): Buffer {
  const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex')
  let previous = seed
  const framed = [...chunks, Buffer.alloc(0)].map((chunk) => {
    const text = ['AWS4-HMAC-SHA256-PAYLOAD', date, scope, previous, sha256(''), sha256(chunk)].join('\n')
    previous = createHmac('sha256', signingKey).update(text).digest('hex')
    return Buffer.concat([Buffer.from(`${chunk.length.toString(16)};chunk-signature=${previous}\r\n`), chunk, CRLF])
  })
  return Buffer.concat(framed)
}
const CRLF = Buffer.from('\r\n')

/** A PUT whose chunks are signed. `change` may falsify what is sent. */
function putChunks(
  started: StartedService,
  chunks: readonly Buffer[],
  change: (body: Buffer) => Buffer = (same) => same,
) {
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  const headers = { host: HOST, 'content-encoding': 'aws-chunked', 'x-amz-decoded-content-length': String(size) }
  const target = `/${BUCKET}/k`
  const payload = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'
  const signed = signS3({ method: 'PUT', target, headers }, payload, ROOT, options(started))
  const seed = /Signature=(\w+)/.exec(signed.authorization ?? '')?.[1] ?? ''
  const date = signed['x-amz-date'] ?? ''
  const scope = `${date.slice(0, 8)}/cn-hangzhou/s3/aws4_request`
  let key = Buffer.from(`AWS4${ROOT.accessKeySecret}`)
  for (const item of scope.split('/')) key = createHmac('sha256', key).update(item).digest()
  const body = change(signedChunks(seed, key, date, scope, chunks))
  return send(started, { method: 'PUT', target, headers: signed, body })
}

test('a body of signed chunks with one changed signature or byte is refused, and nothing is stored', async () => {
  const started = await startWithBucket()
  const chunks = [Buffer.alloc(70_000, 'a'), Buffer.from('hello s3')]
  const flip = (at: (body: Buffer) => number) => (body: Buffer) => {
    const changed = Buffer.from(body)
    const index = at(body)
    changed[index] = changed[index] === 0x30 ? 0x31 : 0x30
    return changed
  }
  const last = (body: Buffer) => body.lastIndexOf('chunk-signature=') + 20
  for (const change of [flip(last), flip((body) => body.indexOf('hello'))]) {
    const refused = await putChunks(started, chunks, change)
    assert.deepEqual([refused.status, codeOf(refused)], [403, 'SignatureDoesNotMatch'])
    assert.equal((await s3(started, { method: 'HEAD', bucket: BUCKET, key: 'k' })).status, 404)
  }
  const put = await putChunks(started, chunks)
  assert.equal(put.status, 200, put.text)
  const { text } = await s3(started, { method: 'GET', bucket: BUCKET, key: 'k' })
  assert.equal(text, `${'a'.repeat(70_000)}hello s3`)
})

test('one chunk of 64 MiB and 10,000 chunks of one byte are stored without their framing', async () => {
  const started = await startWithBucket()
  const large = Buffer.alloc(64 * 1024 * 1024, 'x')
  for (const chunks of [[large], Array.from({ length: 10_000 }, () => Buffer.from('y'))]) {
    const put = await putChunks(started, chunks)
    assert.equal(put.status, 200, put.text)
    const tag = createHash('md5').update(Buffer.concat(chunks)).digest('hex')
    assert.equal(put.headers.etag, `"${tag}"`)
  }
})

test('a key with blanks, signs, percents and dots is the same in a signed request and in a URL', async () => {
  const started = await startWithBucket()
  const key = 'a b+c%25/../d//e'
  await store(started, key, key)
  const target = `/${BUCKET}/a%20b%2Bc%2525/../d//e`
  const got = await send(started, { method: 'GET', target: presigned(started, { target }) })
  assert.deepEqual([got.status, got.text], [200, key])
  const listed = await s3(started, { method: 'GET', bucket: BUCKET, query: 'list-type=2' })
  assert.equal(element(listed.text, 'Key'), key)
})

test('the Host is signed as it is sent, with its port or without', async () => {
  const started = await startWithBucket()
  await store(started)
  for (const host of ['127.0.0.1:9000', 'localhost']) {
    const request = { method: 'GET', target: `/${BUCKET}/k`, headers: { host } }
    const empty = createHash('sha256').digest('hex')
    const headers = signS3(request, empty, ROOT, options(started))
    assert.equal((await send(started, { ...request, headers })).status, 200, host)
    const other = { ...headers, host: host === 'localhost' ? 'localhost:80' : '127.0.0.1' }
    assert.equal(codeOf(await send(started, { ...request, headers: other })), 'SignatureDoesNotMatch', host)
  }
})

test('blanks within a value are folded for the signature, and kept in the value', async () => {
  const started = await startWithBucket()
  const target = `/${BUCKET}/k`
  const folded = { host: HOST, 'x-amz-meta-a': 'x y' }
  const hash = createHash('sha256').update('x').digest('hex')
  const signed = signS3({ method: 'PUT', target, headers: folded }, hash, ROOT, options(started))
  const put = await send(started, { method: 'PUT', target, headers: { ...signed, 'x-amz-meta-a': 'x   y' }, body: 'x' })
  assert.equal(put.status, 200, put.text)
  assert.equal((await s3(started, { method: 'HEAD', bucket: BUCKET, key: 'k' })).headers['x-amz-meta-a'], 'x   y')
})

test('a signer of URLs moves headers into the query, where they count', async () => {
  const started = await startWithBucket()
  const headers = 'x-amz-meta-k=v%20w&x-amz-storage-class=STANDARD_IA&x-amz-sdk-checksum-algorithm=CRC32'
  const target = presigned(started, { method: 'PUT', target: `/${BUCKET}/k?x-id=PutObject&${headers}` })
  assert.equal((await send(started, { method: 'PUT', target, body: 'x' })).status, 200)
  const head = await s3(started, { method: 'HEAD', bucket: BUCKET, key: 'k' })
  assert.deepEqual([head.headers['x-amz-meta-k'], head.headers['x-amz-storage-class']], ['v w', 'STANDARD_IA'])
})

test('a checksum of no bytes in a URL is ignored where there are bytes, and any other is checked', async () => {
  const started = await startWithBucket()
  const put = (crc: string) => {
    const target = `/${BUCKET}/k?x-amz-checksum-crc32=${encodeURIComponent(crc)}`
    return send(started, { method: 'PUT', target: presigned(started, { method: 'PUT', target }), body: 'hello s3' })
  }
  assert.equal((await put('AAAAAA==')).status, 200)
  assert.equal((await put('fJy43g==')).headers['x-amz-checksum-crc32'], 'fJy43g==')
  assert.equal(codeOf(await put('AAAAAQ==')), 'BadDigest')
})

test('a URL is valid for the seconds that it names, a week at most, from 15 minutes before its time', async () => {
  const started = await startWithBucket()
  await store(started)
  const get = async (asked: Parameters<typeof presigned>[1]) => {
    const answer = await send(started, { method: 'GET', target: presigned(started, asked) })
    return [answer.status, codeOf(answer)]
  }
  const now = started.now()
  assert.deepEqual(await get({ seconds: 604_800 }), [200, undefined])
  assert.deepEqual(await get({ seconds: 604_801 }), [400, 'AuthorizationQueryParametersError'])
  assert.deepEqual(await get({ seconds: -1 }), [400, 'AuthorizationQueryParametersError'])
  assert.deepEqual(await get({ seconds: 0 }), [403, 'AccessDenied'])
  assert.deepEqual(await get({ seconds: 60, time: now - 59_000 }), [200, undefined])
  assert.deepEqual(await get({ seconds: 60, time: now - 61_000 }), [403, 'AccessDenied'])
  assert.deepEqual(await get({ time: now + 14 * 60_000 }), [200, undefined])
  assert.deepEqual(await get({ time: now + 16 * 60_000 }), [403, 'AccessDenied'])
})

test('a URL that signs Content-Type is refused without it, and takes any where it does not', async () => {
  const started = await startWithBucket()
  const headers = { 'content-type': 'text/plain' }
  const strict = presigned(started, { method: 'PUT', headers })
  assert.equal(codeOf(await send(started, { method: 'PUT', target: strict, body: 'x' })), 'SignatureDoesNotMatch')
  assert.equal((await send(started, { method: 'PUT', target: strict, headers, body: 'x' })).status, 200)
  const free = presigned(started, { method: 'PUT' })
  assert.equal((await send(started, { method: 'PUT', target: free, headers, body: 'x' })).status, 200)
  const added = { 'x-amz-acl': 'public-read' }
  const refused = await send(started, { method: 'PUT', target: free, headers: added, body: 'x' })
  assert.equal(element(refused.text, 'HeadersNotSigned'), 'x-amz-acl')
})

test('a request that is signed for another region is accepted, as minio-go finds the region with one', async () => {
  const started = await startWithBucket()
  const request = { method: 'GET', target: `/${BUCKET}/?location=`, headers: { host: HOST } }
  const empty = createHash('sha256').digest('hex')
  const headers = signS3(request, empty, ROOT, { ...options(started), region: 'us-east-1' })
  const located = await send(started, { ...request, headers })
  assert.match(located.text, /<LocationConstraint xmlns="[^"]+">cn-hangzhou</)
})

test('an empty token is ignored, and an unknown one is refused', async () => {
  const started = await startWithBucket()
  await store(started)
  const get = (token: string) =>
    s3(started, { method: 'GET', bucket: BUCKET, key: 'k', headers: { 'x-amz-security-token': token } })
  assert.equal((await get('')).status, 200)
  assert.deepEqual([(await get('unknown')).status, codeOf(await get('unknown'))], [400, 'InvalidToken'])
})

/** The Authorization header of version 2. */
function signV2(text: string): string {
  return `AWS ${ROOT.accessKeyId}:${createHmac('sha1', ROOT.accessKeySecret).update(text).digest('base64')}`
}

test('version 2 signs the path as it is on the wire, subresources, and headers of S3', async () => {
  const started = await startWithBucket({ domains: ['s3.example'] })
  await store(started, 'français', 'content')
  const date = new Date(started.now()).toUTCString().replace('GMT', '+0000')
  const path = `/${BUCKET}/fran%c3%a7ais`
  const get = (text: string, sent: Partial<Sent>) =>
    send(started, { method: 'GET', target: path, ...sent, headers: { authorization: signV2(text), ...sent.headers } })
  assert.equal((await get(`GET\n\n\n${date}\n${path}`, { headers: { date } })).text, 'content')
  const tagged = `GET\n\n\n\nx-amz-date:${date}\n${path}?tagging`
  assert.equal((await get(tagged, { target: `${path}?tagging`, headers: { 'x-amz-date': date } })).status, 200)
  const inHost = { target: '/fran%c3%a7ais', headers: { date, host: `${BUCKET}.s3.example` } }
  assert.equal((await get(`GET\n\n\n${date}\n${path}`, inHost)).text, 'content')
  const moved = { target: path, headers: { date, host: 'other.s3.example' } }
  assert.notEqual((await get(`GET\n\n\n${date}\n${path}`, moved)).status, 200)
  for (const resource of [`/${BUCKET}`, `/${BUCKET}/`]) {
    const bucket = await get(`GET\n\n\n${date}\n${resource}`, { target: `/${BUCKET}`, headers: { date } })
    assert.equal(bucket.status, 200, resource)
  }
  const wrong = await get(`GET\n\n\n${date}\n${path}?acl`, { headers: { date } })
  assert.deepEqual([wrong.status, codeOf(wrong)], [403, 'SignatureDoesNotMatch'])
  assert.match(wrong.text, /<StringToSign>GET\n\n\n.*\n\/bkt\/fran%c3%a7ais<\/StringToSign>/)
  assert.equal(codeOf(await get('', { headers: { date: 'yesterday' } })), 'AccessDenied')
})

test('a URL of version 2 has its end, and headers that its signer moved into the query', async () => {
  const started = await startWithBucket()
  await store(started)
  const end = Math.floor(started.now() / 1000) + 60
  const url = (text: string, expires: number, more = '') => {
    const signature = signV2(text).replace(/^.*:/, '')
    const query = `AWSAccessKeyId=${ROOT.accessKeyId}&Expires=${expires}&Signature=${encodeURIComponent(signature)}`
    return `/${BUCKET}/k?${query}${more}`
  }
  const ask = (target: string, method = 'GET') => send(started, { method, target, body: method === 'PUT' ? 'x' : '' })
  assert.equal((await ask(url(`GET\n\n\n${end}\n/${BUCKET}/k`, end))).text, 'hello s3')
  const late = await ask(url(`GET\n\n\n${end - 120}\n/${BUCKET}/k`, end - 120))
  assert.deepEqual([late.status, codeOf(late)], [403, 'AccessDenied'])
  const put = `PUT\n\ntext/plain\n${end}\nx-amz-meta-k:v\n/${BUCKET}/k`
  assert.equal((await ask(url(put, end, '&x-amz-meta-k=v&content-type=text%2Fplain'), 'PUT')).status, 200)
  const head = await s3(started, { method: 'HEAD', bucket: BUCKET, key: 'k' })
  assert.equal(head.headers['x-amz-meta-k'], 'v')
  const incomplete = await ask(`/${BUCKET}/k?AWSAccessKeyId=${ROOT.accessKeyId}&Expires=${end}`)
  assert.deepEqual([incomplete.status, codeOf(incomplete)], [403, 'AccessDenied'])
})

test('what S3 returns is never compressed, whatever its reader accepts', async () => {
  const started = await startWithBucket()
  await s3(started, {
    ...{ method: 'PUT', bucket: BUCKET, key: 'k', body: 'a'.repeat(5_000) },
    headers: { 'content-type': 'text/html' },
  })
  const got = await s3(started, { method: 'GET', bucket: BUCKET, key: 'k', headers: { 'accept-encoding': 'gzip' } })
  assert.deepEqual([got.headers['content-encoding'], got.headers['content-length']], [undefined, '5000'])
})

test('the bearer of a URL of Signature Version 2 makes no other operation of it, and takes no parameter away', async () => {
  const started = await startWithBucket()
  await store(started)
  const end = Math.floor(started.now() / 1000) + 60
  const signed = (method: string, target: string, resource = target) => {
    const signature = createHmac('sha1', ROOT.accessKeySecret)
      .update(`${method}\n\n\n${end}\n${resource}`)
      .digest('base64')
    const claim = new URLSearchParams({ AWSAccessKeyId: ROOT.accessKeyId, Expires: String(end), Signature: signature })
    return `${target}${target.includes('?') ? '&' : '?'}${claim}`
  }
  const deletion = signed('DELETE', `/${BUCKET}/`)
  const other = await send(started, { method: 'DELETE', target: `${deletion}&intelligent-tiering&id=x` })
  assert.deepEqual([other.status, codeOf(other)], [403, 'SignatureDoesNotMatch'])
  const resource = `/${BUCKET}/k?response-content-type=a/b&versionId=null`
  assert.equal((await send(started, { method: 'GET', target: signed('GET', resource) })).status, 200)
  const swallowed = signed('GET', `/${BUCKET}/k?response-content-type=a/b%26versionId%3Dnull`, resource)
  assert.equal((await send(started, { method: 'GET', target: swallowed })).status, 400)
})
