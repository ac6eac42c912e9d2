/** Behaviour of the wire that official SDKs depend on: phrases of statuses, framing, and names of headers. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rawConnection } from '../testing/http.js'
import { openWire, requestBytes, type Wire, type WireRequest } from '../testing/wire.js'

const BUCKET = 'bkt'

async function withBucket(wire: Wire) {
  const ask = (request: Omit<WireRequest, 'bucket'>) => wire.ask({ bucket: BUCKET, ...request })
  assert.equal((await ask({ method: 'PUT' })).status, 200)
  return ask
}

/** The bytes of a request whose connection stays open. */
function keptAlive({ port, started }: Wire, request: Omit<WireRequest, 'bucket'>): string {
  const bytes = requestBytes({ bucket: BUCKET, ...request }, `127.0.0.1:${port}`, started.now())
  return bytes.replace('connection: close\r\n', '')
}

test('a 304 has no body, so that the next answer on its connection is read from its start', async (t) => {
  const wire = await openWire(t)
  const ask = await withBucket(wire)
  await ask({ method: 'PUT', key: 'k', body: 'content' })
  const etag = (await ask({ method: 'HEAD', key: 'k' })).headers.get('etag') ?? ''
  const client = await rawConnection(wire.port)
  await client.send(keptAlive(wire, { method: 'GET', key: 'k', headers: { 'if-none-match': etag } }))
  const head = await client.until('\r\n\r\n')
  assert.match(head, /^HTTP\/1\.1 304 Not Modified\r\n/)
  assert.doesNotMatch(head, /content-length: [1-9]|transfer-encoding/i)
  await client.send(
    requestBytes({ bucket: BUCKET, method: 'GET', key: 'k' }, `127.0.0.1:${wire.port}`, wire.started.now()),
  )
  const rest = (await client.closed()).slice(head.length)
  assert.match(rest, /^HTTP\/1\.1 200 OK\r\n.*\r\n\r\ncontent$/s)
})

test('statuses have the phrases that SDKs compare', async (t) => {
  const wire = await openWire(t)
  const ask = await withBucket(wire)
  await ask({ method: 'PUT', key: 'k', body: 'content' })
  await ask({ method: 'PUT', key: 'cold', body: 'c', headers: { 'x-oss-storage-class': 'ColdArchive' } })
  const first = async (request: Omit<WireRequest, 'bucket'>) => {
    const client = await rawConnection(wire.port)
    await client.send(requestBytes({ bucket: BUCKET, ...request }, `127.0.0.1:${wire.port}`, wire.started.now()))
    return (await client.closed()).split('\r\n', 1)[0]
  }
  const range = { range: 'bytes=0-1' }
  assert.equal(await first({ method: 'GET', key: 'k' }), 'HTTP/1.1 200 OK')
  assert.equal(await first({ method: 'GET', key: 'k', headers: range }), 'HTTP/1.1 206 Partial Content')
  assert.equal(await first({ method: 'POST', key: 'cold', query: { restore: '' } }), 'HTTP/1.1 202 Accepted')
  assert.equal(await first({ method: 'DELETE', key: 'k' }), 'HTTP/1.1 204 No Content')
  assert.equal(await first({ method: 'GET', key: 'k' }), 'HTTP/1.1 404 Not Found')
})

test('a body that is too short stores nothing; chunks without a length, and Expect in any case, store one', async (t) => {
  const wire = await openWire(t)
  const ask = await withBucket(wire)
  const client = await rawConnection(wire.port)
  await client.send(
    requestBytes(
      { bucket: BUCKET, method: 'PUT', key: 'short', body: 'abc', framing: ['content-length: 10'] },
      `127.0.0.1:${wire.port}`,
      wire.started.now(),
    ),
  )
  client.socket.end()
  await client.closed()
  assert.match((await ask({ method: 'GET', key: 'short' })).body, /<Code>NoSuchKey<\/Code>/)
  const chunked = { framing: ['transfer-encoding: chunked'], body: '3\r\nabc\r\n0\r\n\r\n' }
  assert.equal((await ask({ method: 'PUT', key: 'chunked', ...chunked })).status, 200)
  assert.equal((await ask({ method: 'GET', key: 'chunked' })).body, 'abc')
  for (const expect of ['100-Continue', '100-continue']) {
    const continued = await rawConnection(wire.port)
    const request = { method: 'PUT', key: expect, body: 'abc', framing: ['content-length: 3', `Expect: ${expect}`] }
    const [head = '', body = ''] = requestBytes(
      { bucket: BUCKET, ...request },
      `127.0.0.1:${wire.port}`,
      wire.started.now(),
    ).split('\r\n\r\n')
    await continued.send(`${head}\r\n\r\n`)
    await continued.until('HTTP/1.1 100 Continue\r\n\r\n')
    await continued.send(body)
    assert.match(await continued.closed(), /HTTP\/1\.1 200 OK/)
    assert.equal((await ask({ method: 'GET', key: expect })).body, 'abc')
  }
})

test('names of headers are read in any case, and values are kept as they are', async (t) => {
  const wire = await openWire(t)
  const ask = await withBucket(wire)
  const bytes = requestBytes(
    {
      bucket: BUCKET,
      method: 'PUT',
      key: 'k',
      body: 'x',
      signing: 'v1',
      headers: { 'x-oss-meta-a': 'MiXed Value', 'content-type': 'Text/X' },
    },
    `127.0.0.1:${wire.port}`,
    wire.started.now(),
  )
  const shouted = bytes.replace(/^(x-oss-meta-a|content-type|content-length):/gim, (name) => name.toUpperCase())
  assert.match(shouted, /^X-OSS-META-A: MiXed Value\r$/m)
  const client = await rawConnection(wire.port)
  await client.send(shouted)
  assert.match(await client.closed(), /^HTTP\/1\.1 200 OK/)
  const { headers } = await ask({ method: 'HEAD', key: 'k' })
  assert.deepEqual([headers.get('x-oss-meta-a'), headers.get('content-type')], ['MiXed Value', 'Text/X'])
})
