import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import type { Service, ServiceRequest } from '@bindery/service'
import { bodyOf, echo, listen as listenAs, READERS, rawConnection, refuse, text } from '../testing/http.js'
import type { HttpReader, HttpServerOptions } from './http-server.js'

let reader: HttpReader = 'native'

const listen = (t: TestContext, handle: Service['handle'], options: Partial<HttpServerOptions> = {}) =>
  listenAs(t, handle, { reader, ...options })

/** A fact about all ways that a request may take. */
function always(name: string, run: (t: TestContext) => Promise<void>): void {
  for (const way of READERS) {
    test(`${name} (${way})`, (t) => {
      reader = way
      return run(t)
    })
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

always('100 Continue is sent when the body is first read, and the body follows', async (t) => {
  let seen: ServiceRequest | undefined
  let goOn = () => {}
  const authorised = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const { port } = await listen(t, async (request) => {
    seen = request
    await authorised
    return await echo(request)
  })
  const client = await rawConnection(port)
  await client.send('PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n')
  while (seen === undefined) await new Promise(setImmediate)
  assert.equal(client.socket.bytesRead, 0)
  goOn()
  await client.until('HTTP/1.1 100 Continue\r\n\r\n')
  await client.send('hello')
  assert.match(await client.until('hello'), /HTTP\/1\.1 200 OK/)
  client.socket.destroy()
})

always('a refused request gets no 100 Continue, and its connection is closed', async (t) => {
  const { port } = await listen(t, refuse)
  const client = await rawConnection(port)
  await client.send('PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n')
  const response = await client.until('</Code>')
  assert.match(response, /^HTTP\/1\.1 403 Forbidden\r\n/)
  assert.match(response, /Connection: close/)
  client.socket.end()
  await client.closed()
})

always('a chunked body arrives completely, without an announced size', async (t) => {
  let size: number | undefined = 0
  const { port } = await listen(t, (request) => {
    size = request.body.size
    return echo(request)
  })
  const client = await rawConnection(port)
  await client.send(
    'PUT /b/k HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n',
  )
  await client.until('abcde')
  assert.equal(size, undefined)
  client.socket.destroy()
})

always('a large body passes through small buffers unchanged', async (t) => {
  const { port } = await listen(t, async (request) => text(200, sha256(await bodyOf(request, 1000))))
  const client = await rawConnection(port)
  const body = randomBytes(3_000_000)
  await client.send(`PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n\r\n`)
  await client.send(body)
  await client.until(`\r\n\r\n${sha256(body)}`)
  client.socket.destroy()
})

always('a reader gets the received bytes when the sender pauses', async (t) => {
  const reads: number[] = []
  const { port } = await listen(t, async ({ body }) => {
    const buffer = Buffer.alloc(1000)
    for (let bytes = -1; bytes !== 0; reads.push(bytes)) {
      await body.ready()
      bytes = await body.read(buffer)
      if (bytes === 3) await client.send('defg')
    }
    return text(200, 'done')
  })
  const client = await rawConnection(port)
  await client.send('PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 7\r\n\r\nabc')
  await client.until('done')
  assert.deepEqual(reads, [3, 4, 0])
  client.socket.destroy()
})

always('bytes that arrive before earlier ones were read keep their order', async (t) => {
  const { port } = await listen(t, async ({ body }) => {
    // bytes sent with the head have arrived by then
    await new Promise(setImmediate)
    await body.ready()
    await client.send('defg')
    // long enough for the bytes to arrive, which nothing else shows
    await new Promise((resolve) => setTimeout(resolve, 50))
    const buffer = Buffer.alloc(1000)
    let read = ''
    for (let bytes = await body.read(buffer); bytes > 0; bytes = await body.read(buffer)) {
      read += buffer.toString('latin1', 0, bytes)
    }
    return text(200, read)
  })
  const client = await rawConnection(port)
  await client.send('PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 7\r\n\r\nabc')
  assert.match(await client.until('\r\n\r\nabcdefg'), /200 OK/)
  client.socket.destroy()
})

always('a body that ends before its length is an IncompleteBody that the sender can read', async (t) => {
  const { port } = await listen(t, echo)
  const client = await rawConnection(port)
  await client.send('PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc')
  client.socket.end()
  const response = await client.closed()
  assert.match(response, /^HTTP\/1\.1 400 Bad Request\r\n/)
  assert.match(response, /<Code>IncompleteBody<\/Code>/)
})

always('a cut connection fails the read with incompleteBody', async (t) => {
  let reason: unknown
  let over = () => {}
  const handled = new Promise<void>((resolve) => {
    over = resolve
  })
  const { port } = await listen(t, async (request) => {
    reason = await bodyOf(request).catch((error) => error.reason)
    over()
    return text(400, '')
  })
  const client = await rawConnection(port)
  await client.send('PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc')
  client.socket.resetAndDestroy()
  await handled
  assert.equal(reason, 'incompleteBody')
})

always('malformed chunks fail the read and are answered with 400', async (t) => {
  const { port } = await listen(t, echo)
  const client = await rawConnection(port)
  await client.send('PUT /b/k HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n')
  assert.match(await client.closed(), /^HTTP\/1\.1 400 .*<Code>BadRequest<\/Code>/s)
})

always('bytes beyond the length do not harm the response, and end the connection', async (t) => {
  const { port } = await listen(t, echo)
  const client = await rawConnection(port)
  await client.send('PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc\x01\x02garbage\r\n\r\n')
  const response = await client.closed()
  assert.match(response, /^HTTP\/1\.1 200 OK\r\n.*abc/s)
})

always('a sender that is slow but not silent never times out', async (t) => {
  const { port } = await listen(t, echo, { idleTimeoutMs: 1_500 })
  const client = await rawConnection(port)
  await client.send('PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 8\r\n\r\n')
  for (const byte of 'abcdefgh') {
    await new Promise((resolve) => setTimeout(resolve, 250))
    await client.send(byte)
  }
  assert.match(await client.until('abcdefgh'), /^HTTP\/1\.1 200 OK/)
  client.socket.destroy()
})

always('a sender that falls silent gets RequestTimeout', async (t) => {
  const { port } = await listen(t, echo, { idleTimeoutMs: 100 })
  const client = await rawConnection(port)
  await client.send('PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 8\r\n\r\nabc')
  const response = await client.until('</Error>')
  assert.match(response, /^HTTP\/1\.1 400 Bad Request\r\n.*<Code>RequestTimeout<\/Code>/s)
  client.socket.destroy()
})

always('a slow service does not make its silent client time out', async (t) => {
  const { port } = await listen(
    t,
    async (request) => {
      const body = await bodyOf(request)
      await new Promise((resolve) => setTimeout(resolve, 300))
      return text(200, String(body))
    },
    { idleTimeoutMs: 50 },
  )
  const client = await rawConnection(port)
  await client.send('PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc')
  await client.until('\r\n\r\nabc')
  client.socket.destroy()
})

always('an unknown expectation is refused, in its turn, and the next request is answered', async (t) => {
  const { port } = await listen(t, async ({ target }) => text(200, `[${target}]`))
  const client = await rawConnection(port)
  const request = (target: string, header = '') => `GET ${target} HTTP/1.1\r\nHost: h\r\n${header}\r\n`
  await client.send(request('/a') + request('/b', 'Expect: tea\r\n') + request('/c'))
  const statuses = [...(await client.until('[/c]')).matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)
  assert.deepEqual(statuses, ['200', '417', '200'])
  client.socket.destroy()
})
