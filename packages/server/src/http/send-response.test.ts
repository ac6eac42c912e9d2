import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LentBody, ServiceResponse } from '@bindery/service'
import type { LentBytes } from '@bindery/storage'
import { listen, rawConnection, text } from '../testing/http.js'

const PIECE_BYTES = 1024 ** 2
const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n'

interface Lender {
  readonly body: LentBody
  /** Pieces lent and not released, their maximum, and whether the iteration has ended. */
  readonly state: { lent: number; most: number; pieces: number; ended: boolean }
  readonly ended: Promise<void>
}

/** Lends pieces one after another and counts them; fails after the last if `failure` is given. */
function lender(pieces: number, failure?: Error): Lender {
  const state = { lent: 0, most: 0, pieces: 0, ended: false }
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  async function* lend(): AsyncGenerator<LentBytes> {
    try {
      for (let index = 0; index < pieces; index += 1) {
        state.lent += 1
        state.pieces += 1
        state.most = Math.max(state.most, state.lent)
        const release = () => {
          state.lent -= 1
        }
        yield { bytes: Buffer.alloc(PIECE_BYTES, 65 + (index % 26)), release }
      }
      if (failure !== undefined) throw failure
    } finally {
      state.ended = true
      end()
    }
  }
  const lent = lend()
  const close = async () => {
    await lent.return(undefined)
  }
  return { body: { [Symbol.asyncIterator]: () => lent, close }, state, ended }
}

function streamed(body: LentBody, bytes: number): ServiceResponse {
  return { status: 200, headers: [['Content-Length', String(bytes)]], body, log: { requestId: 'TEST' } }
}

async function settled(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}

test('a streamed body arrives completely and every piece is released', async (t) => {
  const { body, state } = lender(20)
  const { port } = await listen(t, async () => streamed(body, 20 * PIECE_BYTES))
  const client = await rawConnection(port)
  await client.send(GET)
  const received = await client.until('T'.repeat(PIECE_BYTES))
  assert.equal(received.length - received.indexOf('\r\n\r\n') - 4, 20 * PIECE_BYTES)
  await settled(() => state.lent === 0)
  client.socket.destroy()
})

test('a stalled reader holds at most two pieces and the one being read', async (t) => {
  const { body, state } = lender(1_000)
  const { port } = await listen(t, async () => streamed(body, 1_000 * PIECE_BYTES))
  const client = await rawConnection(port)
  client.socket.pause()
  await client.send(GET)
  let before = -1
  while (state.pieces !== before) {
    before = state.pieces
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.ok(state.pieces < 100, `${state.pieces} pieces were read for a client that takes none`)
  assert.ok(state.most <= 3, `${state.most} pieces were lent at once`)
  client.socket.destroy()
})

test('when the client leaves, the body is ended early and every piece released', async (t) => {
  const { body, state, ended } = lender(1_000)
  const { port } = await listen(t, async () => streamed(body, 1_000 * PIECE_BYTES))
  const client = await rawConnection(port)
  await client.send(GET)
  await client.until('\r\n\r\n')
  client.socket.resetAndDestroy()
  await ended
  await settled(() => state.lent === 0)
  assert.ok(state.pieces < 1_000)
})

test('a reader that takes nothing for the idle time loses its connection', async (t) => {
  const { body, state, ended } = lender(1_000)
  const { port } = await listen(t, async () => streamed(body, 1_000 * PIECE_BYTES), { idleTimeoutMs: 200 })
  const client = await rawConnection(port)
  client.socket.pause()
  await client.send(GET)
  await ended
  await settled(() => state.lent === 0)
  client.socket.destroy()
})

/** A body in one piece, which it counts as lent until its release. */
function lentWhole(bytes: number) {
  const state = { taken: 0, released: 0 }
  const release = () => {
    state.released += 1
  }
  const piece = { bytes: Buffer.alloc(bytes, 'w'), release }
  const takeWhole = () => {
    state.taken += 1
    return piece
  }
  const none = () => assert.fail('it is not iterated')
  const body: LentBody = { takeWhole, [Symbol.asyncIterator]: none, close: async () => {} }
  return { body, state }
}

test('a body that is lent whole arrives completely and is released once', async (t) => {
  const { body, state } = lentWhole(PIECE_BYTES)
  const { port } = await listen(t, async () => streamed(body, PIECE_BYTES))
  const client = await rawConnection(port)
  await client.send(GET)
  const received = await client.until('w'.repeat(PIECE_BYTES))
  assert.equal(received.length - received.indexOf('\r\n\r\n') - 4, PIECE_BYTES)
  await settled(() => state.released === 1)
  client.socket.destroy()
  assert.equal(state.taken, 1)
})

for (const [reason, idleTimeoutMs] of [
  ['leaves', 60_000],
  ['takes nothing for the idle time', 200],
] as const) {
  test(`a body that is lent whole is released once when the reader ${reason}`, async (t) => {
    const { body, state } = lentWhole(64 * PIECE_BYTES)
    const { port } = await listen(t, async () => streamed(body, 64 * PIECE_BYTES), { idleTimeoutMs })
    const client = await rawConnection(port)
    await client.send(GET)
    await client.until('\r\n\r\n')
    client.socket.pause()
    assert.equal(state.released, 0)
    if (reason === 'leaves') client.socket.resetAndDestroy()
    await settled(() => state.released === 1)
    client.socket.destroy()
  })
}

test('a body that is lent whole is released when its head cannot be sent', async (t) => {
  const { body, state } = lentWhole(10)
  const headers = [['X-Bad', 'line\nbreak']] as const
  const { port } = await listen(t, async () => ({ ...streamed(body, 10), headers }))
  const client = await rawConnection(port)
  await client.send(GET)
  assert.match(await client.until('\r\n\r\n'), /^HTTP\/1\.1 500 /)
  await settled(() => state.released === 1)
  client.socket.destroy()
})

test('a body that fails while it is sent breaks the connection instead of ending normally', async (t) => {
  const { body, state } = lender(2, new Error('damaged'))
  const { port } = await listen(t, async () => streamed(body, 3 * PIECE_BYTES))
  const client = await rawConnection(port)
  await client.send(GET)
  assert.ok((await client.closed()).length < 3 * PIECE_BYTES)
  await settled(() => state.lent === 0)
})

test('HEAD and 304 are sent without a body, with their headers in the given order', async (t) => {
  const headers = [
    ['Server', 'AliyunOSS'],
    ['Date', 'Fri, 01 Jan 2027 00:00:00 GMT'],
    ['ETag', '"x"'],
    ['Content-Length', '12345'],
  ] as const
  const { port } = await listen(t, async ({ method }) => ({
    status: method === 'HEAD' ? 200 : 304,
    headers: method === 'HEAD' ? headers : headers.slice(0, 3),
    body: undefined,
    log: { requestId: 'TEST' },
  }))
  const client = await rawConnection(port)
  await client.send('HEAD / HTTP/1.1\r\nHost: h\r\n\r\n')
  const head = 'Server: AliyunOSS\r\nDate: Fri, 01 Jan 2027 00:00:00 GMT\r\nETag: "x"\r\n'
  assert.ok((await client.until('\r\n\r\n')).startsWith(`HTTP/1.1 200 OK\r\n${head}Content-Length: 12345\r\n`))
  await client.send(GET)
  const both = await client.until('304 Not Modified')
  assert.ok(both.includes(`HTTP/1.1 304 Not Modified\r\n${head}`))
  client.socket.destroy()
})

test('an error document is sent unchanged', async (t) => {
  const { port } = await listen(t, async () => text(404, '<Error/>'))
  const client = await rawConnection(port)
  await client.send(GET)
  assert.match(await client.until('<Error/>'), /^HTTP\/1\.1 404 Not Found\r\nContent-Length: 8\r\n/)
  client.socket.destroy()
})
