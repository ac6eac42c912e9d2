import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http'
import type { Server as TlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { type Connections, loadNative } from '@bindery/digest'
import { OssError } from '@bindery/protocol'
import type { ServiceRequest, ServiceResponse } from '@bindery/service'
import type { Awaitable } from '@bindery/storage'
import { https } from '../tls-modules.js'
import { readCertificate, type TlsFiles, watchCertificate } from './certificate.js'
import { type Connection, closeSoon, requestsByOperation } from './connection.js'
import { acceptsBothLengths } from './exact-parser.js'
import { type ExchangeObservers, noteExchange } from './note-exchange.js'
import { OpenConnections } from './open-connections.js'
import { OwnPages, type PageOptions } from './own-pages.js'
import { markLocal, peerOf } from './peer.js'
import { readRequest } from './read-request.js'
import { failedAnswer, parserError, refusal, refusalBytes } from './refusal.js'
import { RequestBody } from './request-body.js'
import { send, sendFailure } from './send-or-fail.js'
import { hasLeft } from './send-response.js'
import type { Link } from './shortcut/link.js'
import { NativeLink } from './shortcut/native-link.js'
import { Shortcut, type ShortcutHost } from './shortcut/shortcut.js'
import { SocketLink } from './shortcut/socket-link.js'
import type { TrustedProxies } from './trusted-proxies.js'
import { LINGER_MS_MAX, unreadRest } from './unread-rest.js'

/** Bytes of the request line and headers. */
const HEADER_BYTES_MAX = 32 * 1024
const HEADERS_TIMEOUT_MS = 60_000
const KEEP_ALIVE_TIMEOUT_MS = 75_000
const HANDSHAKE_TIMEOUT_MS = 10_000
/** Requests of one connection that may wait for their turn; then reading from it stops. */
const PIPELINED_MAX = 16
/** Methods whose requests have no meaningful body. */
const BODILESS_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS'])
/** Connections beyond the limit that get a response at a time; further ones are only closed. */
const TURNED_AWAY_MAX = 100
/** The time in which a request ends after its connection was cut. */
const UNWIND_MS_MAX = 5_000

/** An expectation of a client before it sends a body (RFC 9110 10.1.1). */
type Expectation = 'continue' | 'unknown'

const UNEXPECTED: ServiceResponse = {
  status: 417,
  headers: [['Content-Length', '0']],
  body: undefined,
  log: { requestId: '' },
}

/**
 * `native`: the shortcut, over connections that the addon owns, where the system can do that; `shortcut`: over sockets of Node.js; `node`: `node:http`
 * reads all requests.
 */
export type HttpReader = 'native' | 'shortcut' | 'node'

/** The service behind the server, and the limits of its connections. */
export interface HttpServerOptions extends PageOptions, ExchangeObservers {
  /** Absent: connections are not encrypted. */
  readonly tls?: TlsFiles | undefined
  /** Connections at a time; a further one gets SlowDown. */
  readonly connectionsMax: number
  /** The proxies in front of the server. */
  readonly proxies: TrustedProxies
  /** Milliseconds within which a connection must take or send a byte of a body. A whole request has no limit. */
  readonly idleTimeoutMs: number
  /** The way on which connections begin that are not encrypted. */
  readonly reader: HttpReader
}

/** A listening socket in front of a service. */
export class HttpServer {
  readonly #options: HttpServerOptions
  readonly #pages: OwnPages
  readonly #server: Server | TlsServer
  /** Listens on a Unix domain socket, never with TLS. */
  readonly #local: Server
  readonly #endWatch: () => void
  readonly #connections = new OpenConnections()
  /** Undefined: Node.js reads and writes all connections. */
  readonly #owned: Connections | undefined
  /** Requests being answered, including those whose connection is gone. */
  #running = 0
  /** Called when the last one ends. */
  #whenIdle = () => {}
  readonly #turnedAway = new Set<Socket>()
  #stopping = false
  #cutRequests = 0

  constructor(options: HttpServerOptions) {
    this.#options = options
    this.#owned = options.reader === 'native' ? loadNative()?.openConnections?.() : undefined
    this.#pages = new OwnPages(options)
    const insecureHTTPParser = acceptsBothLengths()
    if (!insecureHTTPParser) options.log.warn('this Node.js refuses requests with two lengths, as the C SDK sends them')
    const settings: ServerOptions = {
      insecureHTTPParser,
      // A part may take hours; idle timers detect dead connections.
      requestTimeout: 0,
      headersTimeout: HEADERS_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      maxHeaderSize: HEADER_BYTES_MAX,
      connectionsCheckingInterval: 5_000,
      requireHostHeader: false,
      noDelay: true,
    }
    const { tls } = options
    const secure =
      tls && https().createServer({ ...settings, ...readCertificate(tls), handshakeTimeout: HANDSHAKE_TIMEOUT_MS })
    this.#server = secure ?? createServer(settings)
    this.#endWatch = tls && secure ? this.#watch(tls, secure) : () => {}
    this.#local = createServer(settings)
    // before anything else looks at the connection
    this.#local.prependListener('connection', markLocal)
    this.#serve(this.#server, secure !== undefined)
    this.#serve(this.#local, false)
  }

  #serve(server: Server | TlsServer, isSecure: boolean): void {
    // HEADER_BYTES_MAX bounds headers; with a count limit Node would drop the rest silently. The second is undocumented: a client that has sent its
    // last request gets all answers.
    Object.assign(server, { maxHeadersCount: 0, httpAllowHalfOpen: true })
    if (!isSecure && this.#options.reader !== 'node') this.#takeShortcuts(server)
    else server.on(isSecure ? 'secureConnection' : 'connection', (socket: Socket) => this.#connect(socket))
    server.on('request', (request, response) => this.#enqueue(request, response))
    server.on('checkContinue', (request, response) => this.#enqueue(request, response, 'continue'))
    server.on('checkExpectation', (request, response) => this.#enqueue(request, response, 'unknown'))
    server.on('clientError', (error, socket) => this.#misunderstand(error, socket as Socket))
  }

  /** Takes a renewed certificate for new connections; those that are open keep theirs. */
  #watch(files: TlsFiles, server: TlsServer): () => void {
    const { log } = this.#options
    return watchCertificate(
      files,
      (options) => {
        server.setSecureContext(options)
        log.info({ certificate: files.certificate }, 'the certificate was read again')
      },
      (err) => log.warn({ err, ...files }, 'the certificate cannot be used; the one before stays'),
    )
  }

  /** Rejects with the system's error, such as EADDRINUSE. */
  listen(port: number, host: string): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ port, host, backlog: 511 }, () => {
        this.#server.off('error', reject)
        resolve(this.#server.address() as AddressInfo)
      })
    })
  }

  /** Listens on a Unix domain socket as well. Rejects with the system's error, such as EACCES. */
  listenLocally(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#local.once('error', reject)
      this.#local.listen({ path, backlog: 511 }, () => {
        this.#local.off('error', reject)
        resolve()
      })
    })
  }

  /** Requests being answered, by operation; under undefined those that have none, or none yet. */
  get running(): ReadonlyMap<string | undefined, number> {
    return requestsByOperation(this.#connections.values(), this.#running)
  }

  /**
   * Accepts no more connections, lets running requests complete and closes their connections. Resolves with the number
   * of requests that were aborted, by `cut` or after `graceMs`.
   */
  async stop(graceMs: number): Promise<number> {
    this.#stopping = true
    this.#endWatch()
    const servers = [this.#server, this.#local]
    const closed = Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))))
    this.#connections.closeIdle()
    for (const socket of this.#turnedAway) socket.destroy()
    const timer = setTimeout(() => this.cut(), graceMs)
    await closed
    // those that Node.js does not know
    await this.#connections.empty()
    this.#owned?.close()
    // A request whose client has left may continue, such as a Complete.
    await Promise.race([this.#idle(), sleep(graceMs + UNWIND_MS_MAX, undefined, { ref: false })])
    clearTimeout(timer)
    return this.#cutRequests
  }

  /** Closes all connections immediately; a running `stop` resolves. */
  cut(): void {
    this.#cutRequests += this.#connections.cut()
  }

  #idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenIdle = resolve
      if (this.#running === 0) resolve()
    })
  }

  #connect(socket: Socket): void {
    // not before a TLS handshake: an end within it closes the connection
    socket.allowHalfOpen = true
    if (this.#hasTooMany(socket)) return
    this.#connections.bind(this.#connections.add(socket), socket)
  }

  /** Turns a connection away if there are as many as there may be. */
  #hasTooMany(socket: Socket): boolean {
    if (this.#connections.size < this.#options.connectionsMax) return false
    this.#turnAway(socket)
    return true
  }

  /** Lets connections begin with the shortcut. Node.js gets those that leave it by the event with which it gets all others. */
  #takeShortcuts(server: Server | TlsServer): void {
    const handOver = server.listeners('connection').find((listener) => listener !== markLocal)
    if (handOver === undefined) throw new TypeError('this Node.js does not take connections by their event')
    server.off('connection', handOver as (socket: Socket) => void)
    const { log, onAnswered, proxies, idleTimeoutMs } = this.#options
    const host: ShortcutHost = {
      ...{ log, onAnswered, proxies, idleTimeoutMs },
      firstTimeoutMs: HEADERS_TIMEOUT_MS,
      keepAliveTimeoutMs: KEEP_ALIVE_TIMEOUT_MS,
      handle: (request) => this.#pages.handle(request),
      failed: failedAnswer,
      begins: (connection) => this.#begin(connection),
      ends: (connection) => this.#end(connection),
      closed: (connection) => this.#connections.remove(connection),
      isStopping: () => this.#stopping,
      refuseSilent: (link) => this.#refuse(link, new OssError('requestTimeout'), undefined),
      handOver: (connection, socket) => {
        this.#connections.bind(connection, socket)
        handOver.call(server, socket)
      },
    }
    server.on('connection', (socket: Socket) => {
      if (this.#hasTooMany(socket)) return handOver.call(server, socket)
      const link = this.#linkOf(socket)
      new Shortcut(this.#connections.add(link), link, host)
    })
  }

  #linkOf(socket: Socket): Link {
    return (this.#owned && NativeLink.take(socket, this.#owned)) ?? new SocketLink(socket)
  }

  #turnAway(socket: Socket): void {
    socket.on('error', () => {})
    if (this.#turnedAway.size >= TURNED_AWAY_MAX) {
      socket.destroy()
      return
    }
    this.#turnedAway.add(socket)
    socket.on('close', () => this.#turnedAway.delete(socket))
    this.#refuse(socket, new OssError('slowDown'), 'connections')
  }

  /** Answers a connection without a request, and closes it. */
  #refuse(channel: Socket | Link, error: OssError, reason: string | undefined): void {
    const answer = refusal(error, 'GET', '')
    this.#options.log.info({ requestId: answer.log.requestId, status: answer.status, reason }, 'refused')
    channel.end(refusalBytes(answer))
    setTimeout(() => channel.destroy(), LINGER_MS_MAX).unref()
  }

  #enqueue(request: IncomingMessage, response: ServerResponse, expected?: Expectation): void {
    const connection = this.#connections.of(request.socket)
    // Node.js fails for an answer to a request that arrives behind the last one
    if (connection === undefined || connection.closing) return
    // Until the response is sent, a silent client is no reason to close: a slow store may be the cause.
    response.on('timeout', () => {})
    const answer = () => this.#answer(connection, request, response, expected)
    this.#begin(connection)
    connection.tail = connection.unanswered === 1 ? answer() : connection.tail.then(answer)
    if (connection.unanswered > PIPELINED_MAX) request.socket.pause()
  }

  async #answer(
    connection: Connection,
    request: IncomingMessage,
    response: ServerResponse,
    expected: Expectation | undefined,
  ): Promise<void> {
    try {
      // Skip requests queued on a connection that is already gone.
      if (!connection.closing && !hasLeft(response)) await this.#exchange(connection, request, response, expected)
    } catch (error) {
      this.#options.log.error({ err: error }, 'a request could not be answered')
      connection.channel.destroy()
    } finally {
      if (connection.unanswered === PIPELINED_MAX + 1) request.socket.resume()
      this.#end(connection)
    }
  }

  #begin(connection: Connection): void {
    connection.unanswered += 1
    this.#running += 1
  }

  /** Closes the connection behind its last request, if it should be. */
  #end(connection: Connection): void {
    connection.body = undefined
    connection.log = undefined
    connection.unanswered -= 1
    this.#running -= 1
    if (this.#running === 0) this.#whenIdle()
    if (connection.unanswered === 0 && (connection.broken || this.#stopping)) closeSoon(connection)
  }

  async #exchange(
    connection: Connection,
    request: IncomingMessage,
    response: ServerResponse,
    expected: Expectation | undefined,
  ): Promise<void> {
    const startedAt = performance.now()
    const { idleTimeoutMs, proxies } = this.#options
    const sendContinue = () => response.writeContinue()
    const body = new RequestBody(request, expected === 'continue' ? { idleTimeoutMs, sendContinue } : { idleTimeoutMs })
    connection.body = body
    const handled = expected === 'unknown' ? UNEXPECTED : await this.#handle(connection, request, body)
    connection.log = handled.log
    const headMilliseconds = performance.now() - startedAt
    const isBodiless = BODILESS_METHODS.has(request.method ?? '')
    // Bytes sent with the head have reached the parser, but may not have been parsed.
    if (isBodiless && !body.hasCome) await nextTurn()
    const rest = unreadRest(body, isBodiless)
    const close = rest.close || this.#stopping || connection.broken
    const options = { idleTimeoutMs, close, beforeEnd: rest.discard }
    const { answer, sent } = await send(response, handled, options).catch((failure) =>
      sendFailure(request, response, handled, { ...options, failure }),
    )
    // as the head has it: Node.js closes, too, where a client waits for a 100 Continue that was not sent
    if (!response.shouldKeepAlive) connection.closing = true
    if (!body.complete && !connection.channel.destroyed) closeSoon(connection)
    const { method = '', url: target = '', httpVersion, headers } = request
    noteExchange(this.#options, {
      method,
      target,
      httpVersion,
      traceparent: headers.traceparent?.toString(),
      userAgent: headers['user-agent'] ?? '',
      remote: clientOf(request, proxies),
      headBytes: () => headBytesOf(request),
      answer,
      sent,
      bytesReceived: body.arrived,
      milliseconds: performance.now() - startedAt,
      headMilliseconds,
    })
  }

  #handle(connection: Connection, request: IncomingMessage, body: RequestBody): Awaitable<ServiceResponse> {
    let serviceRequest: ServiceRequest
    try {
      serviceRequest = readRequest(request, body, this.#options.proxies)
    } catch (error) {
      connection.broken = true
      if (error instanceof OssError) return refusal(error, request.method ?? '', request.headers.host ?? '')
      throw error
    }
    connection.log = serviceRequest.log
    return this.#pages.handle(serviceRequest)
  }

  #misunderstand(error: NodeJS.ErrnoException, socket: Socket): void {
    const connection = this.#connections.of(socket)
    const isCut = error.code === 'ECONNRESET' || error.code === 'HPE_INVALID_EOF_STATE'
    if (connection !== undefined && connection.unanswered > 0) {
      connection.broken = true
      // what is behind a whole body does it no harm
      if (isCut || connection.body?.hasCome === false)
        connection.body?.fail(isCut ? 'incompleteBody' : 'malformedRequest')
      return
    }
    if (!socket.writable || isCut) {
      socket.destroy()
      return
    }
    this.#refuse(socket, parserError(error), error.code)
  }
}

/** The bytes of a request's head: the request line, two bytes behind each name and value, and an empty line. */
function headBytesOf({ method = '', url = '', rawHeaders }: IncomingMessage): number {
  return rawHeaders.reduce((bytes, text) => bytes + text.length + 2, method.length + url.length + 14)
}

function clientOf({ socket, headers }: IncomingMessage, proxies: TrustedProxies): string {
  const forwarded = { 'x-forwarded-for': String(headers['x-forwarded-for'] ?? '') }
  return proxies.originOf(peerOf(socket), forwarded, 'http').address
}
