import { type ByteSource, StorageError } from '@bindery/storage'
import { CHUNK_BYTES } from './format.js'

/** The silence of a sender after which it gives way, if others wait for its buffers. */
export const PATIENCE_MS = 10_000
const CHECK_MS = 1_000

/** Fills buffers from a source, chunk by chunk. */
export class PartFiller {
  readonly #source: ByteSource
  readonly #isContended: () => boolean
  readonly #patienceMs: number
  readonly #timer: NodeJS.Timeout
  #heardAt = performance.now()
  #giveUp: ((error: Error) => void) | undefined
  #received = 0
  #hasEnded = false

  constructor(source: ByteSource, isContended: () => boolean, patienceMs = PATIENCE_MS) {
    this.#source = source
    this.#isContended = isContended
    this.#patienceMs = patienceMs
    this.#timer = setInterval(() => this.#check(), Math.min(CHECK_MS, patienceMs)).unref()
  }

  /** Whether all bytes of the source have been returned. */
  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Bytes that were received. */
  get received(): number {
    return this.#received
  }

  /** Resolves when a byte is available or the source has ended. Throws StorageError `unavailable` for a sender that gives way. */
  async ready(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#giveUp = reject
      this.#source.ready().then(resolve, reject)
    })
    this.#giveUp = undefined
    this.#heardAt = performance.now()
  }

  /**
   * The next chunk, in a buffer of one chunk: shorter only at the end of the source; empty if nothing is left. With the
   * chunk that completes the announced size it also sees the end.
   */
  async next(buffer: Buffer): Promise<Buffer> {
    let filled = 0
    while (!this.#hasEnded && filled < CHUNK_BYTES && this.#received !== this.#source.size) {
      await this.ready()
      const count = await this.#source.read(buffer.subarray(filled))
      filled += count
      this.#received += count
      this.#hasEnded = count === 0
    }
    if (!this.#hasEnded && this.#received === this.#source.size) await this.#seeEnd()
    return buffer.subarray(0, filled)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async #seeEnd(): Promise<void> {
    await this.ready()
    if ((await this.#source.read(new Uint8Array(1))) > 0) {
      throw new StorageError('misuse', 'a source gave more bytes than it had announced')
    }
    this.#hasEnded = true
  }

  #check(): void {
    if (performance.now() - this.#heardAt < this.#patienceMs || !this.#isContended()) return
    this.#giveUp?.(new StorageError('unavailable', 'a slow sender has given way to others'))
  }
}
