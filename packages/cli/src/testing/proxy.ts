/** An HTTP proxy for tests: it passes on requests and tunnels, and counts both. */
import { once } from 'node:events'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { atEnd } from '../../../../test/support/at-end.mjs'

/** A proxy that runs until its test ends. */
export interface Proxy {
  readonly url: string
  /** The targets of its requests: whole URLs, and `HOST:PORT` of tunnels. */
  readonly seen: readonly string[]
}

/** Starts a proxy for requests with the key `me:secret`. */
export async function startProxy(t: TestContext): Promise<Proxy> {
  const seen: string[] = []
  const key = `Basic ${Buffer.from('me:secret').toString('base64')}`
  const server = http.createServer((request, response) => {
    const { url = '', method, headers } = request
    seen.push(url)
    if (headers['proxy-authorization'] !== key) return void response.writeHead(407).end()
    const { hostname, port } = new URL(url)
    // unparsed: the segments `.` and `..` of a key stay
    const path = url.slice(url.indexOf('/', 'http://'.length))
    const onward = http.request({ hostname, port, path, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
  server.on('connect', ({ url = '', headers }, socket: net.Socket) => {
    seen.push(url)
    if (headers['proxy-authorization'] !== key) return void socket.end('HTTP/1.1 407 No\r\n\r\n')
    const [, host = '', port] = /^(.+):(\d+)$/.exec(url) ?? []
    const onward = net.connect(Number(port), host, () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
    onward.pipe(socket)
    socket.pipe(onward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(t, () => server.close())
  return { url: `http://me:secret@127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}
