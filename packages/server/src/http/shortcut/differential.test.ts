import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createRandom } from '@bindery/storage'
import { bodyOf, listen, READERS, rawConnection, text } from '../../testing/http.js'
import type { HttpReader } from '../http-server.js'

const METHODS = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'get', 'FOO', '']
const UNREAD = '/unread'
const TARGETS = [
  '/',
  '/b/k',
  '/b/k?x=1',
  UNREAD,
  UNREAD,
  '/%zz',
  '*',
  'http://o/k',
  '/a#b',
  '/a b',
  '/\xe9',
  '/"<>^`{|}',
  'k',
  '',
]
const VERSIONS = ['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/1.2', 'HTTP/1.1 ', 'http/1.1', 'HTTP/2.0']
const ENDS = ['\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\n', '\r', '\r\r\n', '']
const LINES = [
  'Host: h',
  'host:h',
  'Host : h',
  'X-Oss-A: 1',
  'x-oss-a:\t2 ',
  'A:\xa01\xa0',
  'A: \x01',
  'A: \x7f',
  'A\x00: 1',
  'A',
  ': 1',
  ' folded',
  '\tfolded',
  'Content-Length: N',
  'content-length:\tN ',
  'Content-Length: 0N',
  'Content-Length: +N',
  'Content-Length: N, N',
  'Content_Length: N',
  'Content-Length\xa0: N',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: identity',
  'Transfer\x00-Encoding: chunked',
  'TE: trailers',
  'Trailer: X',
  'Connection: keep-alive',
  'Connection: Keep-Alive',
  'Connection: close',
  'Connection: upgrade',
  'Proxy-Connection: close',
  'Keep-Alive: timeout=1',
  'Upgrade: websocket',
  'Expect: 100-continue',
  'Expect: 200-ok',
  `Long: ${'x'.repeat(4_000)}`,
]

/** More than is read from a connection at a time. */
const LARGE = 'x'.repeat(200_000)

const seed = Number(process.env.SEED ?? 1)
const ROUNDS = Number(process.env.ROUNDS ?? 250)

interface Server {
  readonly port: number
  readonly handled: string[]
  /** The bytes of the bodies of requests that were answered. */
  readonly received: number[]
}

/** A server that notes what it was requested, as the service sees it. */
async function serve(t: TestContext, reader: HttpReader): Promise<Server> {
  const handled: string[] = []
  const received: number[] = []
  const { port } = await listen(
    t,
    async (request) => {
      const { method, target, host, headers, scheme, remoteAddress } = request
      const read = target === UNREAD ? Promise.resolve(Buffer.from('unread')) : bodyOf(request)
      const body = await read.then(
        (bytes) => bytes.toString('latin1'),
        () => 'cut',
      )
      handled.push(JSON.stringify({ method, target, host, headers, scheme, remoteAddress, body }))
      return text(200, method === 'HEAD' ? '' : `[${body}]`, [['X-Target', target.replaceAll(/[^ -~]/g, '')]])
    },
    { reader, idleTimeoutMs: 2_000, onAnswered: ({ bytesReceived }) => received.push(bytesReceived) },
  )
  return { port, handled, received }
}

/** Sends pieces, each after the one before was probably read, and half-closes. Returns what was answered. */
async function exchange({ port }: Server, pieces: readonly string[]): Promise<string> {
  const client = await rawConnection(port)
  for (const piece of pieces) {
    await client.send(piece).catch(() => {})
    if (pieces.length > 1) await new Promise((resolve) => setTimeout(resolve, 2))
  }
  client.socket.end()
  return client.closed()
}

const withoutTime = (received: string) =>
  received.replace(/^Date: .*\r\n|^x-oss-request-id: .*\r\n/gm, '').replace(/<RequestId>.*/s, '')

test(`requests of any form mean the same with the shortcut and without it (SEED=${seed})`, async (t) => {
  const random = createRandom(seed)
  const pick = <T>(from: readonly T[]) => from[random.below(from.length)] as T
  const rarely = <T>(usual: T, from: readonly T[]) => (random.below(6) === 0 ? pick(from) : usual)
  const servers = await Promise.all(READERS.map((reader) => serve(t, reader)))
  const request = (): string => {
    const body = pick(['', '', 'abc', 'GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n', '0\r\n\r\n', rarely('defg', [LARGE])])
    const length = rarely(String(body.length), ['0', '3', '5', '1000', '2000000'])
    const lines = [rarely('Host: h', ['', 'Host:', 'Host: h\r\nHost: i'])]
    if (body !== '' || random.below(4) === 0) lines.push(`Content-Length: ${length}`)
    for (let count = random.below(3); count > 0; count -= 1) lines.push(pick(LINES).replaceAll('N', length))
    lines.sort(() => random.below(3) - 1)
    const start = `${rarely(body === '' ? 'GET' : 'PUT', METHODS)} ${rarely('/b/k', TARGETS)} ${rarely('HTTP/1.1', VERSIONS)}`
    const end = () => (random.below(20) === 0 ? pick(ENDS) : '\r\n')
    return `${start}${end()}${lines.map((line) => `${line}${end()}`).join('')}${end()}${body}`
  }
  let whole = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    const sent = Array.from({ length: 1 + random.below(3) }, request).join('')
    const cuts = Array.from({ length: random.below(3) }, () => random.below(sent.length)).sort(
      (one, other) => one - other,
    )
    const pieces = [0, ...cuts].map((cut, index) => sent.slice(cut, cuts[index]))
    for (const { handled, received } of servers) handled.length = received.length = 0
    const answers = await Promise.all(servers.map((server) => exchange(server, pieces)))
    const story = JSON.stringify(pieces).replace(/x{99,}/, '…')
    const last = servers.length - 1
    const theirs = servers[last] as Server
    // what comes before bytes that are not HTTP is handled or not, by the time when these are noticed
    const isBroken = answers.some((received) => /^HTTP\/1\.1 400|^Connection: close/m.test(received))
    for (const [index, own] of servers.slice(0, last).entries()) {
      const common = Math.min(own.handled.length, theirs.handled.length)
      assert.deepEqual(own.handled.slice(0, common), theirs.handled.slice(0, common), story)
      if (isBroken) continue
      assert.equal(own.handled.length, theirs.handled.length, story)
      assert.equal(withoutTime(answers[index] ?? ''), withoutTime(answers[last] ?? ''), story)
      assert.deepEqual(own.received, theirs.received, story)
    }
    if (!isBroken && theirs.handled.length > 0) whole += 1
  }
  assert.ok(whole > ROUNDS / 10, `only ${whole} of ${ROUNDS} began with a whole request`)
})
