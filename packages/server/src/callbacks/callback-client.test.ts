import assert from 'node:assert/strict'
import { createHash, verify } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { type CallbackUrl, callbackBody, callbackRequest, OssError, readCallback } from '@bindery/protocol'
import type { CallbackAnswer } from '@bindery/service'
import { pino } from 'pino'
import { atEnd } from '../../../../test/support/at-end.mjs'
import { AllowedHosts } from '../outgoing/allowed-hosts.js'
import { type CallbackClientOptions, createCallbacks } from './callback-client.js'
import { CallbackKey, newCallbackKey } from './callback-key.js'

const key = new CallbackKey(newCallbackKey)

function client(options: Partial<CallbackClientOptions> = {}) {
  const hosts = new AllowedHosts(['loopback'])
  return createCallbacks({ key, hosts, domains: [], log: pino({ level: 'silent' }), ...options })
}

/** Posts the callback of a configuration to its single URL. */
async function post(url: string, options: Partial<CallbackClientOptions> = {}, sni = false): Promise<CallbackAnswer> {
  const callbacks = client(options)
  const configuration = { callbackUrl: url, callbackBody: 'a=1' }
  const callback = readCallback({ callbackHeader: Buffer.from(JSON.stringify(configuration)).toString('base64') })
  const [target] = callback?.urls ?? []
  assert.ok(callback && target)
  const receiver = await callbacks.find(target)
  const request = callbackRequest(callback, target, callbackBody(callback, {}), {
    requestId: 'R',
    bucket: 'bkt',
    requester: '1',
    time: 0,
    publicKeyUrl: callbacks.publicKeyUrl({ scheme: 'http', host: '127.0.0.1:9000' }),
    digests: { md5: (bytes) => createHash('md5').update(bytes).digest() },
    sign: await callbacks.signer(),
  })
  return receiver.post(request, { sni })
}

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

/** An application on this machine. */
const application = (t: TestContext, answer: RequestListener) => listening(t, createServer(answer))

/** An application that answers every request with these bytes. */
function rawApplication(t: TestContext, answer: string, close = true): Promise<number> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => (close ? socket.end(answer) : socket.write(answer)))
  })
  return listening(t, server)
}

const json: RequestListener = (_, response) => {
  response.setHeader('Content-Type', 'application/json').end('{"Status":"OK"}')
}

const urlOf = (host: string, port = 80): CallbackUrl => ({ scheme: 'http', host, port, target: '/' })

test('an application receives the request and can verify its signature with the public key', async (t) => {
  const seen: { request: IncomingMessage; body: string }[] = []
  const port = await application(t, async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    seen.push({ request, body })
    json(request, response)
  })
  const answer = await post(`http://127.0.0.1:${port}/a%2Fb%20c?q=%20`)
  assert.ok(answer.kind === 'answered')
  assert.deepEqual(
    [answer.status, answer.contentType, answer.contentLength, Buffer.from(answer.body).toString()],
    [200, 'application/json', 15, '{"Status":"OK"}'],
  )
  const [{ request, body } = assert.fail('no request came')] = seen
  assert.deepEqual([request.method, request.url, body], ['POST', '/a%2Fb%20c?q=%20', 'a=1'])
  assert.equal(request.headers.host, `127.0.0.1:${port}`)
  assert.equal(request.headers.connection, 'close')
  assert.equal(request.headers['user-agent'], 'aliyun-oss-callback')
  assert.equal(request.headers['content-md5'], createHash('md5').update('a=1').digest('base64'))
  const signature = Buffer.from(request.headers.authorization ?? '', 'base64')
  assert.ok(verify('md5', Buffer.from('/a/b c?q=%20\na=1'), await key.publicPem(), signature))
  assert.ok(!verify('md5', Buffer.from('/a/b c?q=%20\na=2'), await key.publicPem(), signature))
})

test('a redirect is an answer and is not followed', async (t) => {
  let hits = 0
  const there = await application(t, (request, response) => {
    hits += 1
    json(request, response)
  })
  const port = await application(t, (_, response) => {
    response.writeHead(301, { Location: `http://127.0.0.1:${there}/`, 'Content-Length': '0' }).end()
  })
  const answer = await post(`127.0.0.1:${port}`)
  assert.equal(answer.kind === 'answered' && answer.status, 301)
  assert.equal(hits, 0)
})

test('only this host is called if nothing else is allowed', async () => {
  const callbacks = client()
  await callbacks.find(urlOf('127.0.0.1'))
  for (const host of [
    '192.168.1.1',
    '10.0.0.1',
    '172.16.0.1',
    '100.64.0.1',
    '169.254.169.254',
    '0.0.0.0',
    'fd00::1',
    '::ffff:10.0.0.1',
  ]) {
    await assert.rejects(callbacks.find(urlOf(host)), (error) => {
      assert.ok(error instanceof OssError)
      assert.equal(error.message, 'Private address is forbidden to callback.')
      assert.deepEqual([error.row.status, error.row.code, error.row.ec], [400, 'InvalidArgument', '0007-00000008'])
      return true
    })
  }
})

test('a public host that is not named is not called, and does not prevent storing', async () => {
  for (const url of ['http://8.8.8.8/', 'https://203.0.113.7:8443/', 'http://app.example/']) {
    const resolve = async () => [{ address: '203.0.113.7', family: 4 }]
    assert.deepEqual(await post(url, { resolve }), { kind: 'notAllowed' })
  }
})

test('a name with one forbidden address is refused', async () => {
  const own = { address: '127.0.0.1', family: 4 }
  const others = [
    { address: '10.0.0.1', family: 4 },
    { address: 'fd00::1', family: 6 },
    { address: '::ffff:10.0.0.1', family: 6 },
  ]
  for (const other of others) {
    const resolve = async () => [own, other]
    await assert.rejects(client({ resolve }).find(urlOf('app.example')), { reason: 'callbackAddressForbidden' })
  }
})

test('a name is looked up once, and the connection goes to the checked address', async (t) => {
  const port = await application(t, json)
  let asked = 0
  const resolve = async () => {
    asked += 1
    return [{ address: asked === 1 ? '127.0.0.1' : '192.0.2.1', family: 4 }]
  }
  const answer = await post(`http://rebound.example:${port}/`, { resolve })
  assert.equal(answer.kind === 'answered' && answer.status, 200)
  assert.equal(asked, 1)
})

test('an unknown name, or one whose resolver does not answer, does not prevent storing and is reported as unreachable', async () => {
  const unknown = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }))
  assert.deepEqual(await post('http://app.example/', { resolve: unknown }), { kind: 'unreachable' })
  const silent = () => new Promise<never>(() => {})
  assert.deepEqual(await post('http://app.example/', { resolve: silent, timeoutMs: 50 }), { kind: 'unreachable' })
})

test('an application that does not listen, or that breaks off, is unreachable', async (t) => {
  const gone = await rawApplication(t, '')
  assert.deepEqual(await post(`127.0.0.1:${gone}`), { kind: 'unreachable' })
  for (const answer of [
    'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
    'SSH-2.0-x\r\n',
  ]) {
    const port = await rawApplication(t, answer)
    assert.deepEqual(await post(`127.0.0.1:${port}`), { kind: 'unreachable' }, answer)
  }
})

test('an answer of unknown length or too great a length is not read', async (t) => {
  const chunked = await application(t, (_, response) => {
    response.write('{')
    response.end('}')
  })
  const unknown = await post(`127.0.0.1:${chunked}`)
  assert.ok(unknown.kind === 'answered')
  assert.deepEqual([unknown.status, unknown.contentLength, unknown.body.length], [200, undefined, 0])
  const port = await rawApplication(t, `HTTP/1.1 200 OK\r\nContent-Length: ${3 * 1024 ** 2 + 1}\r\n\r\n{`, false)
  const large = await post(`127.0.0.1:${port}`)
  assert.equal(large.kind === 'answered' && large.contentLength, 3 * 1024 ** 2 + 1)
})

test('an answer that does not begin or end in time is late', async (t) => {
  for (const answer of ['', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{']) {
    const port = await rawApplication(t, answer, false)
    assert.deepEqual(await post(`127.0.0.1:${port}`, { timeoutMs: 150 }), { kind: 'late' })
  }
})

test('callbacks beyond the limit are not made, and those that end make room', async (t) => {
  let hits = 0
  let goOn = () => {}
  const waited = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const port = await application(t, async (request, response) => {
    hits += 1
    await waited
    json(request, response)
  })
  const receiver = await client({ callbacksMax: 1 }).find(urlOf('127.0.0.1', port))
  const request = { target: '/', headers: [['Host', 'a']] as const, body: new Uint8Array() }
  const first = receiver.post(request, { sni: false })
  while (hits === 0) await new Promise(setImmediate)
  assert.deepEqual(await receiver.post(request, { sni: false }), { kind: 'busy' })
  goOn()
  assert.equal((await first).kind, 'answered')
  assert.equal((await receiver.post(request, { sni: false })).kind, 'answered')
  assert.equal(hits, 2)
})

test('the name is sent in the TLS handshake only if requested', async (t) => {
  const resolve = async () => [{ address: '127.0.0.1', family: 4 }]
  for (const sni of [true, false]) {
    let hello = ''
    const server = createTcpServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', (bytes) => {
        hello = bytes.toString('latin1')
        socket.destroy()
      })
    })
    const port = await listening(t, server)
    assert.deepEqual(await post(`https://app.example:${port}/`, { resolve }, sni), { kind: 'unreachable' })
    // a handshake record
    assert.equal(hello.charCodeAt(0), 22)
    assert.equal(hello.includes('app.example'), sni)
  }
})
