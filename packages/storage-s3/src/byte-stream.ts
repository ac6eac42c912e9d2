import type { IncomingMessage } from 'node:http'
import { S3Failure } from './s3-failure.js'

/** The body of an answer, read into buffers of the caller. No more is taken from the connection than they hold. */
export class ByteStream {
  readonly #response: IncomingMessage
  readonly #pieces: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor(response: IncomingMessage) {
    this.#response = response
    this.#pieces = response[Symbol.asyncIterator]()
  }

  /** Fills a buffer. Throws S3Failure if the connection breaks, or the body ends, before. */
  async fill(buffer: Buffer): Promise<void> {
    for (let filled = 0; filled < buffer.length; ) {
      if (this.#rest.length === 0) this.#rest = await this.#next()
      const count = this.#rest.copy(buffer, filled)
      this.#rest = this.#rest.subarray(count)
      filled += count
    }
  }

  /** Ends the connection, unless the body was read to its end. */
  close(): void {
    if (!this.#response.complete || this.#rest.length > 0) this.#response.destroy()
    else this.#response.resume()
  }

  async #next(): Promise<Buffer> {
    try {
      const { done, value } = await this.#pieces.next()
      if (done !== true) return value
    } catch (error) {
      throw new S3Failure(0, '', 'the connection to the S3 store broke', { cause: error })
    }
    throw new S3Failure(0, '', 'the answer of the S3 store was cut')
  }
}
