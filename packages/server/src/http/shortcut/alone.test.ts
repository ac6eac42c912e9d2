import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { loadNative } from '@bindery/digest'
import type { ServiceRequest, ServiceResponse } from '@bindery/service'
import { pino } from 'pino'
import { atEnd } from '../../../../../test/support/at-end.mjs'
import { answerOf, GET, LOG, lender, settled } from '../../testing/answers.js'
import { rawConnection, text } from '../../testing/http.js'
import { newConnection } from '../connection.js'
import { failedAnswer } from '../refusal.js'
import { TrustedProxies } from '../trusted-proxies.js'
import { NativeLink } from './native-link.js'
import { Shortcut } from './shortcut.js'
import { SocketLink } from './socket-link.js'
import { WholeBody } from './whole-body.js'

const PATIENT = { first: 60_000, kept: 60_000, isNative: false }

/** The server's side of connections that have the shortcut alone, with limits in milliseconds. */
async function alone(
  t: TestContext,
  handle: (request: ServiceRequest) => Promise<ServiceResponse>,
  { first, kept, isNative } = PATIENT,
) {
  const seen = { silent: 0, handedOver: 0, closed: 0 }
  const sockets: Socket[] = []
  const owned = isNative ? loadNative()?.openConnections?.() : undefined
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket)
    const link = (owned && NativeLink.take(socket, owned)) ?? new SocketLink(socket)
    assert.equal(link instanceof NativeLink, owned !== undefined)
    new Shortcut(newConnection(link), link, {
      proxies: new TrustedProxies([]),
      firstTimeoutMs: first,
      keepAliveTimeoutMs: kept,
      idleTimeoutMs: 60_000,
      handle,
      failed: failedAnswer,
      begins: () => {},
      ends: () => {},
      closed: () => {
        seen.closed += 1
      },
      isStopping: () => false,
      refuseSilent: (silent) => {
        seen.silent += 1
        silent.destroy()
      },
      handOver: (_connection, other) => {
        seen.handedOver += 1
        other.destroy()
      },
      onAnswered: () => {},
      log: pino({ level: 'silent' }),
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(t, () => {
    server.close()
    owned?.close()
  })
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return { port: address.port, seen, sockets }
}

test('a connection is refused if it sends no request, closed if it sends no other, and kept while one is answered', async (t) => {
  const slow = async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    return text(200, 'slow')
  }
  for (const isNative of [true, false]) {
    const { port, seen } = await alone(t, slow, { first: 1_000, kept: 100, isNative })
    const silent = await rawConnection(port)
    const client = await rawConnection(port)
    await client.send(GET)
    await silent.closed()
    assert.equal(seen.silent, 1)
    await client.until('slow')
    await client.closed()
    assert.deepEqual([seen.silent, seen.handedOver], [1, 0])
  }
})

test('a client that half-closes gets its answer, in pieces too, and then the connection closes', async (t) => {
  for (const isNative of [true, false]) {
    const { port, seen } = await alone(t, async (request) => answerOf(request), { ...PATIENT, isNative })
    for (const [target, end] of [
      ['/bytes', 'abc'],
      ['/pieces', 'x'],
      ['/chunks', '\r\n0\r\n\r\n'],
    ] as const) {
      const client = await rawConnection(port)
      client.socket.end(`GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`)
      const received = await client.closed()
      assert.ok(received.startsWith('HTTP/1.1 20') && received.endsWith(end), target)
    }
    assert.equal(seen.handedOver, 0)
  }
})

test('a connection that both sides have ended is over at once, from whichever side the end came first', async (t) => {
  for (const isNative of [true, false]) {
    const { port, seen } = await alone(t, async () => text(200, 'done'), { ...PATIENT, isNative })
    const idle = await rawConnection(port)
    idle.socket.end()
    await idle.closed()
    await settled(() => seen.closed === 1)
    const client = await rawConnection(port)
    await client.send(GET)
    await client.until('done')
    client.socket.end()
    await client.closed()
    await settled(() => seen.closed === 2)
  }
})

test('answers in pieces leave no listeners behind on a connection that carries many', async (t) => {
  const counts: unknown[] = []
  const { port, sockets } = await alone(t, async ({ target }) => {
    counts.push(sockets[0]?.eventNames().map((name) => [name, sockets[0]?.listenerCount(name)]))
    return { status: 200, headers: [], body: lender([Buffer.from(`[${target}]`)]).body, log: LOG }
  })
  const client = await rawConnection(port)
  for (let index = 0; index < 12; index += 1) {
    await client.send(`GET /${index} HTTP/1.1\r\nHost: h\r\n\r\n`)
    await client.until(`[/${index}]`)
  }
  assert.deepEqual(counts, Array(12).fill(counts[0]))
  client.socket.destroy()
})

test('a connection keeps the shortcut until other bytes arrive than a usual request', async (t) => {
  for (const isNative of [true, false]) {
    const { port, seen } = await alone(t, async ({ target }) => text(200, `[${target}]`), { ...PATIENT, isNative })
    const client = await rawConnection(port)
    for (const target of ['/1', '/2', '/3']) {
      await client.send(`GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`)
      await client.until(`[${target}]`)
    }
    assert.equal(seen.handedOver, 0)
    await client.send(GET.slice(0, 9))
    await client.closed()
    assert.equal(seen.handedOver, 1)
  }
})

test('with the addon, connections are owned by it on Linux', { skip: loadNative() === undefined }, () => {
  assert.equal(loadNative()?.openConnections !== undefined, process.platform === 'linux')
})

test('a body that came with its head is whole until a byte of it is read', async () => {
  const body = new WholeBody(Buffer.from('abc'))
  assert.equal(String(body.whole), 'abc')
  assert.equal(await body.read(new Uint8Array(1)), 1)
  assert.equal(body.whole, undefined)
})

test('a body that was used as a whole has ended', async () => {
  const body = new WholeBody(Buffer.from('abc'))
  body.taken()
  body.own()
  assert.equal(body.whole, undefined)
  assert.equal(body.hasEnded, true)
  assert.equal(await body.read(new Uint8Array(3)), 0)
})

test('a body that came with its head keeps its bytes while others come', async (t) => {
  for (const isNative of [false, loadNative()?.openConnections !== undefined]) {
    let running = 0
    const { port } = await alone(
      t,
      async ({ body }) => {
        running += 1
        await settled(() => running === 20)
        return text(200, `[${body.whole}]`)
      },
      { ...PATIENT, isNative },
    )
    const clients = await Promise.all(Array.from({ length: 20 }, () => rawConnection(port)))
    for (const [index, client] of clients.entries()) {
      const body = String.fromCharCode(65 + index).repeat(3_000)
      await client.send(`PUT /k HTTP/1.1\r\nHost: h\r\nContent-Length: 3000\r\n\r\n${body}`)
    }
    for (const [index, client] of clients.entries()) {
      await client.until(`[${String.fromCharCode(65 + index).repeat(3_000)}]`)
      client.socket.destroy()
    }
  }
})

test('a body behind its head is whole when it has arrived, until it is read', async (t) => {
  const { port } = await alone(t, async ({ body }) => {
    await body.ready()
    const { whole } = body
    await body.read(new Uint8Array(9))
    return text(200, `[${whole}] [${body.whole}]`)
  })
  const client = await rawConnection(port)
  await client.send('PUT /k HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n')
  await client.send('abc')
  await client.until('[abc] [undefined]')
  client.socket.destroy()
})
