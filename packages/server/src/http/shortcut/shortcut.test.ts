import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { LentBody, SentAnswer, ServiceRequest, ServiceResponse } from '@bindery/service'
import type { LentBytes } from '@bindery/storage'
import { pino } from 'pino'
import { atEnd } from '../../../../../test/support/at-end.mjs'
import { echo, listen, rawConnection, text } from '../../testing/http.js'
import { newConnection } from '../connection.js'
import type { Answered } from '../recent-requests.js'
import { failedAnswer } from '../refusal.js'
import { TrustedProxies } from '../trusted-proxies.js'
import { Shortcut } from './shortcut.js'
import { WholeBody } from './whole-body.js'

const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n'
const LOG = { requestId: 'TEST' }

/** A body in pieces, and the number of those that are lent. */
function lender(pieces: readonly Uint8Array[], failure?: Error): { readonly body: LentBody; lent: () => number } {
  let count = 0
  const release = () => {
    count -= 1
  }
  async function* lend(): AsyncGenerator<LentBytes> {
    for (const bytes of pieces) {
      count += 1
      yield { bytes, release }
    }
    if (failure !== undefined) throw failure
  }
  const lent = lend()
  const close = async () => void (await lent.return(undefined))
  return { body: { [Symbol.asyncIterator]: () => lent, close }, lent: () => count }
}

/** A body in one piece, and whether it is lent. */
function whole(bytes: Uint8Array): { readonly body: LentBody; lent: () => number } {
  const { body } = lender([bytes])
  let count = 0
  const release = () => {
    count -= 1
  }
  const takeWhole = () => {
    count += 1
    return { bytes, release }
  }
  return { body: { ...body, takeWhole }, lent: () => count }
}

async function settled(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}

const LARGE = Buffer.alloc(300_000, 'x')
const piecesOf = (bytes: Buffer) => [bytes.subarray(0, 7), bytes.subarray(7, 100_000), bytes.subarray(100_000)]
const lengthOf = (bytes: number): [string, string] => ['Content-Length', String(bytes)]

/** An answer by the path of its request: of each form that a service may return. */
function answerOf({ target }: ServiceRequest): ServiceResponse {
  const of = (status: number, headers: [string, string][], body: ServiceResponse['body']) => ({
    status,
    headers,
    body,
    log: LOG,
  })
  switch (target) {
    case '/none':
      return of(204, [], undefined)
    case '/unchanged':
      return of(304, [['ETag', '"a"']], undefined)
    case '/no-length':
      return of(200, [], undefined)
    case '/dated':
      return of(404, [['Date', 'Mon, 05 Jan 2026 08:00:00 GMT'], lengthOf(1)], Buffer.from('a'))
    case '/bytes':
      return of(200, [['x-oss-meta-a', '\xe9'], lengthOf(3), ['Content-Disposition', 'a"\xff"']], Buffer.from('abc'))
    case '/bytes-without-length':
      return of(200, [], Buffer.from('abc'))
    case '/large':
      return of(200, [lengthOf(LARGE.length)], LARGE)
    case '/lent':
      return of(200, [lengthOf(3)], whole(Buffer.from('abc')).body)
    case '/lent-large':
      return of(200, [lengthOf(LARGE.length)], whole(LARGE).body)
    case '/pieces':
      return of(206, [lengthOf(LARGE.length)], lender(piecesOf(LARGE)).body)
    case '/chunks':
      return of(200, [], lender(piecesOf(LARGE)).body)
    case '/cut':
      return of(200, [lengthOf(LARGE.length)], lender([LARGE.subarray(0, 9)], new Error('damaged')).body)
    case '/split-header':
      return of(200, [['x-oss-meta-a', 'a\r\nb: c'], lengthOf(0)], undefined)
    default:
      return of(200, [['a b', 'c'], lengthOf(0)], undefined)
  }
}

/** Facts that both ways report alike. With HEAD `node:http` counts a body that it does not send. */
function factsOf({ answer, method, target, bytesReceived, bytesSent, userAgent, remote, traceparent }: Answered) {
  return {
    status: answer.status,
    failed: answer.log.failure !== undefined,
    method,
    target,
    bytesReceived,
    bytesSent: method === 'HEAD' ? 0 : bytesSent,
    userAgent,
    remote,
    traceparent,
  }
}

interface Seen {
  readonly received: string
  readonly answered: unknown[]
  readonly sent: unknown[]
}

/** An answer without the lines that delimit its chunks, which newer versions of Node.js join. */
function unframed(received: string): string {
  const [head = '', ...rest] = received.split('\r\n\r\n')
  if (!head.includes('Transfer-Encoding: chunked')) return received
  const framed = rest.join('\r\n\r\n')
  assert.ok(framed.endsWith('0\r\n\r\n'))
  return `${head}\n${framed.replace(/(^|\r\n)[\da-f]+\r\n/g, '')}`
}

async function exchange(t: TestContext, shortcut: boolean, request: string): Promise<Seen> {
  const answered: unknown[] = []
  const sent: unknown[] = []
  const onSent = ({ bytes, requestBytes, receivedBytes, httpVersion }: SentAnswer) =>
    sent.push({ bytes: request.startsWith('HEAD') ? 0 : bytes, requestBytes, receivedBytes, httpVersion })
  const { port } = await listen(t, async (one) => ({ ...answerOf(one), onSent }), {
    shortcut,
    onAnswered: (one) => answered.push(factsOf(one)),
  })
  const client = await rawConnection(port)
  await client.send(request)
  client.socket.end()
  const received = await client.closed()
  await settled(() => answered.length > 0)
  // Node.js keeps the reason of the head that it could not write
  const read = unframed(received)
    .replace('500 OK', '500 Internal Server Error')
    .replace(/^(Date: (?!Mon, 05)).*/gm, '$1')
  return { received: read, answered, sent }
}

test('answers of all forms are sent, counted and logged as by node:http', async (t) => {
  const targets = [
    'none',
    'unchanged',
    'no-length',
    'dated',
    'bytes',
    'bytes-without-length',
    'large',
    'lent',
    'lent-large',
  ]
  for (const target of [...targets, 'pieces', 'chunks', 'split-header', 'blank-in-name']) {
    for (const method of ['GET', 'HEAD']) {
      const request = `${method} /${target} HTTP/1.1\r\nHost: h\r\nUser-Agent: u/1\r\ntraceparent: p\r\n\r\n`
      const [own, theirs] = await Promise.all([exchange(t, true, request), exchange(t, false, request)])
      assert.deepEqual(own, theirs, `${method} ${target}`)
    }
  }
})

test('an answer whose body cannot be read to its end is cut, and noted as by node:http', async (t) => {
  const request = 'GET /cut HTTP/1.1\r\nHost: h\r\n\r\n'
  const [own, theirs] = await Promise.all([exchange(t, true, request), exchange(t, false, request)])
  assert.deepEqual([own.answered, own.sent], [theirs.answered, []])
  assert.ok(own.received.length < LARGE.length)
})

test('a body that arrived with its head is read in pieces of any size, and the rest is not taken for a request', async (t) => {
  const { port } = await listen(t, (request) => echo(request, (bytes) => `[${bytes.length} ${bytes}]`))
  const client = await rawConnection(port)
  const put = `PUT /k HTTP/1.1\r\nHost: h\r\nContent-Length: ${GET.length}\r\n\r\n${GET}`
  await client.send(put)
  await client.until(`[${GET.length} ${GET}]`)
  await client.send('DELETE /k HTTP/1.1\r\nHost: h\r\n\r\n')
  const received = await client.until('[0 ]')
  assert.equal(received.split('HTTP/1.1 200').length, 3)
  client.socket.destroy()
})

test('requests that come before the answer to the one before wait for it, and are answered in order', async (t) => {
  let running = 0
  const { port } = await listen(t, async ({ target }) => {
    assert.equal(running, 0)
    running += 1
    await new Promise((resolve) => setTimeout(resolve, 20))
    running -= 1
    return text(200, `[${target}]`)
  })
  const client = await rawConnection(port)
  const targets = Array.from({ length: 12 }, (_, index) => `/${index}`)
  for (const target of targets) {
    await client.send(`GET ${target} HTTP/1.1\r\nHost: h\r\n${target === '/7' ? 'A: 1\r\nA: 2\r\n' : ''}\r\n`)
    await new Promise((resolve) => setTimeout(resolve, 7))
  }
  const received = await client.until('[/11]')
  assert.deepEqual(
    [...received.matchAll(/\[(\S+)\]/g)].map(([, target]) => target),
    targets,
  )
  client.socket.destroy()
})

test('a stop lets a request complete that the shortcut handles, and closes its connection', async (t) => {
  let goOn = () => {}
  const mayAnswer = new Promise<void>((resolve) => {
    goOn = resolve
  })
  let isHandled = false
  const { port, server } = await listen(t, async () => {
    isHandled = true
    await mayAnswer
    return text(200, 'done')
  })
  const [busy, idle] = [await rawConnection(port), await rawConnection(port)]
  await busy.send(GET)
  await settled(() => isHandled)
  const stopped = server.stop(10_000)
  await idle.closed()
  goOn()
  assert.match(await busy.closed(), /200 OK\r\n.*Connection: close\r\n\r\ndone$/s)
  assert.equal(await stopped, 0)
})

test('a client that leaves before its answer is noted as cut, and the body is released', async (t) => {
  const { body, lent } = whole(LARGE)
  const answered: Answered[] = []
  let goOn = () => {}
  const mayAnswer = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const { port, server } = await listen(
    t,
    async () => {
      await mayAnswer
      return { status: 200, headers: [lengthOf(LARGE.length)], body, log: LOG }
    },
    { onAnswered: (one) => answered.push(one) },
  )
  const client = await rawConnection(port)
  await client.send(GET)
  await settled(() => server.running.get(undefined) === 1)
  client.socket.resetAndDestroy()
  await new Promise((resolve) => setTimeout(resolve, 50))
  goOn()
  await settled(() => answered.length === 1)
  assert.equal(answered[0]?.bytesSent, 0)
  assert.equal(lent(), 0)
  assert.deepEqual([...server.running], [[undefined, 0]])
})

test('a reader that takes nothing loses its connection, and what it was sent is released', async (t) => {
  const huge = Buffer.alloc(20_000_000)
  for (const lend of [() => whole(huge), () => lender(Array.from({ length: 20 }, () => huge.subarray(0, 1_000_000)))]) {
    const { body, lent } = lend()
    const answered: Answered[] = []
    const { port } = await listen(t, async () => ({ status: 200, headers: [lengthOf(huge.length)], body, log: LOG }), {
      idleTimeoutMs: 200,
      onAnswered: (one) => answered.push(one),
    })
    const client = await rawConnection(port)
    client.socket.pause()
    await client.send(GET)
    await settled(() => answered.length === 1)
    await settled(() => lent() === 0)
    client.socket.destroy()
  }
})

/** The server's side of connections that have the shortcut alone, with limits in milliseconds. */
async function alone(
  t: TestContext,
  handle: (request: ServiceRequest) => Promise<ServiceResponse>,
  { first, kept } = { first: 60_000, kept: 60_000 },
) {
  const seen = { silent: 0, handedOver: 0 }
  const sockets: Socket[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket)
    new Shortcut(newConnection(socket), {
      proxies: new TrustedProxies([]),
      firstTimeoutMs: first,
      keepAliveTimeoutMs: kept,
      idleTimeoutMs: 60_000,
      handle,
      failed: failedAnswer,
      begins: () => {},
      ends: () => {},
      isStopping: () => false,
      refuseSilent: (silent: Socket) => {
        seen.silent += 1
        silent.destroy()
      },
      handOver: (other: Socket) => {
        seen.handedOver += 1
        other.destroy()
      },
      onAnswered: () => {},
      log: pino({ level: 'silent' }),
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(t, () => server.close())
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return { port: address.port, seen, sockets }
}

test('a connection is refused if it sends no request, closed if it sends no other, and kept while one is answered', async (t) => {
  const slow = async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    return text(200, 'slow')
  }
  const { port, seen } = await alone(t, slow, { first: 1_000, kept: 100 })
  const silent = await rawConnection(port)
  const client = await rawConnection(port)
  await client.send(GET)
  await silent.closed()
  assert.equal(seen.silent, 1)
  await client.until('slow')
  await client.closed()
  assert.deepEqual(seen, { silent: 1, handedOver: 0 })
})

test('a client that half-closes gets its answer, in pieces too, and then the connection closes', async (t) => {
  const { port, seen } = await alone(t, async (request) => answerOf(request))
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
  const { port, seen } = await alone(t, async ({ target }) => text(200, `[${target}]`))
  const client = await rawConnection(port)
  for (const target of ['/1', '/2', '/3']) {
    await client.send(`GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`)
    await client.until(`[${target}]`)
  }
  assert.equal(seen.handedOver, 0)
  await client.send(GET.slice(0, 9))
  await client.closed()
  assert.equal(seen.handedOver, 1)
})

test('a body that came with its head is whole until a byte of it is read', async () => {
  const body = new WholeBody(Buffer.from('abc'))
  assert.equal(String(body.whole), 'abc')
  assert.equal(await body.read(new Uint8Array(1)), 1)
  assert.equal(body.whole, undefined)
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
})
