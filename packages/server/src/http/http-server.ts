import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { OssError } from '@bindery/protocol'
import type { SentAnswer, Service, ServiceRequest, ServiceResponse } from '@bindery/service'
import { type Awaitable, andThen } from '@bindery/storage'
import { answerPublicKey } from '../callbacks/public-key.js'
import type { ConsolePages } from '../console/console-pages.js'
import type { Log } from '../log.js'
import { answerMetrics, type MetricsOptions } from '../metrics/answer-metrics.js'
import { logExchange } from './access-log.js'
import { readCertificate, type TlsFiles, watchCertificate } from './certificate.js'
import { type Connection, closeSoon, newConnection, requestsByOperation } from './connection.js'
import { acceptsBothLengths } from './exact-parser.js'
import { answerHealth, HealthAliases, type HealthOptions, mayBeAlias } from './health.js'
import { readRequest } from './read-request.js'
import type { Answered } from './recent-requests.js'
import { parserError, refusal, refusalBytes } from './refusal.js'
import { RequestBody } from './request-body.js'
import { hasLeft, type SendOptions, type Sent, sendResponse } from './send-response.js'
import { isWhole, sendWhole } from './send-whole.js'
import type { TrustedProxies } from './trusted-proxies.js'

/** The prefix of the paths that the server answers itself. */
const OWN_PATHS = '/-/'
/** Bytes of the request line and headers. */
const HEADER_BYTES_MAX = 32 * 1024
const HEADERS_TIMEOUT_MS = 60_000
const KEEP_ALIVE_TIMEOUT_MS = 75_000
const HANDSHAKE_TIMEOUT_MS = 10_000
/** Requests of one connection that may wait for their turn; then reading from it stops. */
const PIPELINED_MAX = 16
/** The largest unread rest of a body that is cheaper to read than a new connection. */
const REST_KEPT_MAX = 1024 ** 2
/** Methods whose requests have no meaningful body. */
const BODILESS_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS'])
/** Bytes that are still read from a connection that will be closed, so that its sender sees the response. */
const LINGER_BYTES_MAX = 16 * 1024 ** 2
const LINGER_MS_MAX = 5_000
/** Connections beyond the limit that get a response at a time; further ones are only closed. */
const TURNED_AWAY_MAX = 100
/** The time in which a request ends after its connection was cut. */
const UNWIND_MS_MAX = 5_000

/** The service behind the server, and the limits of its connections. */
export interface HttpServerOptions {
  readonly service: Pick<Service, 'handle'>
  readonly health: HealthOptions
  /** The token and the text of the metrics. */
  readonly metrics: Omit<MetricsOptions, 'domains'>
  /** Called after each answered request, health checks excepted. */
  readonly onAnswered: (answered: Answered) => void
  /** Resolves with the PEM of the key that verifies callbacks. */
  readonly publicKey: () => Promise<string>
  /** Absent: there is no console. */
  readonly consolePages?: ConsolePages | undefined
  readonly log: Log
  /** Absent: connections are not encrypted. */
  readonly tls?: TlsFiles | undefined
  /** Connections at a time; a further one gets SlowDown. */
  readonly connectionsMax: number
  /** The proxies in front of the server. */
  readonly proxies: TrustedProxies
  /** Milliseconds within which a connection must take or send a byte of a body. A whole request has no limit. */
  readonly idleTimeoutMs: number
}

/** A listening socket in front of a service. */
export class HttpServer {
  readonly #options: HttpServerOptions
  readonly #aliases: HealthAliases
  readonly #server: Server | TlsServer
  readonly #endWatch: () => void
  readonly #connections = new Map<Socket, Connection>()
  /** Requests being answered, including those whose connection is gone. */
  #running = 0
  /** Called when the last one ends. */
  #whenIdle = () => {}
  readonly #turnedAway = new Set<Socket>()
  #stopping = false
  #cutRequests = 0

  constructor(options: HttpServerOptions) {
    this.#options = options
    this.#aliases = new HealthAliases(options.health)
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
      tls && createTlsServer({ ...settings, ...readCertificate(tls), handshakeTimeout: HANDSHAKE_TIMEOUT_MS })
    this.#server = secure ?? createServer(settings)
    this.#endWatch = tls && secure ? this.#watch(tls, secure) : () => {}
    // HEADER_BYTES_MAX bounds them; with a count limit Node would drop the rest silently.
    this.#server.maxHeadersCount = 0
    this.#server.on(secure ? 'secureConnection' : 'connection', (socket: Socket) => this.#connect(socket))
    this.#server.on('request', (request, response) => this.#enqueue(request, response, false))
    this.#server.on('checkContinue', (request, response) => this.#enqueue(request, response, true))
    this.#server.on('clientError', (error, socket) => this.#misunderstand(error, socket as Socket))
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
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    for (const connection of this.#connections.values()) if (connection.unanswered === 0) closeSoon(connection)
    for (const socket of this.#turnedAway) socket.destroy()
    const timer = setTimeout(() => this.cut(), graceMs)
    await closed
    // A request whose client has left may continue, such as a Complete.
    await Promise.race([this.#idle(), sleep(graceMs + UNWIND_MS_MAX, undefined, { ref: false })])
    clearTimeout(timer)
    return this.#cutRequests
  }

  /** Closes all connections immediately; a running `stop` resolves. */
  cut(): void {
    for (const { socket, unanswered } of this.#connections.values()) {
      if (!socket.destroyed) this.#cutRequests += unanswered
      socket.destroy()
    }
  }

  #idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenIdle = resolve
      if (this.#running === 0) resolve()
    })
  }

  #connect(socket: Socket): void {
    if (this.#connections.size >= this.#options.connectionsMax) {
      this.#turnAway(socket)
      return
    }
    this.#connections.set(socket, newConnection(socket))
    socket.on('close', () => this.#connections.delete(socket))
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
  #refuse(socket: Socket, error: OssError, reason: string | undefined): void {
    const answer = refusal(error, 'GET', '')
    this.#options.log.info({ requestId: answer.log.requestId, status: answer.status, reason }, 'refused')
    socket.end(refusalBytes(answer))
    setTimeout(() => socket.destroy(), LINGER_MS_MAX).unref()
  }

  #enqueue(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    const connection = this.#connections.get(request.socket)
    // Node.js fails for an answer to a request that arrives behind the last one
    if (connection === undefined || connection.closing) return
    // Until the response is sent, a silent client is no reason to close: a slow store may be the cause.
    response.on('timeout', () => {})
    const answer = () => this.#answer(connection, request, response, expectsContinue)
    connection.unanswered += 1
    this.#running += 1
    connection.tail = connection.unanswered === 1 ? answer() : connection.tail.then(answer)
    if (connection.unanswered > PIPELINED_MAX) connection.socket.pause()
  }

  async #answer(
    connection: Connection,
    request: IncomingMessage,
    response: ServerResponse,
    expectsContinue: boolean,
  ): Promise<void> {
    try {
      // Skip requests queued on a connection that is already gone.
      if (!connection.closing && !hasLeft(response))
        await this.#exchange(connection, request, response, expectsContinue)
    } catch (error) {
      this.#options.log.error({ err: error }, 'a request could not be answered')
      connection.socket.destroy()
    } finally {
      connection.body = undefined
      connection.log = undefined
      connection.unanswered -= 1
      this.#running -= 1
      if (this.#running === 0) this.#whenIdle()
      if (connection.unanswered === PIPELINED_MAX) connection.socket.resume()
      if (connection.unanswered === 0 && (connection.broken || this.#stopping)) closeSoon(connection)
    }
  }

  async #exchange(
    connection: Connection,
    request: IncomingMessage,
    response: ServerResponse,
    expectsContinue: boolean,
  ): Promise<void> {
    const startedAt = performance.now()
    const { idleTimeoutMs, log } = this.#options
    const sendContinue = () => response.writeContinue()
    const body = new RequestBody(request, expectsContinue ? { idleTimeoutMs, sendContinue } : { idleTimeoutMs })
    connection.body = body
    const handled = await this.#handle(connection, request, body)
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
    if (!body.complete && !connection.socket.destroyed) closeSoon(connection)
    // Health checks have no request id and are not logged: they would hide the other lines.
    if (answer.log.requestId === '') return
    const milliseconds = performance.now() - startedAt
    const bytesReceived = body.arrived
    if (sent.whole) answer.onSent?.(sentFacts(request, bytesReceived, sent, milliseconds))
    const { method = '', url: target = '' } = request
    const { traceparent, 'user-agent': userAgent = '' } = request.headers
    const remote = this.#clientOf(request)
    // one literal: a spread costs a microsecond
    this.#options.onAnswered({
      answer,
      method,
      traceparent: traceparent?.toString(),
      bytesReceived,
      bytesSent: sent.bytes,
      milliseconds,
      headMilliseconds,
      target,
      userAgent,
      remote,
    })
    logExchange(log, { request, remote, answer, sent, bytesReceived, milliseconds })
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
    const { service } = this.#options
    if (serviceRequest.target.startsWith(OWN_PATHS)) return this.#answerOwn(serviceRequest)
    const answer = service.handle(serviceRequest)
    return mayBeAlias(serviceRequest)
      ? andThen(answer, (otherwise) => this.#aliases.answer(serviceRequest, otherwise))
      : answer
  }

  #clientOf({ socket, headers }: IncomingMessage): string {
    const forwarded = { 'x-forwarded-for': String(headers['x-forwarded-for'] ?? '') }
    return this.#options.proxies.originOf(socket.remoteAddress ?? '', forwarded, 'http').address
  }

  /** Answers the server's own pages, which are only read; undefined paths may be objects. */
  async #answerOwn(request: ServiceRequest): Promise<ServiceResponse> {
    const { consolePages, service } = this.#options
    const page = await this.#pageFor(request)
    if (page !== undefined) return page
    const isReading = request.method === 'GET' || request.method === 'HEAD'
    if (!isReading && (await this.#pageFor({ ...request, method: 'HEAD' })) !== undefined) {
      const refused = refusal(new OssError('methodNotAllowed'), request.method, request.host)
      return { ...refused, headers: [...refused.headers, ['Allow', 'GET, HEAD']] }
    }
    return consolePages?.answer(request) ?? (await service.handle(request))
  }

  async #pageFor(request: ServiceRequest): Promise<ServiceResponse | undefined> {
    const { health, metrics, publicKey } = this.#options
    const { domains } = health
    return (
      (await answerHealth(request, health)) ??
      (await answerMetrics(request, { ...metrics, domains })) ??
      answerPublicKey(request, { domains, pem: publicKey })
    )
  }

  #misunderstand(error: NodeJS.ErrnoException, socket: Socket): void {
    const connection = this.#connections.get(socket)
    const isCut = error.code === 'ECONNRESET' || error.code === 'HPE_INVALID_EOF_STATE'
    if (connection !== undefined && connection.unanswered > 0) {
      connection.broken = true
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

function sentFacts(request: IncomingMessage, receivedBytes: number, sent: Sent, milliseconds: number): SentAnswer {
  const { method = '', url = '', httpVersion, rawHeaders } = request
  // the request line, two bytes behind each name and value, and an empty line
  const head = rawHeaders.reduce((bytes, text) => bytes + text.length + 2, method.length + url.length + 14)
  return { bytes: sent.bytes, milliseconds, requestBytes: head + receivedBytes, receivedBytes, httpVersion }
}

/** The sent response and its outcome. */
interface Outcome {
  readonly answer: ServiceResponse
  readonly sent: Sent
}

async function send(response: ServerResponse, answer: ServiceResponse, options: SendOptions): Promise<Outcome> {
  const sent =
    options.beforeEnd === undefined && isWhole(answer)
      ? await sendWhole(response, answer, options)
      : await sendResponse(response, answer, options)
  return { answer, sent }
}

/** Sends a 500 instead of an answer whose head cannot be written. Rejects with the failure if a head has been sent. */
async function sendFailure(
  request: IncomingMessage,
  response: ServerResponse,
  answer: ServiceResponse,
  { failure, ...options }: SendOptions & { readonly failure: unknown },
): Promise<Outcome> {
  if (response.headersSent) throw failure
  const { method = '', headers } = request
  const failed = refusal(new OssError('internalError'), method, headers.host ?? '', answer.log.requestId)
  return send(response, { ...failed, log: { ...answer.log, ...failed.log, failure } }, options)
}

/** Decides what happens to a connection whose request was answered before its body was read. */
function unreadRest(
  body: RequestBody,
  isBodiless: boolean,
): { close: boolean; discard?: (() => Promise<void>) | undefined } {
  if (body.complete) return { close: body.isLengthTwice }
  const rest = body.hasCome ? 0 : (body.size ?? Number.POSITIVE_INFINITY) - body.arrived
  // A body announced with a GET is seldom sent: its sender would treat the connection as free for the next request.
  const mayCome = body.hasCome || (!isBodiless && !body.awaitsContinue)
  if (rest <= REST_KEPT_MAX && mayCome && !body.isLengthTwice) {
    return { close: false, discard: () => body.discard(rest, LINGER_MS_MAX) }
  }
  return { close: true, discard: () => body.discard(LINGER_BYTES_MAX, LINGER_MS_MAX) }
}
