import type { Awaitable, LentBytes } from '@bindery/storage'
import type { LentBody } from '../service.js'

/** Bytes that are copied rather than lent: a complete response is sent in one write. */
const COPIED_BYTES_MAX = 16 * 1024

/** Bytes that nothing will reuse, so that their release does nothing. */
export function ownedBytes(bytes: Uint8Array): LentBytes {
  return { bytes, release: () => {} }
}

/** The reactions to the progress of a stream. */
export interface StreamHooks {
  /** Called before each piece, which is read when it has resolved. What it throws fails the read. */
  readonly beforePiece?: () => Awaitable<void>
  /** Called once: after the last piece, after a failed read, or when the reader leaves, possibly before the first piece. */
  readonly onEnd: () => void
}

/** The body of a response, lent piece by piece. It is iterated once, one call at a time. */
export class LentStream implements LentBody, AsyncIterableIterator<LentBytes> {
  readonly #pieces: AsyncIterator<LentBytes>
  readonly #hooks: StreamHooks
  #first: IteratorResult<LentBytes> | undefined
  #ended = false

  private constructor(pieces: AsyncIterator<LentBytes>, hooks: StreamHooks) {
    this.#pieces = pieces
    this.#hooks = hooks
  }

  /**
   * Reads the first piece. Content that cannot be read at all rejects here, while a failure can still be answered, and
   * not after a status and a length have been promised. A single piece of a few bytes is copied, and nothing stays
   * lent.
   */
  static async begin(
    pieces: AsyncIterable<LentBytes>,
    size: number | undefined,
    hooks: StreamHooks,
  ): Promise<Uint8Array | LentStream> {
    const stream = new LentStream(pieces[Symbol.asyncIterator](), hooks)
    const first = await stream.next()
    if (first.done !== true && first.value.bytes.length === size && size <= COPIED_BYTES_MAX) {
      const bytes = new Uint8Array(first.value.bytes)
      first.value.release()
      await stream.close()
      return bytes
    }
    stream.#first = first
    return stream
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<LentBytes>> {
    const first = this.#first
    this.#first = undefined
    if (first !== undefined) return first
    try {
      const ready = this.#hooks.beforePiece?.()
      if (ready instanceof Promise) await ready
      const result = await this.#pieces.next()
      if (result.done === true) this.#end()
      return result
    } catch (error) {
      await this.close()
      throw error
    }
  }

  /** Ends a stream that is not read further. Later calls do nothing. */
  async close(): Promise<void> {
    if (this.#first !== undefined && this.#first.done !== true) this.#first.value.release()
    this.#first = undefined
    if (this.#ended) return
    try {
      await this.#pieces.return?.()
    } finally {
      this.#end()
    }
  }

  async return(): Promise<IteratorResult<LentBytes>> {
    await this.close()
    return { done: true, value: undefined }
  }

  #end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#hooks.onEnd()
  }
}
