import { freeMemory } from '@bindery/digest'
import { type Cause, OssError } from '@bindery/protocol'
import type { ByteSource } from '@bindery/storage'

/**
 * A sender that is silent for this long counts as pausing: a reader gets the bytes received so far, so that a slow
 * sender does not hold its buffer.
 */
const PAUSE_MS = 20

const COME = Promise.resolve()

interface Reader {
  /** Absent: the reader only waits for a byte. */
  readonly buffer: Uint8Array | undefined
  filled: number
  readonly resolve: (bytes: number) => void
  readonly reject: (error: Error) => void
}

/** Bytes that no reader has taken yet. */
interface Chunk {
  readonly bytes: Uint8Array
  /** Freed when they were taken. */
  readonly memory: Uint8Array
}

/**
 * A body that arrives in chunks and is read into the buffers of its consumer: one copy, with back-pressure by pausing its sender. Reads
 * fail with requestTimeout if the sender falls silent.
 */
export abstract class ArrivingBody implements ByteSource {
  abstract readonly size: number | undefined
  #arrived = 0
  readonly #waiting: Chunk[] = []
  #failure: Error | undefined
  #reader: Reader | undefined
  #senderLost = false
  /** Ends a running `discard`, which lasts until this many bytes have arrived. */
  #discarded: (() => void) | undefined
  #discardEnd = 0
  #quietTimer: NodeJS.Timeout | undefined
  #quietTimerRuns = false
  #arrivedAtQuietTimer = 0

  /** Bytes received from the connection so far. */
  get arrived(): number {
    return this.#arrived
  }

  /** As long as it waits in one piece. Never of a body that failed, although its end may have come: a reader must see the failure. */
  get whole(): Uint8Array | undefined {
    const [first] = this.#waiting
    const isWhole = this.complete && this.#failure === undefined && first?.bytes.length === this.#arrived
    return isWhole ? first.bytes : undefined
  }

  get hasEnded(): boolean {
    return this.complete && this.#failure === undefined && !this.hasWaiting
  }

  /** Whether the whole body has been taken from the connection. */
  abstract get complete(): boolean

  /** Whether the whole body has arrived, although it may not have been read. */
  get hasCome(): boolean {
    return this.complete
  }

  /** Whether the sender still waits for 100 Continue. */
  get awaitsContinue(): boolean {
    return false
  }

  /** Whether its length was announced twice: nothing that follows on the connection can be trusted. */
  get isLengthTwice(): boolean {
    return false
  }

  /** Whether the last announced byte has arrived, but not the end behind it: a reader must not treat the body as complete yet. */
  protected get awaitsEnd(): boolean {
    return false
  }

  /** The free rest of the buffer of the reader that waits, unless what comes is discarded. */
  protected get room(): Uint8Array | undefined {
    return this.#discarded === undefined ? this.#reader?.buffer?.subarray(this.#reader.filled) : undefined
  }

  /** Whether bytes wait for a reader. */
  protected get hasWaiting(): boolean {
    return this.#waiting.length > 0
  }

  /** Takes what has arrived although nothing flows. */
  protected takeArrived(): void {}

  /** Lets chunks come. */
  protected abstract flow(): void

  /** Keeps further chunks from coming. */
  protected abstract pause(): void

  /** Limits the time for which the sender may now be silent, after which `idle` is to be called. */
  protected abstract limitSilence(): void

  get isReady(): boolean {
    return this.hasWaiting
  }

  ready(): Promise<void> {
    this.takeArrived()
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    return this.hasWaiting || this.complete ? COME : this.#wait(undefined).then(ignore)
  }

  read(buffer: Uint8Array): Promise<number> {
    this.takeArrived()
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    const filled = this.#takeWaiting(buffer, 0)
    if ((filled === buffer.length && !this.awaitsEnd) || this.complete) return Promise.resolve(filled)
    return this.#wait(buffer, filled)
  }

  /** Ends the body early: the pending read and all later ones fail. Does nothing to a complete body. */
  fail(cause: Cause): void {
    if (this.complete) return
    this.#senderLost = true
    this.#discarded?.()
    this.refuse(cause)
  }

  /** Like `fail`, for a body whose rest can still be read. */
  protected refuse(cause: Cause): void {
    if (this.#failure !== undefined) return
    this.#failure = new OssError(cause)
    clearTimeout(this.#quietTimer)
    const reader = this.#reader
    this.#reader = undefined
    if (reader === undefined) return
    // nothing more may come into its buffer
    this.pause()
    reader.reject(this.#failure)
  }

  /**
   * Discards the unread rest until the body ends, `maxBytes` have arrived or `maxMs` have passed, so that a sender that
   * is still busy sees the response instead of a reset connection.
   */
  async discard(maxBytes: number, maxMs: number): Promise<void> {
    if (this.complete || this.#senderLost) return
    this.#discardEnd = this.#arrived + maxBytes
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, maxMs)
      this.#discarded = () => {
        clearTimeout(timer)
        resolve()
      }
      this.flow()
    })
  }

  #wait(buffer: Uint8Array | undefined, filled = 0): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#reader = { buffer, filled, resolve, reject }
      this.limitSilence()
      this.flow()
      // most often the rest has come by now, and needs no timer
      if (filled > 0 && this.#reader !== undefined) this.#watchQuiet()
    })
  }

  /**
   * Keeps what has come for the next reader.
   * @param memory what is freed when the bytes were read
   */
  protected keep(bytes: Uint8Array, memory: Uint8Array): void {
    this.#arrived += bytes.length
    this.#waiting.push({ bytes, memory })
  }

  /** Copies what waits for a reader, because its memory is about to be used for something else. */
  own(): void {
    for (const [index, { bytes }] of this.#waiting.entries()) {
      const copy = new Uint8Array(bytes)
      this.#waiting[index] = { bytes: copy, memory: copy }
    }
  }

  /** Notes bytes that came straight into `room`. */
  placed(bytes: number): void {
    const reader = this.#reader
    this.#arrived += bytes
    if (reader === undefined) return
    reader.filled += bytes
    if (reader.filled === reader.buffer?.length || this.complete) this.#settle(reader)
    else this.#watchQuiet()
  }

  /** Passes a chunk to the reader that waits, if one does. */
  protected arrive(bytes: Uint8Array): void {
    if (this.#discarded !== undefined) {
      this.#arrived += bytes.length
      freeMemory(bytes)
      if (this.complete || this.#arrived >= this.#discardEnd) this.#discarded()
      return
    }
    if (this.refusesMore(bytes.length)) {
      this.#arrived += bytes.length
      return
    }
    this.keep(bytes, bytes)
    const reader = this.#reader
    if (reader === undefined) {
      this.pause()
      return
    }
    const { buffer } = reader
    if (buffer !== undefined) reader.filled = this.#takeWaiting(buffer, reader.filled)
    if (this.awaitsEnd) return
    if (buffer === undefined || reader.filled === buffer.length || this.complete) this.#settle(reader)
    else this.#watchQuiet()
  }

  /** Whether so many more bytes are too many; refuses the body then. */
  protected refusesMore(_bytes: number): boolean {
    return false
  }

  /** To be called when nothing more will come. */
  protected end(): void {
    clearTimeout(this.#quietTimer)
    this.#discarded?.()
    if (this.#reader !== undefined) this.#settle(this.#reader)
  }

  /** To be called when the sender was silent for as long as it may be. */
  idle(): void {
    // Without a reader, this process is slow, not the sender.
    if (this.#reader !== undefined) this.fail('requestTimeout')
  }

  #settle(reader: Reader): void {
    this.#reader = undefined
    if (this.complete) clearTimeout(this.#quietTimer)
    else this.pause()
    reader.resolve(reader.filled)
  }

  /** Fills a buffer from `start` with what waits; returns where the bytes end. */
  #takeWaiting(buffer: Uint8Array, start: number): number {
    let filled = start
    for (let chunk = this.#waiting[0]; chunk !== undefined && filled < buffer.length; chunk = this.#waiting[0]) {
      const bytes = Math.min(chunk.bytes.length, buffer.length - filled)
      // Not `set`: into shared memory it copies byte by byte unless both sides have the same alignment.
      Buffer.from(buffer.buffer, buffer.byteOffset + filled, bytes).fill(chunk.bytes)
      filled += bytes
      if (bytes < chunk.bytes.length) this.#waiting[0] = { bytes: chunk.bytes.subarray(bytes), memory: chunk.memory }
      else {
        this.#waiting.shift()
        // Each chunk has memory of its own, and without this the collector would run all the time.
        freeMemory(chunk.memory)
      }
    }
    return filled
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
    if (reader === undefined || reader.filled === 0 || this.awaitsEnd) return
    if (this.#arrived === this.#arrivedAtQuietTimer) this.#settle(reader)
    else this.#watchQuiet()
  }
}

function ignore(): void {}
