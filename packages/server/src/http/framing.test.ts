import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createRandom } from '@bindery/storage'
import { atEnd } from '../../../../test/support/at-end.mjs'
import { bodyOf, echo, listen, READERS, rawConnection, text } from '../testing/http.js'

const PUT = 'PUT /b/k HTTP/1.1\r\nHost: h\r\n'
const BOTH = `${PUT}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n`
const GET = 'GET /next HTTP/1.1\r\nHost: h\r\n\r\n'

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

test('with a length and chunks together the chunks count, and the connection closes after the response', async (t) => {
  const { port } = await listen(t, echo)
  for (const lengths of [
    'Content-Length: 5\r\nTransfer-Encoding: chunked',
    'transfer-encoding: Chunked\r\ncontent-length: 5',
  ]) {
    const client = await rawConnection(port)
    await client.send(`${PUT}${lengths}\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n${GET}`)
    const received = await client.closed()
    assert.match(received, /^HTTP\/1\.1 200 OK\r\n.*\r\nConnection: close\r\n\r\nabcde$/s)
  }
})

test('chunks that disagree with the announced length are refused before the reader gets the last byte', async (t) => {
  const { port } = await listen(t, echo)
  for (const [chunks, expected] of [
    ['4\r\nabcd\r\n0\r\n\r\n', 'IncompleteBody'],
    ['0\r\n\r\n', 'IncompleteBody'],
    ['6\r\nabcdef\r\n0\r\n\r\n', 'BadRequest'],
    ['5\r\nabcde\r\n1\r\nf\r\n0\r\n\r\n', 'BadRequest'],
    ['5\r\nabcde\r\nzz\r\n', 'BadRequest'],
  ] as const) {
    const client = await rawConnection(port)
    await client.send(`${BOTH}\r\n${chunks}`)
    const received = await client.closed()
    assert.match(received, new RegExp(`^HTTP/1\\.1 400 .*<Code>${expected}</Code>`, 's'), chunks)
  }
})

test('chunks that end before the announced length are not the whole body, at any moment', async (t) => {
  for (const reader of READERS) {
    const answers: unknown[] = []
    const { port } = await listen(
      t,
      async ({ body }) => {
        const look = () => answers.push(body.whole, body.hasEnded)
        const failed = (async () => {
          await body.ready()
          look()
          await nextTurn()
          look()
          await nextTurn()
          await body.read(Buffer.alloc(9))
        })()
        await assert.rejects(failed, { reason: 'incompleteBody' })
        look()
        return text(400, 'short')
      },
      { reader },
    )
    const client = await rawConnection(port)
    await client.send(`${BOTH}\r\n4\r\nabcd\r\n0\r\n\r\n`)
    assert.match(await client.closed(), /short$/)
    assert.ok(answers.length >= 2 && answers.every((answer) => !answer), `${answers}`)
  }
})

test('a body with both lengths is complete only when its last chunk has arrived', async (t) => {
  const reads: string[] = []
  const { port } = await listen(t, async ({ body }) => {
    assert.equal(body.size, 5)
    for (;;) {
      await body.ready()
      const buffer = Buffer.alloc(4)
      const bytes = await body.read(buffer)
      if (bytes === 0) return text(200, 'whole')
      reads.push(buffer.toString('latin1', 0, bytes))
    }
  })
  const client = await rawConnection(port)
  await client.send(`${BOTH}\r\n5\r\nabcde\r\n`)
  // Long enough for a reader to get what has arrived.
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.deepEqual(reads, [])
  await client.send('0\r\n\r\n')
  await client.closed()
  assert.deepEqual(reads, ['abcd', 'e'])
})

test('a large body with both lengths arrives unchanged, in segments of any size, after 100 Continue', async (t) => {
  const { port } = await listen(t, async (request) => text(200, sha256(await bodyOf(request, 1000))))
  const content = randomBytes(300_000)
  const chunks = [content.subarray(0, 1), content.subarray(1, 70_000), content.subarray(70_000)].map((piece) =>
    Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]),
  )
  const client = await rawConnection(port)
  const head = `${PUT}Content-Length: ${content.length}\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n`
  for (const byte of head) await client.send(byte)
  await client.until('100 Continue\r\n\r\n')
  for (const chunk of chunks) await client.send(chunk)
  await client.send('0\r\n\r\n')
  assert.equal((await client.closed()).split('\r\n\r\n').at(-1), sha256(content))
})

test('both lengths are refused if a proxy forwarded the request', async (t) => {
  const { port } = await listen(t, echo)
  for (const header of ['Via: 1.1 p', 'X-Forwarded-For: 10.0.0.1', 'Forwarded: for=10.0.0.1']) {
    const client = await rawConnection(port)
    await client.send(`${BOTH}${header}\r\n\r\n5\r\nabcde\r\n0\r\n\r\n`)
    assert.match(await client.closed(), /^HTTP\/1\.1 400 .*<Code>BadRequest<\/Code>/s)
  }
})

test('any other framing is rejected, and its connection closes', async (t) => {
  const { port } = await listen(t, echo)
  for (const bytes of [
    `${PUT}Content-Length: 1\r\nContent-Length: 1\r\n\r\na`,
    `${PUT}Content-Length: 1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `${PUT}Content-Length: 1, 1\r\n\r\na`,
    `${PUT}Content-Length: +1\r\n\r\na`,
    `${PUT}Content-Length: -1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `${PUT}Transfer-Encoding: gzip\r\nContent-Length: 1\r\n\r\na`,
    `${PUT}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    `${PUT}Transfer-Encoding: chunked, gzip\r\nContent-Length: 1\r\n\r\na`,
    `${PUT}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `${PUT}Transfer-Encoding: chunked, chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n`,
    `${PUT}Transfer-Encoding: identity\r\nContent-Length: 1\r\n\r\na`,
    `${PUT}Transfer-Encoding:\r\nContent-Length: 1\r\n\r\na`,
    `${PUT}Transfer-Encoding: xchunked\r\nContent-Length: 1\r\n\r\na`,
    `${PUT}Transfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n`,
    `${PUT}Transfer-Encoding: chunked\r\n\r\n1 \r\na\r\n0\r\n\r\n`,
    `${PUT}Transfer-Encoding: chunked\r\n\r\n1\r\na0\r\n\r\n`,
    `${PUT}X: a\r\n b\r\nContent-Length: 1\r\n\r\na`,
    `${PUT}X: a\nContent-Length: 1\r\n\r\na`,
    `${PUT}X: a\rContent-Length: 1\r\n\r\na`,
    `${PUT}X: \x00\r\nContent-Length: 1\r\n\r\na`,
    'PUT /b/k HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'PUT /b/k HTTP/1.0\r\nHost: h\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'PUT /b/k HTTP/1.2\r\nHost: h\r\nContent-Length: 1\r\n\r\na',
  ]) {
    const client = await rawConnection(port)
    await client.send(bytes)
    await client.send(GET).catch(() => {})
    client.socket.end()
    const received = await client.closed()
    assert.match(received, /^HTTP\/1\.1 400 .*<Code>BadRequest<\/Code>/s, JSON.stringify(bytes))
    assert.equal(received.split('HTTP/1.1 ').length, 2, JSON.stringify(received))
  }
})

/** Spellings of the two headers, and further headers that an attacker may try with them. */
const LENGTH_LINES = [
  'Content-Length: N',
  'content-length:N',
  'Content-Length:\tN ',
  'Content-Length: 0N',
  'Content-Length: N,N',
]
const CODING_LINES = [
  'Transfer-Encoding: chunked',
  'TRANSFER-ENCODING:CHUNKED',
  'Transfer-Encoding:\tchunked',
  'Transfer-Encoding: chunked ',
  'Transfer-Encoding : chunked',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding:\r\n chunked',
  'X: y\nTransfer-Encoding: chunked',
  'Transfer_Encoding: chunked\r\nTransfer-Encoding: chunked',
  'Connection: transfer-encoding\r\nTransfer-Encoding: chunked',
]

const seed = Number(process.env.SEED ?? 1)

test(`nothing after a request with both lengths is treated as a request (SEED=${seed})`, async (t) => {
  const random = createRandom(seed)
  const pick = <T>(from: readonly T[]) => from[random.below(from.length)] as T
  const handled: string[] = []
  const { port } = await listen(t, (request) => {
    handled.push(request.target)
    return echo(request, ({ length }) => String(length))
  })
  const hidden = 'GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n'
  for (let round = 0; round < 400; round += 1) {
    const content = pick(['', 'abc', hidden, `0\r\n\r\n${hidden}`])
    const chunks = content === '' ? '0\r\n\r\n' : `${content.length.toString(16)}\r\n${content}\r\n0\r\n\r\n`
    const announced = pick([0, 3, content.length, content.length, chunks.length])
    const lines = [pick(LENGTH_LINES).replaceAll('N', String(announced)), pick(CODING_LINES), 'Host: h']
    if (random.below(8) === 0) lines.push(pick(lines))
    lines.sort(() => random.below(3) - 1)
    const sent = `PUT /first HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${chunks}${hidden}`
    const client = await rawConnection(port)
    const cut = random.below(sent.length)
    for (const piece of random.below(2) === 0 ? [sent] : [sent.slice(0, cut), sent.slice(cut)]) {
      await client.send(piece).catch(() => {})
    }
    client.socket.end()
    const received = await client.closed()
    const story = JSON.stringify(sent)
    assert.ok(!handled.includes('/hidden'), story)
    assert.equal(received.split('HTTP/1.1 ').length, 2, story)
    if (!received.startsWith('HTTP/1.1 200')) continue
    assert.equal(announced, content.length, story)
    assert.ok(received.endsWith(`\r\n\r\n${announced}`), story)
  }
  assert.ok(handled.length > 50, `only ${handled.length} requests were whole`)
})

test('a body that is announced with a GET, HEAD or DELETE but does not arrive closes the connection', async (t) => {
  const { port } = await listen(t, async ({ target }) => text(200, `[${target}]`))
  for (const method of ['GET', 'HEAD', 'DELETE']) {
    for (const announced of ['Content-Length: 100', 'Transfer-Encoding: chunked']) {
      const client = await rawConnection(port)
      await client.send(`${method} /first HTTP/1.1\r\nHost: h\r\n${announced}\r\n\r\n`)
      const answer = await client.until('\r\n\r\n')
      assert.match(answer, /^HTTP\/1\.1 200 OK\r\n.*\r\nConnection: close\r\n/s)
      client.socket.end()
      await client.closed()
    }
  }
})

test('a body that arrives with a GET is discarded, and the connection serves the next request', async (t) => {
  const { port } = await listen(t, async ({ target }) => text(200, `[${target}]`))
  for (const body of ['Content-Length: 3\r\n\r\nabc', 'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n']) {
    const client = await rawConnection(port)
    await client.send(`GET /first HTTP/1.1\r\nHost: h\r\n${body}`)
    await client.until('[/first]')
    await client.send(GET)
    await client.until('[/next]')
    client.socket.destroy()
  }
})

/** Keeps the server's sides of new connections from closing; returns a function that lets them close. */
function holdClosing(t: TestContext): () => void {
  const held: (() => void)[] = []
  const hold = (message: unknown): void => {
    const { socket } = message as { socket: Socket }
    const final = socket._final
    socket._final = (done) => held.push(() => final.call(socket, done))
  }
  subscribe('net.server.socket', hold)
  atEnd(t, () => unsubscribe('net.server.socket', hold))
  return () => {
    for (const release of held.splice(0)) release()
  }
}

test('what arrives behind the last request of a connection is neither handled nor answered', async (t) => {
  const lasts = [
    'GET /last HTTP/1.1\r\nHost: h\r\nConnection: close, keep-alive\r\n\r\n',
    'GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n',
    'GET /last HTTP/1.0\r\nHost: h\r\n\r\n',
    'GET /last HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\n',
  ]
  const close = holdClosing(t)
  for (const last of lasts) {
    const handled: string[] = []
    const { port } = await listen(t, async ({ target }) => {
      handled.push(target)
      return text(200, 'last')
    })
    const client = await rawConnection(port)
    await client.send(`${last}${GET}${GET}`)
    await client.until('last')
    await client.send(GET)
    await new Promise((resolve) => setTimeout(resolve, 100))
    close()
    const received = await client.closed()
    assert.equal(received.match(/HTTP\/1\.1 /g)?.length, 1, received)
    assert.deepEqual(handled, ['/last'])
  }
})
