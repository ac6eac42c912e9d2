import type { IncomingMessage } from 'node:http'
import { PART_SIZE_MAX } from '@bindery/protocol'
import { ArrivingBody } from './arriving-body.js'

/** How the bytes of a body are awaited. */
export interface RequestBodyOptions {
  /** Milliseconds without a byte, while one is awaited, after which the read fails with requestTimeout. */
  readonly idleTimeoutMs: number
  /** Lets a sender continue that waits for 100 Continue. */
  readonly sendContinue?: () => void
}

/**
 * The body of a request that `node:http` reads.
 * Reads fail with incompleteBody if the connection, or the chunks, end before the announced length; requestTimeout if
 * the sender falls silent; entityTooLarge if a body of unknown length exceeds 5 GiB; malformedRequest if its framing is
 * broken or its chunks exceed their announced length.
 */
export class RequestBody extends ArrivingBody {
  readonly size: number | undefined
  /** Whether the chunks determine the end of the body, whatever length was announced. */
  readonly #chunked: boolean
  readonly #request: IncomingMessage
  readonly #idleTimeoutMs: number
  #sendContinue: (() => void) | undefined
  #flowing = false
  #ended = false

  constructor(request: IncomingMessage, { idleTimeoutMs, sendContinue }: RequestBodyOptions) {
    super()
    this.#request = request
    this.#idleTimeoutMs = idleTimeoutMs
    this.#sendContinue = sendContinue
    this.size = announcedSize(request)
    this.#chunked = request.headers['transfer-encoding'] !== undefined
  }

  override get complete(): boolean {
    return this.#ended || (!this.#chunked && this.arrived === this.size)
  }

  override get isLengthTwice(): boolean {
    return this.#chunked && this.size !== undefined
  }

  override get hasCome(): boolean {
    return this.complete || this.#request.complete
  }

  override get awaitsContinue(): boolean {
    return this.#sendContinue !== undefined
  }

  protected override get awaitsEnd(): boolean {
    return this.isLengthTwice && this.arrived === this.size && !this.#ended
  }

  override async discard(maxBytes: number, maxMs: number): Promise<void> {
    if (!this.#request.destroyed) await super.discard(maxBytes, maxMs)
  }

  /**
   * Takes bytes that arrived with the head, as most small bodies do completely, without the cost of a flowing
   * stream.
   */
  protected override takeArrived(): void {
    if (this.#flowing || this.hasWaiting || this.complete || this.#request.readableLength === 0) return
    const chunk: Uint8Array | null = this.#request.read()
    if (chunk !== null) this.arrive(chunk)
  }

  protected override limitSilence(): void {
    this.#request.socket.setTimeout(this.#idleTimeoutMs)
    const sendContinue = this.#sendContinue
    this.#sendContinue = undefined
    sendContinue?.()
  }

  protected override flow(): void {
    if (!this.#flowing) {
      this.#flowing = true
      this.#request.on('timeout', () => this.idle())
      this.#request.on('close', () => this.fail('incompleteBody'))
      if (this.#request.destroyed) this.fail('incompleteBody')
      this.#request.on('data', (chunk: Uint8Array) => this.arrive(chunk))
      this.#request.on('end', () => this.#end())
    }
    this.#request.resume()
  }

  protected override pause(): void {
    if (this.#flowing) this.#request.pause()
  }

  protected override refusesMore(bytes: number): boolean {
    if (this.arrived + bytes <= (this.size ?? PART_SIZE_MAX)) return false
    this.refuse(this.size === undefined ? 'entityTooLarge' : 'malformedRequest')
    return true
  }

  #end(): void {
    if (this.isLengthTwice && this.arrived !== this.size) this.refuse('incompleteBody')
    this.#ended = true
    this.end()
  }
}

function announcedSize({ headers }: IncomingMessage): number | undefined {
  const length = headers['content-length']
  if (length !== undefined) return Number(length)
  return headers['transfer-encoding'] === undefined ? 0 : undefined
}
