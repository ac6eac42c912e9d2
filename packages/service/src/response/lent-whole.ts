import type { LentBytes } from '@bindery/storage'
import type { LentBody } from '../service.js'

/** The body of a response that is lent in one piece. It is taken whole, iterated or closed. */
export class LentWhole implements LentBody {
  #piece: LentBytes | undefined

  constructor(piece: LentBytes) {
    this.#piece = piece
  }

  takeWhole(): LentBytes | undefined {
    const piece = this.#piece
    this.#piece = undefined
    return piece
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<LentBytes> {
    const piece = this.takeWhole()
    if (piece !== undefined) yield piece
  }

  async close(): Promise<void> {
    this.takeWhole()?.release()
  }
}
