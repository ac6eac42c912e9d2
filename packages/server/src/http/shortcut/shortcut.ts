/**
 * A way past `node:http` for the usual request: its head arrives in one piece, and is read in one pass; its body has an announced length; the
 * answer leaves by one write. Before any other bytes the connection goes to `node:http`, with these bytes, and stays there.
 */
import type { Socket } from 'node:net'
import { newRequestLog, type ServiceRequest, type ServiceResponse } from '@bindery/service'
import type { Awaitable } from '@bindery/storage'
import { type Connection, closeSoon } from '../connection.js'
import { type ExchangeObservers, noteExchange } from '../note-exchange.js'
import type { Sent } from '../send-response.js'
import type { TrustedProxies } from '../trusted-proxies.js'
import { type UnreadRest, unreadRest } from '../unread-rest.js'
import type { Link, LinkOwner } from './link.js'
import { LinkBody } from './link-body.js'
import { type PlainHead, readHead } from './read-head.js'
import { sendAnswer } from './send-answer.js'
import { WholeBody } from './whole-body.js'

/** The server around the shortcut, shared by all connections. */
export interface ShortcutHost extends ExchangeObservers {
  readonly proxies: TrustedProxies
  /** Milliseconds that a connection may be silent: before its first request, between two, and while it is sent an answer. */
  readonly firstTimeoutMs: number
  readonly keepAliveTimeoutMs: number
  readonly idleTimeoutMs: number
  readonly handle: (request: ServiceRequest) => Awaitable<ServiceResponse>
  /** The answer in place of one whose head HTTP cannot carry. */
  readonly failed: (answer: ServiceResponse, failure: unknown, request: ServiceRequest) => ServiceResponse
  readonly begins: (connection: Connection) => void
  /** Closes the connection if it should be. */
  readonly ends: (connection: Connection) => void
  /** Called when the connection has closed. */
  readonly closed: (connection: Connection) => void
  readonly isStopping: () => boolean
  /** Answers a connection that has sent no request, and closes it. */
  readonly refuseSilent: (link: Link) => void
  /** Gives a connection to `node:http`. */
  readonly handOver: (connection: Connection, socket: Socket) => void
}

/** A request that is being answered. */
interface Running {
  readonly head: PlainHead
  readonly request: ServiceRequest
  readonly startedAt: number
  /** A body that did not arrive together with the head. */
  readonly body: LinkBody | undefined
}

/** One connection, as long as its requests are usual ones. */
export class Shortcut implements LinkOwner {
  readonly #connection: Connection
  readonly #link: Link
  readonly #host: ShortcutHost
  #running: Running | undefined
  /** Bytes that arrived while a request was being answered. */
  #waiting: Buffer | undefined
  #hasAnswered = false
  #hasEnded = false

  constructor(connection: Connection, link: Link, host: ShortcutHost) {
    this.#connection = connection
    this.#link = link
    this.#host = host
    link.start(this)
    link.setTimeout(host.firstTimeoutMs)
  }

  came(bytes: Buffer): void {
    if (this.#connection.closing) return
    if (this.#running !== undefined) {
      const { body } = this.#running
      const early = body === undefined ? bytes : body.take(bytes)
      body?.own()
      if (early === undefined) return
      // a copy in any case: a link may lend its bytes
      this.#waiting = Buffer.concat(this.#waiting === undefined ? [early] : [this.#waiting, early])
      this.#link.pause()
      return
    }
    const head = readHead(bytes)
    if (head === undefined) this.#leave(bytes)
    else this.#handle(head, bytes)
  }

  placed(bytes: number): void {
    this.#running?.body?.placed(bytes)
  }

  ended(): void {
    this.#hasEnded = true
    if (this.#running === undefined) this.#link.end()
    else this.#running.body?.fail('incompleteBody')
  }

  closed(): void {
    this.#running?.body?.fail('incompleteBody')
    this.#host.closed(this.#connection)
  }

  silent(): void {
    this.#running?.body?.idle()
    // Until the answer is sent, a silent client is no reason to close: a slow store may be the cause.
    if (this.#running !== undefined && !this.#link.isSending) return
    if (this.#hasAnswered || this.#running !== undefined || this.#connection.closing) this.#link.destroy()
    else this.#host.refuseSilent(this.#link)
  }

  #handle(head: PlainHead, bytes: Buffer): void {
    const host = this.#host
    const partial = this.#partialBody(head, bytes)
    const whole = head.bodyBytes === 0 || partial !== undefined ? NO_BODY : this.#wholeBody(bytes.subarray(head.bytes))
    const { method, target, headers } = head
    const { address, scheme } = host.proxies.originOf(this.#link.peer, headers)
    const request: ServiceRequest = {
      method,
      scheme,
      host: headers.host ?? '',
      target,
      headers,
      remoteAddress: address,
      localAddress: this.#link.local,
      body: partial ?? whole,
      passes: this.#link.pass !== undefined,
      log: newRequestLog(),
    }
    const running = { head, request, startedAt: performance.now(), body: partial }
    this.#running = running
    this.#connection.log = request.log
    host.begins(this.#connection)
    try {
      const answer = host.handle(request)
      if (answer instanceof Promise)
        answer.then((known) => this.#send(running, known)).catch((error) => this.#fail(error))
      else this.#send(running, answer)
      partial?.own()
      if (this.#link.lendsBytes) whole.own()
    } catch (error) {
      this.#fail(error)
    }
  }

  #wholeBody(bytes: Buffer): WholeBody {
    return new WholeBody(bytes, this.#link.md5Of?.(bytes))
  }

  /** Bytes that stay valid behind the report that brought them. */
  #kept(bytes: Buffer): Buffer {
    return this.#link.lendsBytes ? Buffer.from(bytes) : bytes
  }

  /** The body of a request that did not arrive together with its head. */
  #partialBody(head: PlainHead, bytes: Buffer): LinkBody | undefined {
    const size = head.bodyBytes
    if (bytes.length - head.bytes === size) return undefined
    return new LinkBody(this.#link, bytes, head.bytes, { size, idleTimeoutMs: this.#host.idleTimeoutMs })
  }

  #send(running: Running, answer: ServiceResponse): void {
    const { keepAliveTimeoutMs, idleTimeoutMs, failed, isStopping } = this.#host
    this.#connection.log = answer.log
    const headMilliseconds = performance.now() - running.startedAt
    const rest = running.body === undefined ? NOTHING_LEFT : unreadRest(running.body, false)
    const discarded = rest.discard?.()
    const options = {
      method: running.head.method,
      close: rest.close || isStopping() || this.#hasEnded,
      keepAliveSeconds: Math.floor(keepAliveTimeoutMs / 1000),
      idleTimeoutMs,
      failed: (failure: unknown) => failed(answer, failure, running.request),
    }
    const end = (sent: Sent, ofAnswer: ServiceResponse) => {
      try {
        if (discarded !== undefined && (rest.close || running.body?.complete === false)) this.#closeSoon()
        this.#note(running, ofAnswer, sent, headMilliseconds)
        this.#finish()
      } catch (error) {
        this.#fail(error)
      }
    }
    sendAnswer(this.#link, answer, options, (sent, ofAnswer) => {
      if (discarded === undefined) end(sent, ofAnswer)
      else void discarded.then(() => end(sent, ofAnswer))
    })
  }

  /** Closes the connection behind an answer to a request whose body was not read. */
  #closeSoon(): void {
    if (!this.#link.destroyed) closeSoon(this.#connection)
  }

  #note({ head, request, startedAt, body }: Running, answer: ServiceResponse, sent: Sent, headMs: number): void {
    const { method, target, headers } = head
    noteExchange(this.#host, {
      method,
      target,
      httpVersion: '1.1',
      traceparent: headers.traceparent,
      userAgent: headers['user-agent'] ?? '',
      remote: request.remoteAddress,
      headBytes: () => head.bytes,
      answer,
      sent,
      bytesReceived: body?.arrived ?? head.bodyBytes,
      milliseconds: performance.now() - startedAt,
      headMilliseconds: headMs,
    })
  }

  /** Makes the connection ready for its next request. */
  #finish(): void {
    const connection = this.#connection
    const link = this.#link
    this.#running = undefined
    connection.log = undefined
    this.#host.ends(connection)
    if (link.destroyed || connection.closing) return
    this.#hasAnswered = true
    link.setTimeout(this.#host.keepAliveTimeoutMs)
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting !== undefined) this.came(waiting)
    if (link.isPaused) link.resume()
    if (waiting === undefined && this.#hasEnded) link.end()
  }

  #fail(error: unknown): void {
    this.#host.log.error({ err: error }, 'a request could not be answered')
    this.#link.destroy()
    if (this.#running === undefined) return
    this.#running.body?.fail('incompleteBody')
    this.#running = undefined
    this.#connection.log = undefined
    this.#host.ends(this.#connection)
  }

  #leave(bytes: Buffer): void {
    const socket = this.#link.leave(this.#kept(bytes))
    this.#host.handOver(this.#connection, socket)
    socket.resume()
  }
}

const NOTHING_LEFT: UnreadRest = { close: false }
const NO_BODY = new WholeBody(Buffer.alloc(0))
