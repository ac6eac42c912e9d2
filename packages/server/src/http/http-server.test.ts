import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodyOf, echo, listen, READERS, rawConnection, refuse, text } from '../testing/http.js'
import { connectionsMax, idleFilesMax } from './connections-max.js'
import type { HttpServer } from './http-server.js'

const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n'

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

test('a client that half-closes behind its last request gets all answers, and then the connection closes', async (t) => {
  const body = 'x'.repeat(8 * 1024 ** 2)
  for (const reader of READERS) {
    const { port } = await listen(t, async ({ target }) => text(200, `${target}:${body}`), { reader })
    for (const count of [1, 3]) {
      const client = await rawConnection(port)
      const targets = Array.from({ length: count }, (_, index) => `/${index}`)
      client.socket.end(targets.map((target) => `GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`).join(''))
      const received = await client.closed()
      const bodies = [...received.matchAll(/\r\n\r\n(\/\d):(x*)/g)].map(([, target, bytes]) => [target, bytes?.length])
      assert.deepEqual(
        bodies,
        targets.map((target) => [target, body.length]),
        `${count} by ${reader}`,
      )
    }
  }
})

test('a body that ends with its sender is refused, whichever way it took', async (t) => {
  for (const reader of READERS) {
    const { port } = await listen(t, (request) => echo(request), { reader })
    for (const before of ['', GET.replace('/', '/first')]) {
      const client = await rawConnection(port)
      client.socket.end(`${before}PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc`)
      assert.match(await client.closed(), /HTTP\/1\.1 400 [\s\S]*<Code>IncompleteBody/, reader)
    }
  }
})

test('headers above 32 KiB, and bytes that are not HTTP, are answered with an error document', async (t) => {
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

test('repeated headers are joined, and hundreds of headers are all kept', async (t) => {
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

test('the host of an absolute target takes precedence over the Host header', async (t) => {
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

test('the health pages answer without the service, but not under a bucket host', async (t) => {
  const health = { domains: ['oss.test'], unready: async () => 'stopping' as const }
  const { port } = await listen(t, async () => text(200, 'the object'), { health })
  for (const [host, target, expected] of [
    ['127.0.0.1', '/-/health/live', /200 OK.*\{"status":"ok"\}/s],
    ['127.0.0.1', '/-/health/startup', /200 OK.*\{"status":"ok"\}/s],
    ['127.0.0.1', '/-/health/ready', /503 .*"reason":"stopping"\}/s],
    ['127.0.0.1', '/-/health/ready?verbose', /503 .*"checks":\{"running":"stopping","stores":"not made"/s],
    ['bucket.oss.test', '/-/health/live', /the object$/],
  ] as const) {
    const client = await rawConnection(port)
    await client.send(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    assert.match(await client.closed(), expected)
  }
})

test('a page of the server is only read: other methods get the ones that it has, an object of that path gets all', async (t) => {
  const health = { domains: ['oss.test'], unready: async () => undefined }
  const { port } = await listen(t, async () => text(200, 'the object'), { health })
  for (const [host, expected] of [
    ['127.0.0.1', /405 Method Not Allowed.*\r\nAllow: GET, HEAD\r\n/s],
    ['bucket.oss.test', /the object$/],
  ] as const) {
    const client = await rawConnection(port)
    await client.send(`DELETE /-/health/live HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    assert.match(await client.closed(), expected)
  }
})

test('the health pages answer by the names of MinIO, unless there is a bucket of that name', async (t) => {
  let bucket: 'missing' | 'unknown' | 'there' = 'missing'
  let reason: 'storesSilent' | undefined
  const health = { domains: [], unready: async () => reason }
  const log = { requestId: 'x', operation: 'GetObject' }
  const { port } = await listen(
    t,
    async () => {
      if (bucket === 'there') return { ...text(403, 'the bucket'), log: { ...log, code: 'AccessDenied' } }
      const code = bucket === 'missing' ? 'NoSuchBucket' : 'ServiceUnavailable'
      return { ...text(bucket === 'missing' ? 404 : 503, code), log: { ...log, code } }
    },
    { health },
  )
  const statusOf = async (page: string, header = '') => {
    const client = await rawConnection(port)
    await client.send(`GET /minio/health/${page} HTTP/1.1\r\nHost: h\r\n${header}Connection: close\r\n\r\n`)
    return Number((await client.closed()).split(' ')[1])
  }
  for (const page of ['live', 'ready', 'cluster', 'cluster/read']) assert.equal(await statusOf(page), 200, page)
  assert.equal(await statusOf('other'), 404)
  bucket = 'unknown'
  reason = 'storesSilent'
  assert.equal(await statusOf('live'), 200)
  assert.equal(await statusOf('live', 'Authorization: OSS a:b\r\n'), 503)
  assert.equal(await statusOf('live?OSSAccessKeyId=a'), 503)
  // the stores answer, so an object of the bucket could not be read
  reason = undefined
  assert.equal(await statusOf('live'), 503)
  bucket = 'there'
  assert.equal(await statusOf('live'), 403)
  // the bucket is known, so its object could not be read
  bucket = 'unknown'
  reason = 'storesSilent'
  assert.equal(await statusOf('live'), 503)
  bucket = 'missing'
  assert.equal(await statusOf('live'), 200)
})

/** Resolves when a server answers one request. */
async function isRunning(server: HttpServer): Promise<void> {
  while ([...server.running.values()].every((count) => count === 0)) await new Promise(setImmediate)
}

test('no health page stands for an object of a bucket `minio` that no request has reached yet', async (t) => {
  for (const [hasBucket, status] of [
    [true, 503],
    [false, 200],
  ] as const) {
    const health = {
      domains: [],
      unready: async () => 'storesSilent' as const,
      hasAliasBucket: async () => hasBucket,
    }
    const log = { requestId: 'x', operation: 'GetObject', code: 'ServiceUnavailable' }
    const { port } = await listen(t, async () => ({ ...text(503, 'no answer'), log }), { health })
    const client = await rawConnection(port)
    await client.send('GET /minio/health/live HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')
    assert.equal(Number((await client.closed()).split(' ')[1]), status)
  }
})

test('a stop lets the running request complete, closes idle connections, and accepts no new ones', async (t) => {
  const { port, server } = await listen(t, echo)
  const idle = await rawConnection(port)
  await idle.send(GET)
  await idle.until('\r\n\r\n')
  const busy = await rawConnection(port)
  await busy.send('PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc')
  await isRunning(server)
  const stopped = server.stop(10_000)
  await idle.closed()
  await assert.rejects(rawConnection(port), { code: 'ECONNREFUSED' })
  await busy.send('def')
  assert.match(await busy.closed(), /200 OK\r\n.*Connection: close.*abcdef$/s)
  assert.equal(await stopped, 0)
})

test('a stop aborts what still runs after its grace period, and returns the number', async (t) => {
  const { port, server } = await listen(t, echo)
  const busy = await rawConnection(port)
  await busy.send('PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc')
  await isRunning(server)
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
  await isRunning(server)
  client.socket.resetAndDestroy()
  // usually long enough for the server to notice
  await new Promise((resolve) => setTimeout(resolve, 50))
  const stopped = server.stop(10_000)
  setTimeout(finish, 100)
  await stopped
  assert.equal(ended, true)
})

test('requests behind one whose client leaves, or that closes the connection, block nothing', async (t) => {
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
    // Usually long enough for the server to notice; if not, the second request has its turn.
    await new Promise((resolve) => setTimeout(resolve, 50))
    goOn()
    await client.closed()
    assert.equal(await server.stop(60_000), 0)
    if (first !== GET) assert.deepEqual(handled, ['/'])
  }
})

test('running requests are counted by the operation that the service has found out', async (t) => {
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const { port, server } = await listen(t, async (request) => {
    if (request.log !== undefined && request.target !== '/') request.log.operation = request.target.slice(1)
    await held
    return text(200, 'done')
  })
  const clients = await Promise.all([1, 2, 3].map(() => rawConnection(port)))
  const paths = ['/GetObject', '/GetObject', '/']
  for (const [index, client] of clients.entries()) await client.send(`GET ${paths[index]} HTTP/1.1\r\nHost: h\r\n\r\n`)
  while ([...server.running.values()].reduce((sum, count) => sum + count, 0) < 3) await new Promise(setImmediate)
  assert.deepEqual(
    [...server.running],
    [
      ['GetObject', 2],
      [undefined, 1],
    ],
  )
  release()
  for (const client of clients) await client.until('done')
  while (server.running.get(undefined) !== 0) await new Promise(setImmediate)
  assert.deepEqual([...server.running], [[undefined, 0]])
  for (const client of clients) client.socket.destroy()
})

test('connections beyond the limit get SlowDown, and have room again after others have left', async (t) => {
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

test('a process accepts fewer connections, and keeps fewer files open, than its limit of open files', () => {
  assert.deepEqual(
    [Number.POSITIVE_INFINITY, 1_000_000, 1024, 300, 10].map((files) => connectionsMax(files)),
    [10_000, 10_000, 384, 22, 1],
  )
  assert.deepEqual(
    [Number.POSITIVE_INFINITY, 4_096, 1024, 10].map((files) => idleFilesMax(files)),
    [512, 256, 64, 64],
  )
})

test('a server whose disk is full is ready, and reports that it refuses uploads', async (t) => {
  const scarceDisk = async () => ({ uploads: 'refused' as const, freeBytes: 5, reserveBytes: 10 })
  const health = { domains: [], unready: async () => undefined, scarceDisk }
  const { port } = await listen(t, async () => text(200, ''), { health })
  const client = await rawConnection(port)
  await client.send('GET /-/health/ready HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')
  const expected = { status: 'ok', uploads: 'refused', disk: { freeBytes: 5, reserveBytes: 10 } }
  const answer = await client.closed()
  assert.match(answer, /^HTTP\/1\.1 200 /)
  assert.deepEqual(JSON.parse(answer.split('\r\n\r\n')[1] ?? ''), expected)
})
