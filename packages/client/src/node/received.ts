/** The body of an answer while it arrives: memory for what comes next, and pieces for its reader. */
import { returnSlab, SLAB_BYTES, takeSlab } from './slabs.js'

/** Bytes that may wait for the reader; with more, the connection is not read. */
const WAITING_BYTES_MAX = SLAB_BYTES
/** With less room than this in a block, another one is used. */
const ROOM_MIN = 64 * 1024

/** Consecutive bytes of one block. */
interface Run {
  readonly block: Block
  readonly start: number
  end: number
}

interface Block {
  readonly memory: Buffer
  /** Runs in it that wait or are being read. */
  runs: number
}

/**
 * Bytes that are read from the socket into blocks, and given to the reader as long runs. With `lends`, blocks are used again: a run is
 * valid until the next one is requested.
 */
export class ReceivedBody {
  readonly #lends: boolean
  readonly #waiting: Run[] = []
  #waitingBytes = 0
  #current: Block | undefined
  #filled = 0
  #hasEnded = false
  #failure: unknown
  #wake = () => {}

  constructor(lends: boolean) {
    this.#lends = lends
  }

  get isFull(): boolean {
    return this.#waitingBytes >= WAITING_BYTES_MAX
  }

  /** Memory for the next bytes of the body, of which `left` are to come. */
  room(left: number): Uint8Array {
    if (this.#current === undefined || this.#current.memory.length - this.#filled < Math.min(left, ROOM_MIN)) {
      this.#leave()
      const memory = this.#lends ? takeSlab() : Buffer.allocUnsafeSlow(Math.min(left, SLAB_BYTES))
      this.#current = { memory, runs: 0 }
      this.#filled = 0
    }
    return this.#current.memory.subarray(this.#filled, this.#filled + left)
  }

  /** Takes over bytes: those in the room that was returned last without a copy. */
  push(bytes: Uint8Array): void {
    const current = this.#current
    const isInPlace =
      bytes.buffer === current?.memory.buffer && bytes.byteOffset === current.memory.byteOffset + this.#filled
    const block = isInPlace && current !== undefined ? current : { memory: Buffer.from(bytes), runs: 0 }
    const start = isInPlace ? this.#filled : 0
    if (isInPlace) this.#filled += bytes.length
    const last = this.#waiting.at(-1)
    if (last?.block === block && last.end === start) last.end += bytes.length
    else {
      block.runs += 1
      this.#waiting.push({ block, start, end: start + bytes.length })
    }
    this.#waitingBytes += bytes.length
    this.#wake()
  }

  end(): void {
    this.#hasEnded = true
    this.#leave()
    this.#wake()
  }

  fail(failure: unknown): void {
    if (this.#hasEnded) return
    this.#failure ??= failure
    this.#wake()
  }

  /** The runs; `onRead` is called when one was taken, `onLeft` where the reader leaves before the end. */
  async *pieces(onRead: () => void, onLeft: () => void): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const run = this.#waiting.shift()
        if (run !== undefined) {
          this.#waitingBytes -= run.end - run.start
          onRead()
          yield run.block.memory.subarray(run.start, run.end)
          this.#free(run.block)
          continue
        }
        if (this.#failure !== undefined) throw this.#failure
        if (this.#hasEnded) return
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
    } finally {
      if (!this.#hasEnded) onLeft()
    }
  }

  #free(block: Block): void {
    block.runs -= 1
    if (block.runs === 0 && block !== this.#current) this.#return(block)
  }

  #leave(): void {
    const left = this.#current
    this.#current = undefined
    if (left?.runs === 0) this.#return(left)
  }

  #return({ memory }: Block): void {
    if (this.#lends && memory.length === SLAB_BYTES) returnSlab(memory)
  }
}
