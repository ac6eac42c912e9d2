import type { Awaitable, LentBytes, PassableBytes, PassSocket } from '@bindery/storage'
import type { LentBody } from '../service.js'

/** The body of a response that a socket may take from the system's memory. It is iterated at most once. */
export class LentPassable implements LentBody, AsyncIterableIterator<LentBytes> {
  readonly #mayAnswer: () => Awaitable<void>
  readonly #onEnd: () => void
  #bytes: PassableBytes | undefined

  /**
   * @param mayAnswer called before bytes are taken; what it throws fails the read
   * @param onEnd called once, when nothing is read any more
   */
  constructor(bytes: PassableBytes, mayAnswer: () => Awaitable<void>, onEnd: () => void) {
    this.#bytes = bytes
    this.#mayAnswer = mayAnswer
    this.#onEnd = onEnd
  }

  get left(): number {
    return this.#bytes?.left ?? 0
  }

  pass(socket: PassSocket, passed: (bytes: number) => void): void {
    if (this.#bytes === undefined || this.#mayAnswer() instanceof Promise) passed(0)
    else this.#bytes.pass(socket, passed)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<LentBytes>> {
    try {
      await this.#mayAnswer()
      const value = await this.#bytes?.next()
      if (value !== undefined) return { done: false, value }
      await this.close()
      return { done: true, value: undefined }
    } catch (error) {
      await this.close()
      throw error
    }
  }

  async close(): Promise<void> {
    const bytes = this.#bytes
    if (bytes === undefined) return
    this.#bytes = undefined
    try {
      await bytes.release()
    } finally {
      this.#onEnd()
    }
  }

  async return(): Promise<IteratorResult<LentBytes>> {
    await this.close()
    return { done: true, value: undefined }
  }
}
