import type { ByteSource, LentBytes } from '@bindery/storage'

/** Bytes that wait for the second reader at most. */
const WAITING_BYTES_MAX = 4 * 1024 ** 2

/**
 * A source whose bytes a second reader gets while they are being stored. A reader that falls behind delays nothing: it gets the
 * rest from what was stored.
 */
export class Tee implements ByteSource {
  readonly size: number | undefined
  readonly #source: ByteSource
  #pieces: Uint8Array[] = []
  #waiting = 0
  #state: 'reading' | 'ended' | 'behind' | 'left' = 'reading'
  #failure: unknown
  #wake = (): void => {}

  constructor(source: ByteSource) {
    this.#source = source
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
    if (this.#state !== 'reading') return
    if (this.#waiting + bytes.length > WAITING_BYTES_MAX) {
      this.#change('behind')
      return
    }
    this.#pieces.push(new Uint8Array(bytes))
    this.#waiting += bytes.length
    this.#wake()
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
          yield { bytes: piece, release: () => {} }
        } else if (this.#state === 'reading') await this.#event()
        else break
      }
      if (this.#failure !== undefined) throw this.#failure
      if (this.#state === 'behind') yield* readRest(sent)
    } finally {
      this.#state = 'left'
      this.#pieces = []
    }
  }

  #event(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}
