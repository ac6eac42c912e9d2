import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { OssError } from '@bindery/protocol'
import type { Service, ServiceRequest, ServiceResponse } from '@bindery/service'
import { answerPublicKey } from '../callbacks/public-key.js'
import type { Log } from '../log.js'
import { logExchange } from './access-log.js'
import { acceptsBothLengths } from './exact-parser.js'
import { answerHealth, type HealthOptions } from './health.js'
import { readRequest } from './read-request.js'
import { parserError, refusal, refusalBytes } from './refusal.js'
import { RequestBody } from './request-body.js'
import { hasLeft, type SendOptions, type Sent, sendResponse } from './send-response.js'
import { isWhole, sendWhole } from './send-whole.js'

/** What all paths begin with that the server answers itself. */
const OWN_PATHS = '/-/'
/** Bytes of a request's line and headers. */
const HEADER_BYTES_MAX = 32 * 1024
const HEADERS_TIMEOUT_MS = 60_000
const KEEP_ALIVE_TIMEOUT_MS = 75_000
/** Requests of one connection that wait for their turn before no more of it is read. */
const PIPELINED_MAX = 16
/** An unread rest of a body that is cheaper to read than a new connection is to make. */
const REST_KEPT_MAX = 1024 ** 2
/** Methods whose requests have no body that means anything. */
const BODILESS_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS'])
/** What a connection that is to be closed is still read for, so that its sender sees the response. */
const LINGER_BYTES_MAX = 16 * 1024 ** 2
const LINGER_MS_MAX = 5_000
/** Connections beyond the most that are told so at once; others are only closed. */
const TURNED_AWAY_MAX = 100
/** In which a request ends whose connection was cut. */
const UNWIND_MS_MAX = 5_000

export interface HttpServerOptions {
  readonly service: Pick<Service, 'handle'>
  readonly health: HealthOptions
  /** PEM of the key that checks the signatures of callbacks. */
  readonly publicKey: string
  readonly log: Log
  /** Connections at once; who comes when they are taken is told SlowDown. */
  readonly connectionsMax: number
  /** Milliseconds in which a connection must take or bring a byte of a body. There is no limit for a whole request. */
  readonly idleTimeoutMs: number
}

/** A listening socket in front of a service. */
export interface HttpServer {
  /** Rejects with the system's error, EADDRINUSE for one. */
  listen(port: number, host: string): Promise<AddressInfo>
  /**
   * Takes no more connections, lets running requests end and closes their connections.
   * Resolves with the number of requests that were cut, by `cut` or because `graceMs` were over.
   */
  stop(graceMs: number): Promise<number>
  /** Cuts all connections; a running `stop` resolves. */
  cut(): void
}

/** The requests of a connection are answered one after another, however many it sends ahead. */
interface Connection {
  readonly socket: Socket
  tail: Promise<void>
  unanswered: number
  /** Body of the request being answered. */
  body: RequestBody | undefined
  /** The last request, or what came after it, is no HTTP: close behind its response. */
  broken: boolean
}

export function createHttpServer(options: HttpServerOptions): HttpServer {
  return new NodeHttpServer(options)
}

class NodeHttpServer implements HttpServer {
  readonly #options: HttpServerOptions
  readonly #server: Server
  readonly #connections = new Map<Socket, Connection>()
  /** Requests being answered, those among them whose connection is gone. */
  #running = 0
  /** Called when there are none any more. */
  #whenIdle = () => {}
  readonly #turnedAway = new Set<Socket>()
  #stopping = false
  #cutRequests = 0

  constructor(options: HttpServerOptions) {
    this.#options = options
    const insecureHTTPParser = acceptsBothLengths()
    if (!insecureHTTPParser) options.log.warn('this Node.js refuses requests with two lengths, as the C SDK sends them')
    this.#server = createServer({
      insecureHTTPParser,
      // A part may take hours; idle timers find the dead.
      requestTimeout: 0,
      headersTimeout: HEADERS_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      maxHeaderSize: HEADER_BYTES_MAX,
      connectionsCheckingInterval: 5_000,
      requireHostHeader: false,
      noDelay: true,
    })
    // HEADER_BYTES_MAX bounds them; node would drop those above its count in silence.
    this.#server.maxHeadersCount = 0
    this.#server.on('connection', (socket) => this.#connect(socket))
    this.#server.on('request', (request, response) => this.#enqueue(request, response, false))
    this.#server.on('checkContinue', (request, response) => this.#enqueue(request, response, true))
    this.#server.on('clientError', (error, socket) => this.#misunderstand(error, socket as Socket))
  }

  listen(port: number, host: string): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ port, host, backlog: 511 }, () => {
        this.#server.off('error', reject)
        resolve(this.#server.address() as AddressInfo)
      })
    })
  }

  async stop(graceMs: number): Promise<number> {
    this.#stopping = true
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    for (const { socket, unanswered } of this.#connections.values()) if (unanswered === 0) socket.destroySoon()
    for (const socket of this.#turnedAway) socket.destroy()
    const timer = setTimeout(() => this.cut(), graceMs)
    await closed
    // A request whose client has left may run on, a Complete for one.
    await Promise.race([this.#idle(), sleep(graceMs + UNWIND_MS_MAX, undefined, { ref: false })])
    clearTimeout(timer)
    return this.#cutRequests
  }

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
    this.#connections.set(socket, { socket, tail: Promise.resolve(), unanswered: 0, body: undefined, broken: false })
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

  /** Answers a connection that has no request, and closes it. */
  #refuse(socket: Socket, error: OssError, reason: string | undefined): void {
    const answer = refusal(error, 'GET', '')
    this.#options.log.info({ requestId: answer.log.requestId, status: answer.status, reason }, 'refused')
    socket.end(refusalBytes(answer))
    setTimeout(() => socket.destroy(), LINGER_MS_MAX).unref()
  }

  #enqueue(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    const connection = this.#connections.get(request.socket)
    if (connection === undefined) return
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
      // Of a connection that was closed, or cut, nobody waits for what its next requests asked for.
      if (!hasLeft(response)) await this.#exchange(connection, request, response, expectsContinue)
    } catch (error) {
      this.#options.log.error({ err: error }, 'a request could not be answered')
      connection.socket.destroy()
    } finally {
      connection.body = undefined
      connection.unanswered -= 1
      this.#running -= 1
      if (this.#running === 0) this.#whenIdle()
      if (connection.unanswered === PIPELINED_MAX) connection.socket.resume()
      if (connection.unanswered === 0 && (connection.broken || this.#stopping)) connection.socket.destroySoon()
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
    const isBodiless = BODILESS_METHODS.has(request.method ?? '')
    // What was sent with the head is with the parser, but may not have been parsed.
    if (isBodiless && !body.hasCome) await nextTurn()
    const rest = unreadRest(body, isBodiless)
    const close = rest.close || this.#stopping || connection.broken
    const options = { idleTimeoutMs, close, beforeEnd: rest.discard }
    const { answer, sent } = await send(response, handled, options).catch((failure) =>
      sendFailure(request, response, handled, { ...options, failure }),
    )
    if (!body.complete && !connection.socket.destroyed) connection.socket.destroySoon()
    // Health checks have no request id, and no line: they would drown the others.
    if (answer.log.requestId === '') return
    logExchange(log, {
      request,
      answer,
      sent,
      bytesReceived: body.arrived,
      milliseconds: performance.now() - startedAt,
    })
  }

  #handle(
    connection: Connection,
    request: IncomingMessage,
    body: RequestBody,
  ): ServiceResponse | Promise<ServiceResponse> {
    let serviceRequest: ServiceRequest
    try {
      serviceRequest = readRequest(request, body)
    } catch (error) {
      connection.broken = true
      if (error instanceof OssError) return refusal(error, request.method ?? '', request.headers.host ?? '')
      throw error
    }
    return serviceRequest.target.startsWith(OWN_PATHS)
      ? this.#answerOwn(serviceRequest)
      : this.#options.service.handle(serviceRequest)
  }

  /** Answers what the server answers itself; whatever it does not know may be an object. */
  async #answerOwn(request: ServiceRequest): Promise<ServiceResponse> {
    const { health, publicKey, service } = this.#options
    return (
      (await answerHealth(request, health)) ??
      answerPublicKey(request, { domains: health.domains, pem: publicKey }) ??
      (await service.handle(request))
    )
  }

  #misunderstand(error: NodeJS.ErrnoException, socket: Socket): void {
    const connection = this.#connections.get(socket)
    if (connection !== undefined && connection.unanswered > 0) {
      connection.broken = true
      connection.body?.fail(error.code === 'HPE_INVALID_EOF_STATE' ? 'incompleteBody' : 'malformedRequest')
      return
    }
    if (!socket.writable || error.code === 'ECONNRESET' || error.code === 'HPE_INVALID_EOF_STATE') {
      socket.destroy()
      return
    }
    this.#refuse(socket, parserError(error), error.code)
  }
}

/** What was sent, and what became of it. */
interface SentAnswer {
  readonly answer: ServiceResponse
  readonly sent: Sent
}

async function send(response: ServerResponse, answer: ServiceResponse, options: SendOptions): Promise<SentAnswer> {
  const sent =
    options.beforeEnd === undefined && isWhole(answer)
      ? await sendWhole(response, answer, options)
      : await sendResponse(response, answer, options)
  return { answer, sent }
}

/** Sends a 500 instead of an answer whose head cannot be written. Rejects with the failure where a head has been sent. */
async function sendFailure(
  request: IncomingMessage,
  response: ServerResponse,
  answer: ServiceResponse,
  { failure, ...options }: SendOptions & { readonly failure: unknown },
): Promise<SentAnswer> {
  if (response.headersSent) throw failure
  const { method = '', headers } = request
  const failed = refusal(new OssError('internalError'), method, headers.host ?? '', answer.log.requestId)
  return send(response, { ...failed, log: { ...answer.log, ...failed.log, failure } }, options)
}

/** What is to become of a connection whose request was answered before its body was read. */
function unreadRest(
  body: RequestBody,
  isBodiless: boolean,
): { close: boolean; discard?: (() => Promise<void>) | undefined } {
  if (body.complete) return { close: body.isLengthTwice }
  const rest = body.hasCome ? 0 : (body.size ?? Number.POSITIVE_INFINITY) - body.arrived
  // What a GET announces is seldom sent: its sender would take the connection to be free for the next request.
  const mayCome = body.hasCome || (!isBodiless && !body.awaitsContinue)
  if (rest <= REST_KEPT_MAX && mayCome && !body.isLengthTwice) {
    return { close: false, discard: () => body.discard(rest, LINGER_MS_MAX) }
  }
  return { close: true, discard: () => body.discard(LINGER_BYTES_MAX, LINGER_MS_MAX) }
}
