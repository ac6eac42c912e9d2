import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { atEnd } from '../../../../test/support/at-end.mjs'
import { OssError } from '../types/error.js'
import { TransportError } from '../wire/failure.js'
import type { Route } from './route.js'
import { nodeTransport } from './transport.js'

async function listen(t: TestContext, server: net.Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(t, () => server.close())
  return (server.address() as AddressInfo).port
}

/** The status and the text of an answer that came by a route. */
async function get(t: TestContext, url: string, route: Route): Promise<string> {
  const transport = nodeTransport(route)
  atEnd(t, () => transport.close?.())
  const { signal } = new AbortController()
  const request = { url, method: 'GET', headers: {}, bodyLength: 0, signal, stallTimeoutMs: 5_000 }
  const { status, body } = await transport.send(request)
  let text = ''
  for await (const piece of body) text += Buffer.from(piece).toString()
  return `${status} ${text}`
}

test('a request without TLS names its server in full to a proxy, with the key of the URL', async (t) => {
  const proxy = http.createServer(({ url, headers }, response) => {
    response.end(`${url} for ${headers.host} by ${headers['proxy-authorization']}`)
  })
  const port = await listen(t, proxy)
  const key = Buffer.from('me:p@ss').toString('base64')
  assert.equal(
    await get(t, 'http://oss.example:9000/demo/a/../b', { proxy: `http://me:p%40ss@127.0.0.1:${port}` }),
    `200 http://oss.example:9000/demo/a/../b for oss.example:9000 by Basic ${key}`,
  )
})

test('a proxy that refuses a tunnel, closes it or stays silent is named, and an aborted request leaves it', async (t) => {
  const proxies: [answer: (socket: net.Socket) => void, message: RegExp, connectTimeoutMs: number][] = [
    [
      (socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'),
      /proxy 127\.0\.0\.1:\d+ did not connect to oss\.example:443: HTTP\/1\.1 407/,
      60_000,
    ],
    [(socket) => socket.end(), /it closed the connection/, 60_000],
    [() => {}, /no answer for 50 ms/, 50],
  ]
  for (const [answer, message, connectTimeoutMs] of proxies) {
    const port = await listen(
      t,
      net.createServer((socket) => socket.once('data', () => answer(socket)).on('error', () => {})),
    )
    const route = { proxy: `http://127.0.0.1:${port}`, connectTimeoutMs }
    await assert.rejects(get(t, 'https://oss.example/', route), { name: 'TransportError', kind: 'network', message })
  }
  const silent = await listen(t, net.createServer())
  const transport = nodeTransport({ proxy: `http://127.0.0.1:${silent}` })
  const controller = new AbortController()
  const { signal } = controller
  const request = {
    url: 'https://oss.example/',
    method: 'GET',
    headers: {},
    bodyLength: 0,
    signal,
    stallTimeoutMs: 5_000,
  }
  const aborted = transport.send(request)
  controller.abort(new Error('enough'))
  await assert.rejects(aborted, { message: 'enough' })
  await assert.rejects(transport.send(request), { message: 'enough' })
})

test('a proxy where nothing listens is named, by its kind of request and without its key', async (t) => {
  const closed = net.createServer()
  const port = await listen(t, closed)
  closed.close()
  await once(closed, 'close')
  for (const url of ['http://oss.example/', 'https://oss.example/']) {
    for (const kind of ['http', 'socks5']) {
      const proxied = get(t, url, { proxy: `${kind}://me:secret@127.0.0.1:${port}` })
      await assert.rejects(proxied, (error) => {
        assert.ok(error instanceof TransportError)
        assert.equal(error.proxy, `127.0.0.1:${port}`)
        assert.match(error.message, /the proxy 127\.0\.0\.1:\d+ .*ECONNREFUSED/)
        assert.doesNotMatch(error.message, /secret/)
        return true
      })
    }
  }
})

test('a connection that is not open in time is given up, and one may begin at a chosen address', async (t) => {
  // a server that accepts connections and never speaks TLS
  const silent = await listen(
    t,
    net.createServer((socket) => socket.on('error', () => {})),
  )
  const slow = get(t, `https://127.0.0.1:${silent}/`, { connectTimeoutMs: 50 })
  await assert.rejects(slow, { message: `no connection to 127.0.0.1:${silent} within 50 ms` })
  const port = await listen(
    t,
    http.createServer(({ socket }, response) => response.end(socket.remoteAddress)),
  )
  assert.equal(await get(t, `http://127.0.0.1:${port}/`, { localAddress: '127.0.0.9' }), '200 127.0.0.9')
})

test('a proxy that is not an http, https or socks5 URL, or whose key is not encoded, is refused', () => {
  for (const proxy of ['socks4://127.0.0.1', 'nonsense', 'http://me:100%@127.0.0.1', 'socks5://me%zz@127.0.0.1']) {
    assert.throws(
      () => nodeTransport({ proxy }),
      (error) => error instanceof OssError && error.code === 'InvalidOption',
    )
  }
})
