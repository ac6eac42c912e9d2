import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { signS3 } from '@bindery/protocol'
import { BUCKET, ROOT, type StartedService, s3 } from '@bindery/service/testing'
import { createMemoryMetadataStore } from '@bindery/storage'
import { nodeDigests } from '../digests.js'
import { rawConnection } from '../testing/http.js'
import { openWire } from '../testing/wire.js'

interface Sent {
  readonly target?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly payload?: string
  /** Values that are sent in place of those that were signed, as byte strings. */
  readonly instead?: Readonly<Record<string, string>>
}

const sha256 = (text: string) => createHash('sha256').update(text, 'latin1').digest('hex')

/** The head of a PUT, without the empty line at its end. */
function headOf(started: StartedService, port: number, { target = `/${BUCKET}/k`, headers, payload, instead }: Sent) {
  const options = { time: started.now(), region: 'cn-hangzhou', digests: nodeDigests() }
  const request = { method: 'PUT', target, headers: { ...headers, host: `127.0.0.1:${port}` } }
  const signed = { ...signS3(request, payload ?? 'UNSIGNED-PAYLOAD', ROOT, options), ...instead }
  return [`PUT ${target} HTTP/1.1`, ...Object.entries(signed).map(([name, value]) => `${name}: ${value}`)]
}

async function open(t: TestContext) {
  const { port, started } = await openWire(t)
  await s3(started, { method: 'PUT', bucket: BUCKET })
  const send = async (sent: Sent, framing: readonly string[], body: string) => {
    const client = await rawConnection(port)
    const lines = [...headOf(started, port, sent), ...framing, 'Connection: close']
    await client.send(`${lines.join('\r\n')}\r\n\r\n${body}`)
    return client.closed()
  }
  const get = () => s3(started, { method: 'GET', bucket: BUCKET, key: 'k' })
  return { port, started, send, get }
}

test("a stream of JavaScript's SDK has chunks of HTTP around chunks of S3, and no length", async (t) => {
  const { send, get } = await open(t)
  const framed = '5\r\nhello\r\n3\r\n s3\r\n0\r\nx-amz-checksum-crc32:fJy43g==\r\n\r\n'
  const pieces = [framed.slice(0, 7), framed.slice(7, 20), framed.slice(20)]
  const body = `${pieces.map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`).join('')}0\r\n\r\n`
  const headers = {
    'content-encoding': 'aws-chunked',
    'x-amz-decoded-content-length': '8',
    'x-amz-trailer': 'x-amz-checksum-crc32',
  }
  const sent = { headers, payload: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' }
  assert.match(await send(sent, ['Transfer-Encoding: chunked'], body), /^HTTP\/1\.1 200 OK\r\n/)
  const got = await get()
  assert.deepEqual([got.text, got.headers['content-length']], ['hello s3', '8'])
  const short = { ...sent, headers: { ...headers, 'x-amz-decoded-content-length': '9' } }
  assert.match(await send(short, ['Transfer-Encoding: chunked'], body), /<Code>IncompleteBody</)
})

test('content whose length nothing states is refused, as S3 does', async (t) => {
  const { send, get } = await open(t)
  const sent = { headers: {}, payload: 'UNSIGNED-PAYLOAD' }
  const answer = await send(sent, ['Transfer-Encoding: chunked'], '5\r\nhello\r\n0\r\n\r\n')
  assert.match(answer, /^HTTP\/1\.1 411 Length Required\r\n[\s\S]*<Code>MissingContentLength</)
  assert.equal((await get()).status, 404)
})

test('a body that must not come is refused before it is sent, with a reason phrase', async (t) => {
  const { port, started, get } = await open(t)
  const client = await rawConnection(port)
  const sent = { target: '/missing/k', payload: sha256('hello') }
  const framing = ['Content-Length: 5', 'Expect: 100-continue']
  await client.send(`${[...headOf(started, port, sent), ...framing].join('\r\n')}\r\n\r\n`)
  const refused = await client.until('</Error>')
  assert.match(refused, /^HTTP\/1\.1 404 Not Found\r\n/)
  assert.match(refused, /<Code>NoSuchBucket</)
  client.socket.end()
  await client.closed()
  const next = await rawConnection(port)
  const good = { payload: sha256('hello') }
  await next.send(`${[...headOf(started, port, good), ...framing].join('\r\n')}\r\n\r\n`)
  await next.until('HTTP/1.1 100 Continue\r\n\r\n')
  await next.send('hello')
  assert.match(await next.until('ETag'), /HTTP\/1\.1 200 OK\r\n/)
  next.socket.destroy()
  assert.equal((await get()).text, 'hello')
})

test('metadata is returned byte for byte, as UTF-8 and as the Latin-1 that boto3 signs as UTF-8', async (t) => {
  const { port, started, send } = await open(t)
  const utf8 = Buffer.from('Hello World\u00e9').toString('latin1')
  const latin1 = 'Hello World\u00e9'
  for (const [wire, instead] of [
    [utf8, {}],
    [latin1, { 'x-amz-meta-a': latin1 }],
  ] as const) {
    const answer = await send({ headers: { 'x-amz-meta-a': utf8 }, instead }, ['Content-Length: 1'], 'x')
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/)
    const client = await rawConnection(port)
    const request = { method: 'HEAD', target: `/${BUCKET}/k`, headers: { host: `127.0.0.1:${port}` } }
    const options = { time: started.now(), region: 'cn-hangzhou', digests: nodeDigests() }
    const signed = Object.entries(signS3(request, 'UNSIGNED-PAYLOAD', ROOT, options))
    const lines = ['HEAD /bkt/k HTTP/1.1', ...signed.map(([name, value]) => `${name}: ${value}`), 'Connection: close']
    await client.send(`${lines.join('\r\n')}\r\n\r\n`)
    assert.equal(/\r\nx-amz-meta-a: (.*)\r\n/i.exec(await client.closed())?.[1], wire)
  }
})

test('a connection that is cut within a body leaves no object', async (t) => {
  const { port, started, get } = await open(t)
  const client = await rawConnection(port)
  const lines = [...headOf(started, port, {}), 'Content-Length: 100000']
  await client.send(`${lines.join('\r\n')}\r\n\r\n${'x'.repeat(60_000)}`)
  client.socket.destroy()
  const next = await rawConnection(port)
  await next.send(
    `${[...headOf(started, port, { target: `/${BUCKET}/other` }), 'Content-Length: 1'].join('\r\n')}\r\n\r\nx`,
  )
  await next.until('200 OK')
  next.socket.destroy()
  assert.equal((await get()).status, 404)
})

test('blanks keep the connection of a long copy in use, until its document ends it', async (t) => {
  const metadata = createMemoryMetadataStore()
  let isSlow = false
  let rings = 0
  const transact: typeof metadata.transact = async (body) => {
    for (const before = rings; isSlow && rings < before + 3; ) await sleep(5)
    return metadata.transact(body)
  }
  const { port, started } = await openWire(t, {
    metadata: { read: (body) => metadata.read(body), close: () => metadata.close(), transact },
    // a second lasts for two milliseconds
    alarm(milliseconds, ring) {
      const timer = setTimeout(() => {
        rings += 1
        ring()
      }, milliseconds / 500)
      return () => clearTimeout(timer)
    },
  })
  await s3(started, { method: 'PUT', bucket: BUCKET })
  await s3(started, { method: 'PUT', bucket: BUCKET, key: 'source', body: 'x' })
  isSlow = true
  const headers = { 'x-amz-copy-source': `${BUCKET}/source` }
  const client = await rawConnection(port)
  const lines = [...headOf(started, port, { headers }), 'Content-Length: 0', 'Connection: close']
  await client.send(`${lines.join('\r\n')}\r\n\r\n`)
  const received = await client.closed()
  assert.match(received, /^HTTP\/1\.1 200 OK\r\n/)
  assert.match(received, /\r\nTransfer-Encoding: chunked\r\n/)
  assert.match(received, /\?>\n\r\n1\r\n \r\n1\r\n \r\n/)
  assert.match(received, /<\/CopyObjectResult>\r\n0\r\n\r\n$/)
})
