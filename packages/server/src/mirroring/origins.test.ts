import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { OssError } from '@bindery/protocol'
import type { OriginAnswer } from '@bindery/service'
import { pino } from 'pino'
import { atEnd } from '../../../../test/support/at-end.mjs'
import { AllowedHosts } from '../outgoing/allowed-hosts.js'
import { createOrigins, type OriginsOptions } from './origins.js'

async function listening(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket))
  atEnd(t, () => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return (server.address() as AddressInfo).port
}

const origin = (t: TestContext, answer: RequestListener) => listening(t, createServer(answer))

/** An origin that answers every request with these bytes, and then closes the connection or stays silent. */
function rawOrigin(t: TestContext, answer: string, close: boolean): Promise<number> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => (close ? socket.end(answer) : socket.write(answer)))
  })
  return listening(t, server)
}

function origins(options: Partial<OriginsOptions> = {}) {
  return createOrigins({ hosts: new AllowedHosts(['loopback']), log: pino({ level: 'silent' }), ...options })
}

type Answered = OriginAnswer & { kind: 'answered' }

async function get(url: string, options: Partial<OriginsOptions> = {}, headers: [string, string][] = []) {
  return origins(options).get({ url: new URL(url), headers })
}

async function answeredBy(url: string, options: Partial<OriginsOptions> = {}): Promise<Answered> {
  const answer = await get(url, options)
  assert.equal(answer.kind, 'answered')
  return answer as Answered
}

/** Reads a body in pieces of 1000 bytes. */
async function readAll({ body }: Answered): Promise<Buffer> {
  const pieces: Buffer[] = []
  for (;;) {
    const buffer = Buffer.alloc(1000)
    await body.ready()
    const read = await body.read(buffer)
    if (read === 0) return Buffer.concat(pieces)
    pieces.push(buffer.subarray(0, read))
  }
}

test('an origin gets the request with its own host, and its answer arrives whole with all its headers', async (t) => {
  const bytes = Buffer.alloc(300_001, 'abc')
  const seen: unknown[] = []
  const port = await origin(t, (request, response) => {
    seen.push([request.method, request.url, request.headers.host, request.headers['x-a']])
    response.setHeader('Content-Type', 'text/x')
    if (request.url === '/sized') response.setHeader('Content-Length', bytes.length)
    response.write(bytes)
    response.end()
  })
  for (const path of ['/chunked?a=%20', '/sized']) {
    const answer = await get(`http://127.0.0.1:${port}${path}`, {}, [['x-a', '1']])
    assert.ok(answer.kind === 'answered')
    assert.deepEqual([answer.status, answer.headers['content-type']], [200, 'text/x'])
    assert.equal(answer.body.size, path === '/sized' ? bytes.length : undefined)
    assert.deepEqual(await readAll(answer), bytes)
  }
  const host = `127.0.0.1:${port}`
  assert.deepEqual(seen, [
    ['GET', '/chunked?a=%20', host, '1'],
    ['GET', '/sized', host, '1'],
  ])
})

test('a body that only the end of its connection ends arrives whole', async (t) => {
  const port = await rawOrigin(t, 'HTTP/1.1 200 OK\r\n\r\nhello', true)
  const answer = await answeredBy(`http://127.0.0.1:${port}/`)
  assert.equal((await readAll(answer)).toString(), 'hello')
})

test('a body that breaks off fails, and so does one that stays silent', async (t) => {
  const short = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello'
  for (const [close, reason] of [
    [true, 'incompleteBody'],
    [false, 'requestTimeout'],
  ] as const) {
    const port = await rawOrigin(t, short, close)
    const answer = await answeredBy(`http://127.0.0.1:${port}/`, { idleMs: 100 })
    await assert.rejects(readAll(answer), (error) => error instanceof OssError && error.reason === reason)
    answer.close()
  }
})

test('an announced length beyond 5 GiB is refused before a byte is read', async (t) => {
  const port = await rawOrigin(t, `HTTP/1.1 200 OK\r\nContent-Length: ${5 * 1024 ** 3 + 1}\r\n\r\nx`, false)
  const answer = await answeredBy(`http://127.0.0.1:${port}/`)
  await assert.rejects(readAll(answer), (error) => error instanceof OssError && error.reason === 'entityTooLarge')
  answer.close()
})

test('an origin that does not answer, or not in time, is unreachable', async (t) => {
  const silent = await rawOrigin(t, '', false)
  const closing = await rawOrigin(t, '', true)
  for (const url of [`http://127.0.0.1:${silent}/`, `http://127.0.0.1:${closing}/`, 'http://127.0.0.1:1/']) {
    assert.deepEqual(await get(url, { idleMs: 100 }), { kind: 'unreachable' })
  }
  assert.deepEqual(await get('http://unknown.example/', { resolve: async () => [] }), { kind: 'unreachable' })
})

test('a redirection is an answer and is not followed', async (t) => {
  const port = await origin(t, (_, response) => response.writeHead(302, { Location: 'http://169.254.169.254/' }).end())
  const { status, headers } = await answeredBy(`http://127.0.0.1:${port}/`)
  assert.deepEqual([status, headers.location], [302, 'http://169.254.169.254/'])
})

test('a host is requested only if it is allowed at each of its addresses, which are looked up once', async (t) => {
  let requests = 0
  const port = await origin(t, (_, response) => {
    requests += 1
    response.end()
  })
  const hosts = new AllowedHosts(['origin.example', '*.named.example'])
  const at = (address: string, family = 4) => ({ hosts, resolve: async () => [{ address, family }] })
  for (const [url, options] of [
    ['http://other.example/', at('203.0.113.1')],
    ['http://origin.example/', at('127.0.0.1')],
    ['http://origin.example/', at('169.254.169.254')],
    ['http://origin.example/', at('::1', 6)],
    [`http://127.0.0.1:${port}/`, { hosts }],
    [`http://[::ffff:127.0.0.1]:${port}/`, { hosts }],
    [`http://2130706433:${port}/`, { hosts }],
    ['ftp://origin.example/', at('203.0.113.1')],
  ] as const) {
    assert.deepEqual(await get(url, options), { kind: 'forbidden' }, url)
  }
  assert.equal(requests, 0)
  let lookups = 0
  const allowed = {
    hosts: new AllowedHosts(['loopback']),
    resolve: async () => {
      lookups += 1
      return [{ address: '127.0.0.1', family: 4 }]
    },
  }
  const answer = await answeredBy(`http://origin.example:${port}/`, allowed)
  assert.equal((await readAll(answer)).length, 0)
  assert.deepEqual([requests, lookups], [1, 1])
})

test('requests beyond the limit are not made, and one that is closed makes room', async (t) => {
  const port = await rawOrigin(t, 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello', false)
  const all = origins({ requestsMax: 1 })
  const request = { url: new URL(`http://127.0.0.1:${port}/`), headers: [] }
  const first = (await all.get(request)) as Answered
  assert.deepEqual(await all.get(request), { kind: 'busy' })
  first.close()
  let next = await all.get(request)
  while (next.kind === 'busy') {
    await new Promise((resolve) => setTimeout(resolve, 5))
    next = await all.get(request)
  }
  assert.equal(next.kind, 'answered')
  ;(next as Answered).close()
})
