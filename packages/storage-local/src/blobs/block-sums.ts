import { BLOCK_BYTES, type Surroundings } from '@bindery/digest'
import type { BlobId, ByteRange } from '@bindery/storage'
import { keepLatest } from './keep-latest.js'
import { chunkKey } from './kept-chunks.js'

/** Chunks whose checksums are remembered: 2 GiB of bytes, by less than 1 MiB. */
const CHUNKS_MAX = 2_048

/** The bytes of a range, with those around them that their checksum covers as well. */
type Read = (around: Surroundings) => bigint | undefined

/**
 * Checksums of blocks of chunks, from reads of whole chunks that matched their stored checksums. With them a part of a chunk is checked
 * by the blocks in which it lies, without reading the others. The checksum at each place is that of everything in the chunk up to the end of the block.
 */
export class BlockSums {
  /** By `chunkKey`, the earliest first. */
  readonly #sums = new Map<string, BigUint64Array>()

  /**
   * Reads a part of a chunk and checks it. False if a byte does not match, or is missing: everything known of the chunk is then forgotten.
   * @param size bytes of the chunk
   * @param stored the checksum of the whole chunk, required when nothing is known of it
   */
  check(
    id: BlobId,
    index: number,
    part: ByteRange,
    size: number,
    read: Read,
    stored: () => bigint | undefined,
  ): boolean {
    const key = chunkKey(id, index)
    const known = this.#sums.get(key)
    if (known === undefined) return this.#learn(key, part, size, read, stored)
    const isRight = matches(known, part, size, read)
    if (!isRight) this.#sums.delete(key)
    return isRight
  }

  #learn(key: string, { start, end }: ByteRange, size: number, read: Read, stored: () => bigint | undefined): boolean {
    const sums = new BigUint64Array(Math.ceil(size / BLOCK_BYTES))
    const checksum = read({ before: start, after: size - end, sums })
    if (checksum === undefined || checksum !== stored()) return false
    this.#sums.set(key, sums)
    keepLatest(this.#sums, CHUNKS_MAX)
    return true
  }
}

function matches(known: BigUint64Array, { start, end }: ByteRange, size: number, read: Read): boolean {
  const first = Math.floor(start / BLOCK_BYTES)
  const last = Math.ceil(end / BLOCK_BYTES) - 1
  const after = Math.min((last + 1) * BLOCK_BYTES, size) - end
  const checksum = read({ before: start - first * BLOCK_BYTES, after, previous: known[first - 1] ?? 0n })
  return checksum !== undefined && checksum === known[last]
}
