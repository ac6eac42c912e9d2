import type { IncomingMessage } from 'node:http'
import { freeMemory } from '@bindery/digest'
import { type Cause, OssError, PART_SIZE_MAX } from '@bindery/protocol'
import type { ByteSource } from '@bindery/storage'

/**
 * A sender that is silent for this long counts as pausing: a reader gets the bytes received so far, so that a slow
 * sender does not hold its buffer.
 */
const PAUSE_MS = 20

const NO_BYTES = new Uint8Array(0)

interface Reader {
  /** Absent: the reader only waits for a byte. */
  readonly buffer: Uint8Array | undefined
  filled: number
  readonly resolve: (bytes: number) => void
  readonly reject: (error: Error) => void
}

/** How the bytes of a body are awaited. */
export interface RequestBodyOptions {
  /** Milliseconds without a byte, while one is awaited, after which the read fails with requestTimeout. */
  readonly idleTimeoutMs: number
  /** Lets a sender continue that waits for 100 Continue. */
  readonly sendContinue?: () => void
}

/**
 * The body of a request, read into the buffers of its consumer: one copy, with back-pressure by pausing the socket.
 * Reads fail with incompleteBody if the connection, or the chunks, end before the announced length; requestTimeout if
 * the sender falls silent; entityTooLarge if a body of unknown length exceeds 5 GiB; malformedRequest if its framing is
 * broken or its chunks exceed their announced length.
 */
export class RequestBody implements ByteSource {
  readonly size: number | undefined
  /** Whether the chunks determine the end of the body, whatever length was announced. */
  readonly #chunked: boolean
  readonly #request: IncomingMessage
  readonly #idleTimeoutMs: number
  #sendContinue: (() => void) | undefined
  #flowing = false
  #arrived = 0
  /** The last chunk, and its bytes that the reader has not taken yet. */
  #chunk: Uint8Array = NO_BYTES
  #surplus: Uint8Array | undefined
  #ended = false
  #failure: Error | undefined
  #reader: Reader | undefined
  #senderLost = false
  /** Ends a running `discard`, which lasts until this many bytes have arrived. */
  #discarded: (() => void) | undefined
  #discardEnd = 0
  #quietTimer: NodeJS.Timeout | undefined
  #quietTimerRuns = false
  #arrivedAtQuietTimer = 0

  constructor(request: IncomingMessage, { idleTimeoutMs, sendContinue }: RequestBodyOptions) {
    this.#request = request
    this.#idleTimeoutMs = idleTimeoutMs
    this.#sendContinue = sendContinue
    this.size = announcedSize(request)
    this.#chunked = request.headers['transfer-encoding'] !== undefined
  }

  /** Bytes received from the connection so far. */
  get arrived(): number {
    return this.#arrived
  }

  /** Whether the whole body has been taken from the connection. */
  get complete(): boolean {
    return this.#ended || (!this.#chunked && this.#arrived === this.size)
  }

  /** Whether its length was announced twice: nothing that follows on the connection can be trusted. */
  get isLengthTwice(): boolean {
    return this.#chunked && this.size !== undefined
  }

  /** Whether the whole body has arrived, although it may not have been read. */
  get hasCome(): boolean {
    return this.complete || this.#request.complete
  }

  /** Whether the sender still waits for 100 Continue. */
  get awaitsContinue(): boolean {
    return this.#sendContinue !== undefined
  }

  async ready(): Promise<void> {
    this.#takeArrived()
    if (this.#failure !== undefined) throw this.#failure
    if (this.#surplus === undefined && !this.complete) await this.#wait(undefined)
  }

  async read(buffer: Uint8Array): Promise<number> {
    this.#takeArrived()
    if (this.#failure !== undefined) throw this.#failure
    const filled = this.#takeSurplus(buffer)
    if ((filled === buffer.length && !this.#awaitsEnd) || this.complete) return filled
    return await this.#wait(buffer, filled)
  }

  /** Ends the body early: the pending read and all later ones fail. Does nothing to a complete body. */
  fail(cause: Cause): void {
    if (this.complete) return
    this.#senderLost = true
    this.#discarded?.()
    this.#refuse(cause)
  }

  /** Like `fail`, for a body whose rest can still be read. */
  #refuse(cause: Cause): void {
    if (this.#failure !== undefined) return
    this.#failure = new OssError(cause)
    clearTimeout(this.#quietTimer)
    const reader = this.#reader
    this.#reader = undefined
    reader?.reject(this.#failure)
  }

  /**
   * Discards the unread rest until the body ends, `maxBytes` have arrived or `maxMs` have passed, so that a sender that
   * is still busy sees the response instead of a reset connection.
   */
  async discard(maxBytes: number, maxMs: number): Promise<void> {
    if (this.complete || this.#senderLost || this.#request.destroyed) return
    this.#discardEnd = this.#arrived + maxBytes
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, maxMs)
      this.#discarded = () => {
        clearTimeout(timer)
        resolve()
      }
      this.#flow()
    })
  }

  #wait(buffer: Uint8Array | undefined, filled = 0): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#reader = { buffer, filled, resolve, reject }
      this.#request.socket.setTimeout(this.#idleTimeoutMs)
      if (filled > 0) this.#watchQuiet()
      const sendContinue = this.#sendContinue
      this.#sendContinue = undefined
      sendContinue?.()
      this.#flow()
    })
  }

  /**
   * Takes bytes that arrived with the head, as most small bodies do completely, without the cost of a flowing
   * stream.
   */
  #takeArrived(): void {
    if (this.#flowing || this.#surplus !== undefined || this.complete || this.#request.readableLength === 0) return
    const chunk: Uint8Array | null = this.#request.read()
    if (chunk !== null) this.#arrive(chunk)
  }

  #flow(): void {
    if (!this.#flowing) {
      this.#flowing = true
      this.#request.on('timeout', () => this.#idle())
      this.#request.on('close', () => this.fail('incompleteBody'))
      if (this.#request.destroyed) this.fail('incompleteBody')
      this.#request.on('data', (chunk: Uint8Array) => this.#arrive(chunk))
      this.#request.on('end', () => this.#end())
    }
    this.#request.resume()
  }

  #arrive(chunk: Uint8Array): void {
    this.#arrived += chunk.length
    if (this.#discarded !== undefined) {
      freeMemory(chunk)
      if (this.complete || this.#arrived >= this.#discardEnd) this.#discarded()
      return
    }
    if (this.#arrived > (this.size ?? PART_SIZE_MAX)) {
      this.#refuse(this.size === undefined ? 'entityTooLarge' : 'malformedRequest')
      return
    }
    this.#chunk = chunk
    this.#surplus = chunk
    const reader = this.#reader
    if (reader === undefined) {
      if (this.#flowing) this.#request.pause()
      return
    }
    const { buffer } = reader
    if (buffer !== undefined) reader.filled += this.#takeSurplus(buffer.subarray(reader.filled))
    if (this.#awaitsEnd) return
    if (buffer === undefined || reader.filled === buffer.length || this.complete) this.#settle(reader)
    else this.#watchQuiet()
  }

  /**
   * Whether the last announced byte has arrived, but not the last chunk: the reader must not treat the body as complete
   * yet.
   */
  get #awaitsEnd(): boolean {
    return this.isLengthTwice && this.#arrived === this.size && !this.#ended
  }

  #end(): void {
    if (this.isLengthTwice && this.#arrived !== this.size) this.#refuse('incompleteBody')
    this.#ended = true
    clearTimeout(this.#quietTimer)
    this.#discarded?.()
    if (this.#reader !== undefined) this.#settle(this.#reader)
  }

  #settle(reader: Reader): void {
    this.#reader = undefined
    if (this.complete) clearTimeout(this.#quietTimer)
    else this.#request.pause()
    reader.resolve(reader.filled)
  }

  #takeSurplus(buffer: Uint8Array): number {
    const surplus = this.#surplus
    if (surplus === undefined) return 0
    const bytes = Math.min(surplus.length, buffer.length)
    // Not `set`: into shared memory it copies byte by byte unless both sides have the same alignment.
    Buffer.from(buffer.buffer, buffer.byteOffset, bytes).fill(surplus)
    this.#surplus = bytes === surplus.length ? undefined : surplus.subarray(bytes)
    if (this.#surplus === undefined) this.#freeChunk()
    return bytes
  }

  /** Frees the memory of a chunk that was read: each chunk has its own, and without this the collector would run all the time. */
  #freeChunk(): void {
    freeMemory(this.#chunk)
    this.#chunk = NO_BYTES
  }

  #idle(): void {
    // Without a reader, this process is slow, not the sender.
    if (this.#reader !== undefined) this.fail('requestTimeout')
  }

  /** One timer per body, restarted at most once in PAUSE_MS, however small the chunks. */
  #watchQuiet(): void {
    if (this.#quietTimerRuns) return
    this.#quietTimerRuns = true
    this.#arrivedAtQuietTimer = this.#arrived
    if (this.#quietTimer === undefined) this.#quietTimer = setTimeout(() => this.#quiet(), PAUSE_MS)
    else this.#quietTimer.refresh()
  }

  #quiet(): void {
    this.#quietTimerRuns = false
    const reader = this.#reader
    if (reader === undefined || reader.filled === 0 || this.#awaitsEnd) return
    if (this.#arrived === this.#arrivedAtQuietTimer) this.#settle(reader)
    else this.#watchQuiet()
  }
}

function announcedSize({ headers }: IncomingMessage): number | undefined {
  const length = headers['content-length']
  if (length !== undefined) return Number(length)
  return headers['transfer-encoding'] === undefined ? 0 : undefined
}
