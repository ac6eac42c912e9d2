import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { atEnd } from '../../../../test/support/at-end.mjs'
import { fetchTransport } from '../transport-fetch.js'
import type { Transport, TransportRequest } from '../types/client.js'
import { nodeTransport } from './transport.js'

const NEVER = new AbortController().signal

async function listen(t: TestContext, server: http.Server | ReturnType<typeof createServer>): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(t, () => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function open(t: TestContext): Transport {
  const transport = nodeTransport({ userAgent: 'tests' })
  atEnd(t, () => transport.close?.())
  return transport
}

async function text(transport: Transport, request: Partial<TransportRequest> & { readonly url: string }) {
  const given = { method: 'GET', headers: {}, bodyLength: 0, signal: NEVER, stallTimeoutMs: 5_000, ...request }
  const { status, body } = await transport.send(given)
  const pieces: Buffer[] = []
  for await (const piece of body) pieces.push(Buffer.from(piece))
  return { status, bytes: Buffer.concat(pieces) }
}

test('requests follow one another on one connection, and large bodies arrive as they are, lent or not', async (t) => {
  const large = Buffer.alloc(3_000_000).map((_, index) => index % 251)
  let connections = 0
  const agents = new Set<string | undefined>()
  const server = http.createServer(async (request, response) => {
    agents.add(request.headers['user-agent'])
    const received: Buffer[] = []
    for await (const piece of request) received.push(piece)
    response.end(request.method === 'PUT' ? Buffer.concat(received) : large)
  })
  server.on('connection', () => {
    connections += 1
  })
  const url = `${await listen(t, server)}/a/../b`
  const transport = open(t)
  for (const lends of [false, true]) assert.ok((await text(transport, { url, lends })).bytes.equals(large))
  async function* pieces() {
    for (let start = 0; start < large.length; start += 700_001) yield large.subarray(start, start + 700_001)
  }
  for (const body of [large, new Blob([large]), pieces()]) {
    const sent: number[] = []
    const onSent = (bytes: number) => sent.push(bytes)
    const answer = await text(transport, { url, method: 'PUT', body, bodyLength: large.length, onSent })
    assert.ok(answer.bytes.equals(large))
    assert.deepEqual([sent.length > 2, sent.at(-1)], [true, large.length])
  }
  assert.deepEqual([connections, [...agents]], [1, ['tests']])
})

test('a reader that is slower than the server holds it back', async (t) => {
  const size = 64 * 1024 * 1024
  let written = 0
  const server = createServer((socket: Socket) => {
    socket.once('data', () => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`))
    const block = Buffer.alloc(1024 * 1024)
    const write = () => {
      while (written < size) {
        written += block.length
        if (!socket.write(block)) return socket.once('drain', write)
      }
      return undefined
    }
    socket.once('data', write)
    socket.on('error', () => {})
  })
  const request = { method: 'GET', headers: {}, bodyLength: 0, signal: NEVER, stallTimeoutMs: 5_000 }
  const { body } = await open(t).send({ ...request, url: await listen(t, server), lends: true })
  let read = 0
  for await (const piece of body) {
    if (read === 0) await new Promise((resolve) => setTimeout(resolve, 300))
    if (read === 0) assert.ok(written < size / 2, `${written} bytes were written`)
    read += piece.length
  }
  assert.equal(read, size)
})

test('an answer may come before the body was sent, a connection may break, and a request may be aborted', async (t) => {
  const early = await listen(
    t,
    createServer((socket) => {
      socket.once('data', () => socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno'))
      socket.on('error', () => {})
    }),
  )
  const transport = open(t)
  const body = Buffer.alloc(32 * 1024 * 1024)
  const refused = await text(transport, { url: early, method: 'PUT', body, bodyLength: body.length })
  assert.deepEqual([refused.status, refused.bytes.toString()], [403, 'no'])
  const broken = await listen(
    t,
    createServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'))
    }),
  )
  await assert.rejects(text(transport, { url: broken }), { name: 'TransportError', kind: 'network' })
  const silent = await listen(
    t,
    createServer((socket) => socket.on('error', () => {})),
  )
  await assert.rejects(text(transport, { url: silent, stallTimeoutMs: 50 }), { kind: 'stalled' })
  const controller = new AbortController()
  const aborted = text(transport, { url: silent, signal: controller.signal })
  controller.abort(new Error('enough'))
  await assert.rejects(aborted, { message: 'enough' })
  await assert.rejects(text(transport, { url: silent, headers: { a: 'b\r\nc: d' } }), { code: 'InvalidOption' })
})

test('a reader that is slower than the time of a stall gets the whole body, and a silent server none', async (t) => {
  const bytes = Buffer.alloc(4 * 1024 * 1024, 'x')
  const url = await listen(
    t,
    http.createServer((_, response) => response.end(bytes)),
  )
  const silent = await listen(
    t,
    http.createServer((_, response) => response.write('begun')),
  )
  for (const transport of [open(t), fetchTransport()]) {
    const request = { url: `${url}/`, method: 'GET', headers: {}, bodyLength: 0, signal: NEVER, stallTimeoutMs: 2_000 }
    const { body } = await transport.send(request)
    let length = 0
    for await (const piece of body) {
      if (length === 0) await sleep(2_500)
      length += piece.length
    }
    assert.equal(length, bytes.length)
    await assert.rejects(text(transport, { url: `${silent}/`, stallTimeoutMs: 200 }), { kind: 'stalled' })
  }
})
