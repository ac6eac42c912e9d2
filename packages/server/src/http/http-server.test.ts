import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OssError } from '@bindery/protocol'
import type { ServiceRequest, ServiceResponse } from '@bindery/service'
import { bodyOf, listen, rawConnection, text } from '../testing/http.js'
import { connectionsMax } from './connections-max.js'
import { refusal } from './refusal.js'

const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n'

/** A service that answers a body's bytes back, and failures of the body as OSS does. */
async function echo(request: ServiceRequest): Promise<ServiceResponse> {
  try {
    return text(200, (await bodyOf(request)).toString('latin1'))
  } catch (error) {
    if (error instanceof OssError) return refusal(error, request.method, request.host)
    throw error
  }
}

const refuse = async () => text(403, '<Code>AccessDenied</Code>')

test('100 Continue is sent when the body is first asked for, and the body follows', async (t) => {
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

test('a refused request gets no 100 Continue, and its connection is closed', async (t) => {
  const { port } = await listen(t, refuse)
  const client = await rawConnection(port)
  await client.send('PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n')
  const response = await client.until('</Code>')
  assert.match(response, /^HTTP\/1\.1 403 Forbidden\r\n/)
  assert.match(response, /Connection: close/)
  client.socket.end()
  await client.closed()
})

test('pipelined requests are handled one after another and answered in order on one connection', async (t) => {
  let running = 0
  const { port } = await listen(t, async (request) => {
    assert.equal(running, 0)
    running += 1
    const body = await bodyOf(request)
    await new Promise(setImmediate)
    running -= 1
    return text(200, `[${request.target} ${body}]`)
  })
  const client = await rawConnection(port)
  const requests = Array.from({ length: 100 }, (_, index) =>
    index % 2 === 0
      ? `GET /${index} HTTP/1.1\r\nHost: h\r\n\r\n`
      : `PUT /${index} HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc`,
  )
  await client.send(requests.join(''))
  const received = await client.until('[/99 abc]')
  const order = [...received.matchAll(/\[\/(\d+) /g)].map(([, index]) => Number(index))
  assert.deepEqual(
    order,
    requests.map((_, index) => index),
  )
  client.socket.destroy()
})

test('a chunked body arrives whole, with no size announced', async (t) => {
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

test('a large body passes through small buffers unchanged', async (t) => {
  const { port } = await listen(t, async (request) => text(200, String((await bodyOf(request, 1000)).length)))
  const client = await rawConnection(port)
  const body = Buffer.alloc(3_000_000, 'x')
  await client.send(`PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n\r\n`)
  await client.send(body)
  await client.until('\r\n\r\n3000000')
  client.socket.destroy()
})

test('a sender that pauses lets a reader have what has come', async (t) => {
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

test('a body that ends before its length is an IncompleteBody that the sender can read', async (t) => {
  const { port } = await listen(t, echo)
  const client = await rawConnection(port)
  await client.send('PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc')
  client.socket.end()
  const response = await client.closed()
  assert.match(response, /^HTTP\/1\.1 400 Bad Request\r\n/)
  assert.match(response, /<Code>IncompleteBody<\/Code>/)
})

test('a connection that is cut makes the read fail with incompleteBody', async (t) => {
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

test('broken chunks fail the read and are answered with 400', async (t) => {
  const { port } = await listen(t, echo)
  const client = await rawConnection(port)
  await client.send('PUT /b/k HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n')
  assert.match(await client.closed(), /^HTTP\/1\.1 400 .*<Code>BadRequest<\/Code>/s)
})

test('bytes beyond the length do not harm the response, and end the connection', async (t) => {
  const { port } = await listen(t, echo)
  const client = await rawConnection(port)
  await client.send('PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc\x01\x02garbage\r\n\r\n')
  const response = await client.closed()
  assert.match(response, /^HTTP\/1\.1 200 OK\r\n.*abc/s)
})

test('a length together with chunks, and two different lengths, are refused', async (t) => {
  const { port } = await listen(t, echo)
  for (const headers of ['Content-Length: 3\r\nTransfer-Encoding: chunked', 'Content-Length: 3\r\nContent-Length: 4']) {
    const client = await rawConnection(port)
    await client.send(`PUT /b/k HTTP/1.1\r\nHost: h\r\n${headers}\r\n\r\n0\r\n\r\n`)
    assert.match(await client.closed(), /^HTTP\/1\.1 400 .*<Code>BadRequest<\/Code>/s)
  }
})

test('a sender that is slow but not silent is never timed out', async (t) => {
  const { port } = await listen(t, echo, { idleTimeoutMs: 300 })
  const client = await rawConnection(port)
  await client.send('PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 8\r\n\r\n')
  for (const byte of 'abcdefgh') {
    await new Promise((resolve) => setTimeout(resolve, 80))
    await client.send(byte)
  }
  assert.match(await client.until('abcdefgh'), /^HTTP\/1\.1 200 OK/)
  client.socket.destroy()
})

test('a sender that falls silent gets RequestTimeout', async (t) => {
  const { port } = await listen(t, echo, { idleTimeoutMs: 100 })
  const client = await rawConnection(port)
  await client.send('PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 8\r\n\r\nabc')
  const response = await client.until('</Error>')
  assert.match(response, /^HTTP\/1\.1 400 Bad Request\r\n.*<Code>RequestTimeout<\/Code>/s)
  client.socket.destroy()
})

test('a slow service does not make its silent client time out', async (t) => {
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

test('headers above 32 KiB, and what is no HTTP, are answered with an error document', async (t) => {
  const { port } = await listen(t, echo)
  for (const bytes of [`GET / HTTP/1.1\r\nHost: h\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`, 'nonsense\r\n\r\n']) {
    const client = await rawConnection(port)
    await client.send(bytes)
    const response = await client.closed()
    assert.match(response, /^HTTP\/1\.1 400 Bad Request\r\n/)
    assert.match(response, /x-oss-request-id: [0-9A-F]{24}\r\n/)
    assert.match(response, /<Code>BadRequest<\/Code>/)
  }
})

test('repeated headers are joined, and none of hundreds is lost', async (t) => {
  let headers: Readonly<Record<string, string>> = {}
  const { port } = await listen(t, async (request) => {
    headers = request.headers
    return text(200, 'ok')
  })
  const client = await rawConnection(port)
  const many = Array.from({ length: 2_500 }, (_, index) => `a${index}:${index}\r\n`).join('')
  await client.send(`GET / HTTP/1.1\r\nHost: h\r\nx-oss-a: 1\r\n${many}X-OSS-A: 2\r\n__proto__: 3\r\nb: \xe9\r\n\r\n`)
  await client.until('ok')
  assert.equal(headers['x-oss-a'], '1,2')
  assert.equal(headers.a2499, '2499')
  assert.equal(Object.getOwnPropertyDescriptor(headers, '__proto__')?.value, '3')
  assert.equal(headers.b, '\xe9')
  client.socket.destroy()
})

test('a missing Host and a second Host are refused, and HTTP/1.0 needs none', async (t) => {
  const { port } = await listen(t, async ({ host }) => text(200, `host ${host}.`))
  for (const [head, expected] of [
    ['GET / HTTP/1.1\r\n', /^HTTP\/1\.1 400 /],
    ['GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n', /^HTTP\/1\.1 400 /],
    ['GET / HTTP/1.0\r\n', /host \.$/],
  ] as const) {
    const client = await rawConnection(port)
    await client.send(`${head}Connection: close\r\n\r\n`)
    assert.match(await client.closed(), expected)
  }
})

test('the host of an absolute target wins over the Host header', async (t) => {
  const { port } = await listen(t, async ({ host, target, headers }) => text(200, `${host} ${headers.host} ${target}.`))
  const client = await rawConnection(port)
  await client.send('GET http://b.example:80/k?x HTTP/1.1\r\nHost: other\r\n\r\n')
  await client.until('b.example:80 b.example:80 /k?x.')
  await client.send('GET http://b.example?x HTTP/1.1\r\nHost: other\r\n\r\n')
  await client.until('b.example b.example /?x.')
  client.socket.destroy()
})

test('a response before a small body keeps the connection', async (t) => {
  const { port } = await listen(t, refuse)
  const client = await rawConnection(port)
  await client.send(`PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(100_000)}${GET}`)
  const received = await client.until('</Code>HTTP/1.1 403')
  assert.doesNotMatch(received, /Connection: close/)
  client.socket.destroy()
})

test('a client that sends a large body first and reads later finds the error', async (t) => {
  const { port } = await listen(t, refuse)
  const client = await rawConnection(port)
  client.socket.pause()
  await client.send('PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 10000000\r\n\r\n')
  await client.send(Buffer.alloc(10_000_000))
  client.socket.resume()
  assert.match(await client.closed(), /^HTTP\/1\.1 403 .*Connection: close.*<\/Code>$/s)
})

test('the health pages answer without the service, but not below a bucket of the Host', async (t) => {
  const health = { domains: ['oss.test'], unready: async () => 'stopping' as const }
  const { port } = await listen(t, async () => text(200, 'the object'), { health })
  for (const [host, target, expected] of [
    ['127.0.0.1', '/-/health/live', /200 OK.*\{"status":"ok"\}/s],
    ['127.0.0.1', '/-/health/ready?verbose', /503 .*"reason":"stopping"/s],
    ['bucket.oss.test', '/-/health/live', /the object$/],
  ] as const) {
    const client = await rawConnection(port)
    await client.send(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    assert.match(await client.closed(), expected)
  }
})

test('a stop lets the running request end, closes idle connections, and takes no new ones', async (t) => {
  const { port, server } = await listen(t, echo)
  const idle = await rawConnection(port)
  await idle.send(GET)
  await idle.until('\r\n\r\n')
  const busy = await rawConnection(port)
  await busy.send('PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc')
  await new Promise((resolve) => setTimeout(resolve, 50))
  const stopped = server.stop(10_000)
  await idle.closed()
  await assert.rejects(rawConnection(port), { code: 'ECONNREFUSED' })
  await busy.send('def')
  assert.match(await busy.closed(), /200 OK\r\n.*Connection: close.*abcdef$/s)
  assert.equal(await stopped, 0)
})

test('a stop cuts what still runs when its grace is over, and says how many', async (t) => {
  const { port, server } = await listen(t, echo)
  const busy = await rawConnection(port)
  await busy.send('PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc')
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(await server.stop(50), 1)
  await busy.closed()
})

test('a stop waits for a request whose client has left', async (t) => {
  let finish = () => {}
  const work = new Promise<void>((resolve) => {
    finish = resolve
  })
  let ended = false
  const { port, server } = await listen(t, async () => {
    await work
    ended = true
    return text(200, '')
  })
  const client = await rawConnection(port)
  await client.send(GET)
  await new Promise((resolve) => setTimeout(resolve, 50))
  client.socket.resetAndDestroy()
  await new Promise((resolve) => setTimeout(resolve, 50))
  const stopped = server.stop(10_000)
  setTimeout(finish, 100)
  await stopped
  assert.equal(ended, true)
})

test('requests behind one whose client leaves, or that closes the connection, hold nothing up', async (t) => {
  for (const first of [GET, 'GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n']) {
    let goOn = () => {}
    const mayAnswer = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const handled: string[] = []
    const { port, server } = await listen(t, async ({ target }) => {
      handled.push(target)
      await mayAnswer
      return text(200, 'x')
    })
    const client = await rawConnection(port)
    await client.send(`${first}PUT /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\na`)
    while (handled.length === 0) await new Promise(setImmediate)
    if (first === GET) client.socket.destroy()
    // Mostly enough for the server to see it; if not, the second request has its turn.
    await new Promise((resolve) => setTimeout(resolve, 50))
    goOn()
    await client.closed()
    assert.equal(await server.stop(60_000), 0)
    if (first !== GET) assert.deepEqual(handled, ['/'])
  }
})

test('more connections than a process takes are told SlowDown, and have room again when others have left', async (t) => {
  const { port } = await listen(t, async () => text(200, 'x'), { connectionsMax: 2 })
  const taken = [await rawConnection(port), await rawConnection(port)]
  for (const client of taken) {
    await client.send(GET)
    await client.until('x')
  }
  const refused = await rawConnection(port)
  const answer = await refused.closed()
  assert.match(answer, /^HTTP\/1\.1 503 Service Unavailable\r\n/)
  assert.match(answer, /\r\nRetry-After: 1\r\n/)
  assert.match(answer, /<Code>SlowDown<\/Code>/)
  for (const client of taken) client.socket.destroy()
  for (let answered = ''; !answered.includes('200 OK'); ) {
    const client = await rawConnection(port)
    await client.send(GET.replace('Host: h', 'Host: h\r\nConnection: close')).catch(() => {})
    answered = await client.closed()
  }
})

test('a process takes fewer connections than it may have open files', () => {
  assert.deepEqual(
    [Number.POSITIVE_INFINITY, 1_000_000, 1024, 300, 10].map((files) => connectionsMax(files)),
    [10_000, 10_000, 384, 22, 1],
  )
})
