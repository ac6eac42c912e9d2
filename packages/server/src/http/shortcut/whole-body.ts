import type { ByteSource } from '@bindery/storage'

/** A body that arrived together with its head. */
export class WholeBody implements ByteSource {
  readonly size: number
  readonly md5: ByteSource['md5']
  #bytes: Buffer
  #read = 0

  /** @param bytes must not change, or until `own` is called */
  constructor(bytes: Buffer, md5?: ByteSource['md5']) {
    this.size = bytes.length
    this.md5 = md5
    this.#bytes = bytes
  }

  get whole(): Uint8Array | undefined {
    return this.#read === 0 ? this.#bytes : undefined
  }

  get hasEnded(): boolean {
    return this.#read === this.size
  }

  taken(): void {
    this.#read = this.size
  }

  /** To be called before the bytes that were given are lost. */
  own(): void {
    if (this.#read < this.size) this.#bytes = Buffer.from(this.#bytes)
  }

  async ready(): Promise<void> {}

  async read(buffer: Uint8Array): Promise<number> {
    const bytes = Math.min(buffer.length, this.size - this.#read)
    // Not `set`: into shared memory it copies byte by byte unless both sides have the same alignment.
    if (bytes > 0) {
      const piece = this.#bytes.subarray(this.#read, this.#read + bytes)
      Buffer.from(buffer.buffer, buffer.byteOffset, bytes).fill(piece)
    }
    this.#read += bytes
    return bytes
  }
}
