import { crc64Combine } from '@bindery/digest'
import { CHUNK_BYTES } from './format.js'

/** Combines the checksums of pieces, which come in order and cross no chunk boundary, into those of chunks. */
export class ChunkTally {
  readonly chunks: bigint[] = []
  #size = 0

  /** @param crc64 of the piece alone; `length` is above 0 */
  add(crc64: bigint, length: number): void {
    const before = this.chunks.at(-1)
    if (before === undefined || this.#size % CHUNK_BYTES === 0) this.chunks.push(crc64)
    else this.chunks[this.chunks.length - 1] = crc64Combine(before, crc64, length)
    this.#size += length
  }
}
