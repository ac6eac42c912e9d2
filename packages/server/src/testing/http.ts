import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { OssError } from '@bindery/protocol'
import type { ClusterState, Service, ServiceRequest, ServiceResponse } from '@bindery/service'
import { pino } from 'pino'
import { atEnd } from '../../../../test/support/at-end.mjs'
import { type HttpReader, HttpServer, type HttpServerOptions } from '../http/http-server.js'
import { refusal } from '../http/refusal.js'
import { TrustedProxies } from '../http/trusted-proxies.js'

/** The state of a cluster without members. */
export const NO_CLUSTER: ClusterState = {
  epoch: 0,
  members: [],
  settingsDiffer: false,
  choresWithoutMember: [],
  graves: 0,
  hasGarbage: false,
}

/** All ways that a request may take. */
export const READERS: readonly HttpReader[] = ['native', 'shortcut', 'node']

/** A listening server of a test, closed at its end. */
export interface TestServer {
  readonly port: number
  readonly server: HttpServer
}

/** A new server for one test, on a port that the system chooses, closed at the end of the test. */
export async function listen(
  test: TestContext,
  handle: Service['handle'],
  options: Partial<HttpServerOptions> = {},
): Promise<TestServer> {
  const server = new HttpServer({
    service: { handle },
    health: { domains: [], unready: async () => undefined },
    publicKey: async () => '',
    log: pino({ level: 'silent' }),
    idleTimeoutMs: 10_000,
    connectionsMax: 1000,
    metrics: { token: () => undefined, text: async () => '', cluster: async () => NO_CLUSTER },
    onAnswered: () => {},
    proxies: new TrustedProxies([]),
    reader: 'native',
    ...options,
  })
  const { port } = await server.listen(0, '127.0.0.1')
  atEnd(test, async () => {
    server.cut()
    await server.stop(0)
  })
  return { port, server }
}

/** A response of a test's service. */
export function text(
  status: number,
  body: string,
  headers: readonly (readonly [string, string])[] = [],
): ServiceResponse {
  const bytes = Buffer.from(body)
  return {
    status,
    headers: [...headers, ['Content-Length', String(bytes.length)]],
    body: bytes,
    log: { requestId: 'TEST' },
  }
}

/** All bytes of a request's body, read in buffers of `bufferBytes`. */
export async function bodyOf({ body }: ServiceRequest, bufferBytes = 64 * 1024): Promise<Buffer> {
  const pieces: Buffer[] = []
  for (;;) {
    await body.ready()
    const buffer = Buffer.alloc(bufferBytes)
    const bytes = await body.read(buffer)
    if (bytes === 0) return Buffer.concat(pieces)
    pieces.push(buffer.subarray(0, bytes))
  }
}

/** A raw connection: writes bytes, and collects all that are received. */
export interface RawConnection {
  readonly socket: Socket
  send(bytes: string | Uint8Array): Promise<void>
  /**
   * Resolves with everything received, as a byte string, once it contains `end`; rejects if the connection ends
   * before.
   */
  until(end: string): Promise<string>
  /** Resolves with everything received when the other side has closed. */
  closed(): Promise<string>
}

/** Opens a connection to a port of this machine. What arrives is kept as a byte string from the first byte. */
export async function rawConnection(port: number): Promise<RawConnection> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  let received = ''
  let over = false
  socket.setEncoding('latin1')
  socket.on('data', (data) => {
    received += data
    socket.emit('more')
  })
  for (const event of ['end', 'close', 'error']) {
    socket.on(event, () => {
      over = true
      socket.emit('more')
    })
  }
  await once(socket, 'connect')
  return {
    socket,
    send: (bytes) =>
      new Promise((resolve, reject) => {
        socket.write(bytes, typeof bytes === 'string' ? 'latin1' : undefined, (error) =>
          error ? reject(error) : resolve(),
        )
      }),
    until: async (end) => {
      while (!received.includes(end)) {
        if (over) throw new Error(`the connection ended before ${JSON.stringify(end)}: ${JSON.stringify(received)}`)
        await once(socket, 'more')
      }
      return received
    },
    closed: async () => {
      while (!over) await once(socket, 'more')
      socket.destroy()
      return received
    },
  }
}

/**
 * A service that answers with the request's body, or with the result of `answer`, and reports failures of the body as
 * OSS does.
 */
export async function echo(
  request: ServiceRequest,
  answer: (body: Buffer) => string = (body) => body.toString('latin1'),
): Promise<ServiceResponse> {
  try {
    return text(200, answer(await bodyOf(request)))
  } catch (error) {
    if (error instanceof OssError) return refusal(error, request.method, request.host)
    throw error
  }
}

/** A service that refuses every request. */
export const refuse = async () => text(403, '<Code>AccessDenied</Code>')
