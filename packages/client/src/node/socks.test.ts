import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { atEnd } from '../../../../test/support/at-end.mjs'
import { socksDialogue } from './socks.js'
import { nodeTransport } from './transport.js'

async function listen(t: TestContext, server: net.Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(t, () => server.close())
  return (server.address() as AddressInfo).port
}

/** A proxy that answers each message with the next of `answers`, and then passes bytes to `onward`. */
async function startProxy(t: TestContext, answers: readonly Uint8Array[], onward?: number) {
  const heard: Buffer[] = []
  const server = net.createServer((socket) => {
    let step = 0
    socket.on('error', () => {})
    const onData = (piece: Buffer) => {
      heard.push(piece)
      const answer = answers[step]
      step += 1
      if (answer === undefined) return void socket.end()
      // in two pieces, as a network may bring them
      socket.write(answer.subarray(0, 1))
      setImmediate(() => socket.write(answer.subarray(1)))
      if (step < answers.length || onward === undefined) return
      socket.off('data', onData)
      const server = net.connect(onward, '127.0.0.1')
      socket.pipe(server).pipe(socket)
    }
    socket.on('data', onData)
  })
  return { port: await listen(t, server), heard }
}

const CONNECTED = Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0)
const CONNECTED_BY_NAME = Uint8Array.of(5, 0, 0, 3, 2, 104, 105, 0, 80)
const GREETING = Uint8Array.of(5, 0)
const GREETING_WITH_KEY = Uint8Array.of(5, 2)

async function send(t: TestContext, url: string, proxy: string, size: number): Promise<string> {
  const transport = nodeTransport({ proxy, connectTimeoutMs: 60_000 })
  atEnd(t, () => transport.close?.())
  let text = ''
  // twice: the second request uses the connection of the first
  for (let count = 0; count < 2; count += 1) {
    const { signal } = new AbortController()
    const request = {
      ...{ url, method: 'PUT', headers: {}, signal, stallTimeoutMs: 5_000 },
      ...{ body: new Uint8Array(size), bodyLength: size },
    }
    const { body } = await transport.send(request)
    text = ''
    for await (const piece of body) text += Buffer.from(piece).toString()
  }
  return text
}

test('requests pass through a SOCKS proxy, which looks up the name of the server', async (t) => {
  const server = http.createServer(async (request, response) => {
    let size = 0
    for await (const piece of request) size += piece.length
    response.end(`${request.url} ${request.headers.host} ${size} ${'x'.repeat(100_000)}`)
  })
  const onward = await listen(t, server)
  for (const connected of [CONNECTED, CONNECTED_BY_NAME]) {
    const { port, heard } = await startProxy(t, [GREETING, connected], onward)
    const text = await send(t, 'http://oss.example:9000/a/../b', `socks5://127.0.0.1:${port}`, 3_000_000)
    assert.equal(text.replace(/x+$/, ''), '/a/../b oss.example:9000 3000000 ')
    assert.equal(text.length, '/a/../b oss.example:9000 3000000 '.length + 100_000)
    const name = Buffer.from('oss.example')
    assert.deepEqual(heard, [
      Buffer.of(5, 1, 0),
      Buffer.concat([Buffer.of(5, 1, 0, 3, name.length), name, Buffer.of(9000 >> 8, 9000 & 0xff)]),
    ])
  }
})

test('a SOCKS proxy gets user and password where it wants them, and what it refuses is named', async (t) => {
  const onward = await listen(
    t,
    http.createServer((_, response) => response.end('through')),
  )
  const keyed = await startProxy(t, [GREETING_WITH_KEY, Uint8Array.of(1, 0), CONNECTED], onward)
  assert.equal(await send(t, 'http://a/', `socks5h://me:p%40ss@127.0.0.1:${keyed.port}`, 1), 'through')
  assert.deepEqual(
    keyed.heard[1],
    Buffer.concat([Buffer.of(1, 2), Buffer.from('me'), Buffer.of(4), Buffer.from('p@ss')]),
  )
  const refusals: [answers: Uint8Array[], message: RegExp, key?: string][] = [
    [[GREETING_WITH_KEY, Uint8Array.of(1, 1)], /refused the user and the password/, 'me:wrong@'],
    [[GREETING_WITH_KEY], /wants a user and a password/],
    [[Uint8Array.of(5, 255)], /wants a user and a password/],
    [[Uint8Array.of(4, 90)], /does not speak SOCKS 5/],
    [[GREETING, Uint8Array.of(5, 5, 0, 1, 0, 0, 0, 0, 0, 0)], /nothing listens there/],
    [[GREETING, Uint8Array.of(5, 2, 0, 1, 0, 0, 0, 0, 0, 0)], /its rules do not permit that/],
    [[GREETING], /it closed the connection/],
  ]
  for (const [answers, message, key = ''] of refusals) {
    const { port } = await startProxy(t, answers)
    await assert.rejects(send(t, 'https://oss.example/', `socks5://${key}127.0.0.1:${port}`, 1), {
      name: 'TransportError',
      message,
    })
  }
})

test('addresses have their own forms', () => {
  const requestFor = (hostname: string) => {
    const dialogue = socksDialogue({ hostname, port: 1 }, { user: '', password: '' })
    return dialogue.next(Buffer.from(GREETING))?.send
  }
  assert.deepEqual(requestFor('127.0.0.9'), Buffer.of(5, 1, 0, 1, 127, 0, 0, 9, 0, 1))
  const zeros = (count: number) => Array.from({ length: count }, () => 0)
  assert.deepEqual(requestFor('::1'), Buffer.of(5, 1, 0, 4, ...zeros(15), 1, 0, 1))
  assert.deepEqual(requestFor('2001:db8::a:0'), Buffer.of(5, 1, 0, 4, 0x20, 1, 0xd, 0xb8, ...zeros(9), 10, 0, 0, 0, 1))
  assert.deepEqual(requestFor('::ffff:1.2.3.4'), Buffer.of(5, 1, 0, 4, ...zeros(10), 255, 255, 1, 2, 3, 4, 0, 1))
  assert.throws(() => requestFor('n'.repeat(256)), /255 bytes/)
})
