import type { ByteSource, LentBytes } from '@bindery/storage'
import type { ByteBudget } from './byte-budget.js'

/** Bytes that wait for one second reader at most. */
const WAITING_BYTES_MAX = 4 * 1024 ** 2
/** Bytes of the pieces that the second reader gets: it holds some of them while its client takes them. */
const PIECE_BYTES = 64 * 1024

/**
 * A source whose bytes a second reader gets while they are being stored. A reader that falls behind, or that finds no room in the
 * common budget, delays nothing and holds nothing: it gets the rest from what was stored.
 */
export class Tee implements ByteSource {
  readonly size: number | undefined
  readonly #source: ByteSource
  readonly #budget: ByteBudget
  #pieces: Uint8Array[] = []
  #waiting = 0
  #state: 'reading' | 'ended' | 'behind' | 'left' = 'reading'
  #failure: unknown
  #wake = (): void => {}

  constructor(source: ByteSource, budget: ByteBudget) {
    this.#source = source
    this.#budget = budget
    this.size = source.size
  }

  ready(): Promise<void> {
    return this.#watched(() => this.#source.ready())
  }

  async read(buffer: Uint8Array): Promise<number> {
    const count = await this.#watched(() => this.#source.read(buffer))
    if (count > 0) this.#offer(buffer.subarray(0, count))
    else if (this.#state === 'reading') this.#change('ended')
    return count
  }

  async #watched<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      this.fail(error)
      throw error
    }
  }

  /** Ends the second reader, unless it has all bytes. */
  fail(error: unknown): void {
    if (this.#state !== 'reading') return
    this.#failure = error
    this.#change('ended')
  }

  #change(state: 'ended' | 'behind'): void {
    this.#state = state
    this.#wake()
  }

  #offer(bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length && this.#state === 'reading'; start += PIECE_BYTES) {
      // the caller reuses its buffer
      const piece = new Uint8Array(bytes.subarray(start, start + PIECE_BYTES))
      const hasRoom = this.#waiting + piece.length <= WAITING_BYTES_MAX && this.#budget.tryTake(piece.length)
      if (!hasRoom) {
        this.detach()
        return
      }
      this.#pieces.push(piece)
      this.#waiting += piece.length
    }
    this.#wake()
  }

  /** Drops what waits for the second reader, which gets the rest from what is stored. To be called when all of it is. */
  detach(): void {
    const hasAll = this.#state === 'ended' && this.#waiting === 0
    if (hasAll || this.#state === 'left' || this.#failure !== undefined) return
    this.#drop()
    this.#change('behind')
  }

  #drop(): void {
    this.#budget.release(this.#waiting)
    this.#pieces = []
    this.#waiting = 0
  }

  /**
   * The bytes for the second reader, once. `readRest` reads what was stored from an offset on, when that is possible. Throws what
   * the source, `fail` or `readRest` has failed with.
   */
  async *bytes(readRest: (from: number) => AsyncIterable<LentBytes>): AsyncGenerator<LentBytes, void, undefined> {
    let sent = 0
    try {
      for (;;) {
        const piece = this.#pieces.shift()
        if (piece !== undefined) {
          this.#waiting -= piece.length
          sent += piece.length
          yield { bytes: piece, release: () => this.#budget.release(piece.length) }
        } else if (this.#state === 'reading') await this.#event()
        else break
      }
      if (this.#failure !== undefined) throw this.#failure
      if (this.#state === 'behind') yield* readRest(sent)
    } finally {
      this.#state = 'left'
      this.#drop()
    }
  }

  #event(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}
