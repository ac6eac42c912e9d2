/**
 * A way past `node:http` for the usual request: its head and its whole body arrive in one piece, and are read in one pass; the answer
 * leaves by one write. Before any other bytes the connection goes to `node:http`, with these bytes, and stays there.
 */
import type { Socket } from 'node:net'
import type { ServiceRequest, ServiceResponse } from '@bindery/service'
import type { Awaitable } from '@bindery/storage'
import type { Connection } from '../connection.js'
import { type ExchangeObservers, noteExchange } from '../note-exchange.js'
import { hostAndPort } from '../read-request.js'
import type { Sent } from '../send-response.js'
import type { TrustedProxies } from '../trusted-proxies.js'
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
  readonly isStopping: () => boolean
  /** Answers a connection that has sent no request, and closes it. */
  readonly refuseSilent: (socket: Socket) => void
  /** Gives a connection to `node:http`. */
  readonly handOver: (socket: Socket) => void
}

/** A request that is being answered. */
interface Running {
  readonly head: PlainHead
  readonly request: ServiceRequest
  readonly startedAt: number
  readonly bodyBytes: number
}

/** One connection, as long as its requests are usual ones. */
export class Shortcut {
  readonly #connection: Connection
  readonly #host: ShortcutHost
  readonly #peer: string
  readonly #local: string
  #running: Running | undefined
  /** Bytes that arrived while a request was being answered. */
  #waiting: Buffer | undefined
  #hasAnswered = false
  #hasEnded = false

  constructor(connection: Connection, host: ShortcutHost) {
    this.#connection = connection
    this.#host = host
    const { socket } = connection
    const { remoteAddress = '', localAddress = '', localPort = 0 } = socket
    this.#peer = remoteAddress
    this.#local = hostAndPort(localAddress, localPort)
    socket.on('data', this.#take)
    socket.on('end', this.#end)
    socket.on('timeout', this.#idle)
    // a broken connection closes by itself
    socket.on('error', ignore)
    socket.setTimeout(host.firstTimeoutMs)
  }

  readonly #take = (bytes: Buffer): void => {
    const { socket, closing } = this.#connection
    if (closing) return
    if (this.#running !== undefined) {
      this.#waiting = this.#waiting === undefined ? bytes : Buffer.concat([this.#waiting, bytes])
      socket.pause()
      return
    }
    const head = readHead(bytes)
    if (head === undefined) this.#leave(bytes)
    else this.#handle(head, bytes)
  }

  readonly #end = (): void => {
    this.#hasEnded = true
    if (this.#running === undefined) this.#connection.socket.end()
  }

  readonly #idle = (): void => {
    const { socket, closing } = this.#connection
    // Until the answer is sent, a silent client is no reason to close: a slow store may be the cause.
    if (this.#running !== undefined && socket.writableLength === 0) return
    if (this.#hasAnswered || this.#running !== undefined || closing) socket.destroy()
    else this.#host.refuseSilent(socket)
  }

  #handle(head: PlainHead, bytes: Buffer): void {
    const host = this.#host
    const body = head.bytes === bytes.length ? NO_BODY : new WholeBody(bytes.subarray(head.bytes))
    const { method, target, headers } = head
    const { address, scheme } = host.proxies.originOf(this.#peer, headers)
    const request: ServiceRequest = {
      method,
      scheme,
      host: headers.host ?? '',
      target,
      headers,
      remoteAddress: address,
      localAddress: this.#local,
      body,
      log: { requestId: '' },
    }
    const running = { head, request, startedAt: performance.now(), bodyBytes: body.size }
    this.#running = running
    this.#connection.log = request.log
    host.begins(this.#connection)
    try {
      const answer = host.handle(request)
      if (answer instanceof Promise)
        answer.then((known) => this.#send(running, known)).catch((error) => this.#fail(error))
      else this.#send(running, answer)
    } catch (error) {
      this.#fail(error)
    }
  }

  #send(running: Running, answer: ServiceResponse): void {
    const { keepAliveTimeoutMs, idleTimeoutMs, failed, isStopping } = this.#host
    const { socket } = this.#connection
    this.#connection.log = answer.log
    const headMilliseconds = performance.now() - running.startedAt
    const options = {
      method: running.head.method,
      close: isStopping() || this.#hasEnded,
      keepAliveSeconds: Math.floor(keepAliveTimeoutMs / 1000),
      idleTimeoutMs,
      failed: (failure: unknown) => failed(answer, failure, running.request),
    }
    sendAnswer(socket, answer, options, (sent, ofAnswer) => {
      try {
        this.#note(running, ofAnswer, sent, headMilliseconds)
        this.#finish()
      } catch (error) {
        this.#fail(error)
      }
    })
  }

  #note({ head, request, startedAt, bodyBytes }: Running, answer: ServiceResponse, sent: Sent, headMs: number): void {
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
      bytesReceived: bodyBytes,
      milliseconds: performance.now() - startedAt,
      headMilliseconds: headMs,
    })
  }

  /** Makes the connection ready for its next request. */
  #finish(): void {
    const connection = this.#connection
    const { socket } = connection
    this.#running = undefined
    connection.log = undefined
    this.#host.ends(connection)
    if (socket.destroyed || connection.closing) return
    if (!this.#hasAnswered || socket.timeout !== this.#host.keepAliveTimeoutMs) {
      this.#hasAnswered = true
      socket.setTimeout(this.#host.keepAliveTimeoutMs)
    }
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting !== undefined) {
      this.#take(waiting)
      socket.resume()
    } else if (this.#hasEnded) socket.end()
  }

  #fail(error: unknown): void {
    this.#host.log.error({ err: error }, 'a request could not be answered')
    this.#connection.socket.destroy()
    if (this.#running === undefined) return
    this.#running = undefined
    this.#connection.log = undefined
    this.#host.ends(this.#connection)
  }

  #leave(bytes: Buffer): void {
    const { socket } = this.#connection
    socket.off('data', this.#take)
    socket.off('end', this.#end)
    socket.off('timeout', this.#idle)
    socket.off('error', ignore)
    socket.setTimeout(0)
    socket.unshift(bytes)
    this.#host.handOver(socket)
    socket.resume()
  }
}

const NO_BODY = new WholeBody(Buffer.alloc(0))

function ignore(): void {}
