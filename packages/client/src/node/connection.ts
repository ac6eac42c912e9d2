/** One connection to a server, on which requests of HTTP/1.1 follow one another. */
import type net from 'node:net'
import type { TransportRequest, TransportResponse } from '../types/client.js'
import { CLIENT_CODES, OssError } from '../types/error.js'
import { TransportError } from '../wire/failure.js'
import { type ResponseHead, ResponseParser } from './http-parser.js'
import { ReceivedBody } from './received.js'
import type { Opener, Origin } from './route.js'

/** Heads and small bodies are read into this much memory of the connection. */
const OWN_BYTES = 64 * 1024
/** A body of known length that is longer is read into blocks. */
const OWN_BODY_MAX = 16 * 1024

/** A request under way. */
interface Exchange {
  readonly request: TransportRequest
  readonly received: ReceivedBody
  readonly answered: (response: TransportResponse) => void
  readonly failed: (failure: unknown) => void
  isSent: boolean
  /** Bytes of the body that are with the system. */
  written: number
  hasHead: boolean
}

/**
 * Sends one request at a time. `onFree` is called when another one may follow, `onClosed` once, when none may. Bytes of
 * bodies are not copied: a piece of a body is requested when the one before is with the system.
 */
export class Connection {
  readonly #socket: net.Socket
  readonly #origin: Origin
  readonly #opener: Opener
  readonly #parser = new ResponseParser()
  readonly #own = Buffer.allocUnsafeSlow(OWN_BYTES)
  readonly #onFree: () => void
  #exchange: Exchange | undefined
  #failure: unknown
  #isPaused = false

  /** @param tunnel to the server, where the way has one */
  constructor(
    origin: Origin,
    opener: Opener,
    tunnel: net.Socket | undefined,
    { onFree, onClosed }: { readonly onFree: () => void; readonly onClosed: () => void },
  ) {
    this.#origin = origin
    this.#opener = opener
    this.#onFree = onFree
    const onread = {
      buffer: () => this.#room(),
      callback: (length: number, into: Uint8Array) => this.#receive(length, into),
    }
    this.#socket = opener.open(origin, onread, tunnel)
    this.#limitConnecting(opener.timeoutMs)
    let isConnected = tunnel !== undefined
    this.#socket.once('connect', () => {
      isConnected = true
    })
    this.#socket.on('error', (error) => this.#lost(isConnected ? error : opener.unreachable(origin, error)))
    this.#socket.on('end', () => this.#ended())
    this.#socket.on('timeout', () => this.#stalled())
    this.#socket.on('close', () => {
      this.#lost(new Error('the connection was closed before an answer'))
      onClosed()
    })
  }

  #limitConnecting(milliseconds: number | undefined): void {
    const { isSecure } = this.#origin
    if (milliseconds === undefined || (!isSecure && !this.#socket.connecting)) return
    const timer = setTimeout(() => {
      const stop = this.#opener.firstStop(this.#origin)
      this.#lost(new TransportError('network', `no connection to ${stop} within ${milliseconds} ms`))
    }, milliseconds)
    for (const event of [isSecure ? 'secureConnect' : 'connect', 'close']) {
      this.#socket.once(event, () => clearTimeout(timer))
    }
  }

  /** Whether a request can be sent. */
  get isOpen(): boolean {
    return this.#failure === undefined && !this.#socket.destroyed
  }

  destroy(): void {
    this.#socket.destroy()
  }

  /** Waits for another request; the process does not wait for it. The connection is closed after this many milliseconds. */
  rest(milliseconds: number): void {
    this.#socket.setTimeout(milliseconds)
    this.#socket.unref()
  }

  /** Sends a request. Rejects with TransportError, with the signal's reason, or with the failure of the request's body. */
  send(request: TransportRequest): Promise<TransportResponse> {
    const { signal, stallTimeoutMs } = request
    const text = headOf(request, this.#origin, this.#opener)
    this.#socket.ref()
    this.#socket.setTimeout(stallTimeoutMs)
    const onAbort = () => this.#lost(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    const received = new ReceivedBody(request.lends === true)
    return new Promise<TransportResponse>((answered, failed) => {
      const exchange: Exchange = { request, received, answered, failed, isSent: false, written: 0, hasHead: false }
      this.#exchange = exchange
      this.#parser.expect(request.method, {
        head: (head) => this.#answer(exchange, head),
        body: (piece) => received.push(piece),
        end: (isReusable) => {
          signal.removeEventListener('abort', onAbort)
          this.#end(exchange, isReusable)
        },
      })
      this.#write(exchange, text).catch((failure: unknown) => this.#lost(failure))
    })
  }

  async #write(exchange: Exchange, head: string): Promise<void> {
    const { body, stallTimeoutMs } = exchange.request
    const socket = this.#socket
    if (body !== undefined) socket.cork()
    socket.write(head, 'latin1')
    if (body instanceof Uint8Array) {
      for (let start = 0; start < body.length; start += PIECE_BYTES) {
        if (!(await this.#writePiece(exchange, body.subarray(start, start + PIECE_BYTES)))) return
      }
    } else if (body !== undefined) {
      for await (const piece of body instanceof Blob ? piecesOf(body) : body) {
        if (!(await this.#writePiece(exchange, piece))) return
        socket.setTimeout(0) // a source may take its time
      }
    }
    socket.uncork()
    socket.setTimeout(stallTimeoutMs)
    exchange.isSent = true
  }

  /** Resolves when the piece is with the system; to false where the server answered already, and ignores the rest of the body. */
  async #writePiece(exchange: Exchange, piece: Uint8Array): Promise<boolean> {
    if (exchange.hasHead || this.#exchange !== exchange) return false
    const socket = this.#socket
    socket.setTimeout(exchange.request.stallTimeoutMs)
    const flushed = new Promise<void>((resolve, reject) => {
      socket.write(piece, (error) => (error ? reject(error) : resolve()))
    })
    socket.uncork()
    await flushed
    exchange.written += piece.length
    exchange.request.onSent?.(exchange.written)
    return true
  }

  #room(): Uint8Array {
    const left = this.#parser.bodyBytesLeft
    return left > OWN_BODY_MAX && this.#exchange !== undefined ? this.#exchange.received.room(left) : this.#own
  }

  /** Returns whether the connection is to be read on. */
  #receive(length: number, into: Uint8Array): boolean {
    try {
      this.#parser.feed(into.subarray(0, length))
    } catch (error) {
      this.#lost(error)
      return false
    }
    this.#isPaused = this.#exchange?.received.isFull === true
    if (this.#isPaused) this.#socket.setTimeout(0)
    return !this.#isPaused
  }

  #read(exchange: Exchange): void {
    if (!this.#isPaused || exchange.received.isFull) return
    this.#isPaused = false
    this.#socket.setTimeout(exchange.request.stallTimeoutMs)
    this.#socket.resume()
  }

  #answer(exchange: Exchange, { status, headers }: ResponseHead): void {
    exchange.hasHead = true
    const body = exchange.received.pieces(
      () => this.#read(exchange),
      () => this.destroy(),
    )
    exchange.answered({ status, headers, header: (name) => headers[name.toLowerCase()], body })
  }

  #end(exchange: Exchange, isReusable: boolean): void {
    this.#exchange = undefined
    exchange.received.end()
    if (isReusable && exchange.isSent) this.#onFree()
    else this.#socket.destroy()
  }

  #ended(): void {
    try {
      this.#parser.finish()
    } catch (error) {
      this.#lost(error)
    }
    this.#socket.destroy()
  }

  #stalled(): void {
    const exchange = this.#exchange
    if (exchange === undefined) {
      this.destroy()
      return
    }
    const { method, stallTimeoutMs } = exchange.request
    this.#lost(new TransportError('stalled', `${method} made no progress for ${stallTimeoutMs} ms`))
  }

  #lost(failure: unknown): void {
    this.#failure ??= failure
    const exchange = this.#exchange
    this.#exchange = undefined
    this.#socket.destroy()
    if (exchange === undefined) return
    const reported = reportedAs(failure, exchange.request)
    exchange.received.fail(reported)
    exchange.failed(reported)
  }
}

/** Large buffers go in pieces, so that their progress can be seen. */
const PIECE_BYTES = 1024 * 1024

async function* piecesOf(blob: Blob): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < blob.size; start += PIECE_BYTES) {
    yield new Uint8Array(await blob.slice(start, start + PIECE_BYTES).arrayBuffer())
  }
}

/** Headers are byte strings; a line break in one would end it. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

function headOf({ method, url, headers, body, bodyLength }: TransportRequest, origin: Origin, opener: Opener): string {
  // unparsed: in a parsed URL the segments `.` and `..` of a key are resolved
  const path = url.slice(url.indexOf('/', url.indexOf('://') + 3))
  const isRelayed = opener.isRelayed(origin)
  const target = isRelayed ? `http://${origin.host}${path}` : path
  const sent: Record<string, string> = { host: origin.host, ...headers, connection: 'keep-alive' }
  if (isRelayed) Object.assign(sent, opener.proxyHeaders)
  if (body !== undefined || method === 'PUT' || method === 'POST') sent['content-length'] = String(bodyLength)
  let text = `${method} ${target} HTTP/1.1\r\n`
  for (const [name, value] of Object.entries(sent)) {
    if (!VALUE.test(value)) throw invalidHeader(name)
    text += `${name}: ${value}\r\n`
  }
  return `${text}\r\n`
}

function invalidHeader(name: string): OssError {
  return new OssError({
    code: CLIENT_CODES.invalidOption,
    message: `The header ${name} has a character that HTTP cannot send.`,
  })
}

/** A body's own error, such as a changed file, is not a failure of the network. */
function reportedAs(thrown: unknown, { method, signal }: TransportRequest): unknown {
  if (signal.aborted) return signal.reason
  if (thrown instanceof TransportError || thrown instanceof OssError || !(thrown instanceof Error)) return thrown
  return new TransportError('network', `${method} failed: ${thrown.message}`, thrown)
}
