import type { BufferPool } from '@bindery/digest'
import type { ByteSource } from '@bindery/storage'
import { CHUNK_BYTES } from './format.js'

/** Bytes of a source, to be released once when they are no longer used. */
export interface Piece {
  readonly bytes: Uint8Array
  release(): void
}

/**
 * What a slow sender may hold: small enough for thousands of senders, large enough that not every packet costs a write.
 */
const CARRY_BYTES = 16 * 1024

/**
 * Cuts a source into pieces, none of which crosses a border of a chunk. A fast sender fills a pooled buffer for each.
 * When a sender pauses, nothing of the pool waits with it: what it sent is handed on, or, if that is little, is carried
 * over in a buffer of its own until there is more.
 */
export class PieceReader {
  readonly #source: ByteSource
  readonly #pool: BufferPool
  #carry: Uint8Array | undefined
  #carried = 0
  /** Bytes that the source has given. */
  #received = 0
  #hasEnded = false

  constructor(source: ByteSource, pool: BufferPool) {
    this.#source = source
    this.#pool = pool
  }

  /** The next piece, or undefined at the end. */
  async next(): Promise<Piece | undefined> {
    while (!this.#hasEnded) {
      await this.#source.ready()
      // Where the end is expected, no pooled buffer is needed to see it.
      if (this.#received === this.#source.size) this.#carry ??= new Uint8Array(1)
      const piece = this.#carry === undefined ? await this.#readPooled() : await this.#readCarry(this.#carry)
      if (piece !== 'more') return piece
    }
    return undefined
  }

  async #readPooled(): Promise<Piece | 'more' | undefined> {
    const slab = await this.#pool.take()
    const room = CHUNK_BYTES - (this.#received % CHUNK_BYTES)
    let length: number
    try {
      length = await this.#source.read(slab.subarray(0, room))
    } catch (error) {
      this.#pool.release(slab)
      throw error
    }
    this.#count(length)
    if (length >= CARRY_BYTES || length === room) {
      return { bytes: slab.subarray(0, length), release: () => this.#pool.release(slab) }
    }
    if (length > 0) {
      this.#carry = new Uint8Array(CARRY_BYTES)
      this.#carry.set(slab.subarray(0, length))
      this.#carried = length
    }
    this.#pool.release(slab)
    return length === 0 ? undefined : 'more'
  }

  #count(length: number): void {
    this.#received += length
    this.#hasEnded = length === 0
  }

  async #readCarry(carry: Uint8Array): Promise<Piece | 'more' | undefined> {
    const room = CHUNK_BYTES - (this.#received % CHUNK_BYTES)
    const length = await this.#source.read(carry.subarray(this.#carried, this.#carried + room))
    this.#count(length)
    this.#carried += length
    if (length > 0 && length < room && this.#carried < carry.length) return 'more'
    const bytes = carry.subarray(0, this.#carried)
    this.#carry = undefined
    this.#carried = 0
    return bytes.length === 0 ? undefined : { bytes, release: () => {} }
  }
}
