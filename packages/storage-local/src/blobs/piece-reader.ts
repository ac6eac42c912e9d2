import { setImmediate as nextTurn } from 'node:timers/promises'
import { type BufferPool, SLAB_BYTES } from '@bindery/digest'
import { type ByteSource, StorageError } from '@bindery/storage'
import { CHUNK_BYTES } from './format.js'

/** Bytes of a source, to be released once when they are no longer used. */
export interface Piece {
  readonly bytes: Uint8Array
  /** Whether the source has ended with them; false if that is not known yet. */
  readonly isLast: boolean
  /** The bytes with the margins around them, if they are whole and there were to be any. */
  readonly image?: Uint8Array | undefined
  release(): void
}

/** Bytes that are kept free before and behind the bytes of a whole source. */
export interface Margins {
  readonly before: number
  readonly behind: number
}

const NONE: Margins = { before: 0, behind: 0 }

/**
 * The bytes that a slow sender may hold: small enough for thousands of senders, large enough that not every packet
 * costs a write.
 */
const CARRY_BYTES = 16 * 1024

/**
 * Splits a source into pieces that cross no chunk boundary. A fast sender fills a pooled buffer for each, with as many
 * reads as needed. When a sender pauses, it holds nothing of the pool: the bytes received are passed on or, if they are
 * few, carried over in a separate buffer until there are more.
 */
export class PieceReader {
  readonly #source: ByteSource
  readonly #pool: BufferPool
  readonly #margins: Margins
  /** A pending `ready` of the source. */
  #ready: Promise<void> | undefined
  #carry: Uint8Array | undefined
  #carried = 0
  /** Bytes received from the source. */
  #received = 0
  #hasEnded = false

  /** @param margins kept where a source with a size fits into a buffer with them, and arrives in one piece */
  constructor(source: ByteSource, pool: BufferPool, margins = NONE) {
    const { size = Number.POSITIVE_INFINITY } = source
    this.#source = source
    this.#pool = pool
    this.#margins = margins.before + size + margins.behind > SLAB_BYTES ? NONE : margins
  }

  /** The next piece, or undefined at the end. */
  async next(): Promise<Piece | undefined> {
    while (!this.#hasEnded) {
      if (this.#ready !== undefined || this.#source.isReady !== true) await this.#takeReady()
      this.#ready = undefined
      if (this.#received === this.#source.size) await this.#seeEnd()
      else {
        const piece = this.#carry === undefined ? await this.#readPooled() : await this.#readCarry(this.#carry)
        if (piece !== 'more') return piece
      }
    }
    return this.#takeCarried()
  }

  async #readPooled(): Promise<Piece | 'more' | undefined> {
    const left = this.#source.size === undefined ? CHUNK_BYTES : this.#source.size - this.#received
    const { before, behind } = this.#received === 0 ? this.#margins : NONE
    // One byte more than announced, so that the read that fills the buffer also sees the end.
    const wanted = Math.min(before + left + Math.max(behind, 1), CHUNK_BYTES)
    const buffer = this.#pool.tryTake(wanted) ?? (await this.#pool.take(wanted))
    const room = Math.min(this.#roomInChunk, buffer.length - before)
    let length: number
    try {
      length = await this.#fill(buffer.subarray(before, before + room))
    } catch (error) {
      this.#pool.release(buffer)
      throw error
    }
    if (length >= CARRY_BYTES || length === room || (this.#hasEnded && length > 0)) {
      // With another size than announced, the margins would not be those of its slot, and the image would reach into the next one.
      const isAnnounced = this.#hasEnded && length === this.#source.size
      return {
        bytes: buffer.subarray(before, before + length),
        isLast: this.#hasEnded,
        image: isAnnounced && before > 0 ? buffer.subarray(0, before + length + behind) : undefined,
        release: () => this.#pool.release(buffer),
      }
    }
    if (length > 0) {
      this.#carry = new Uint8Array(CARRY_BYTES)
      this.#carry.set(buffer.subarray(before, before + length))
      this.#carried = length
    }
    this.#pool.release(buffer)
    return length === 0 ? undefined : 'more'
  }

  /** Fills a buffer as far as bytes are available; notices the end if it is available too. */
  async #fill(buffer: Uint8Array): Promise<number> {
    let filled = 0
    do filled += await this.#read(buffer.subarray(filled))
    while (!this.#hasEnded && filled < buffer.length && (await this.#isMoreThere()))
    if (!this.#hasEnded && this.#received === this.#source.size && (await this.#isMoreThere())) await this.#seeEnd()
    return filled
  }

  async #readCarry(carry: Uint8Array): Promise<Piece | 'more' | undefined> {
    const room = Math.min(this.#roomInChunk, carry.length - this.#carried)
    const length = await this.#read(carry.subarray(this.#carried, this.#carried + room))
    this.#carried += length
    if (this.#hasEnded || length < room) return 'more'
    return this.#takeCarried()
  }

  #takeCarried(): Piece | undefined {
    const bytes = this.#carry?.subarray(0, this.#carried)
    this.#carry = undefined
    this.#carried = 0
    if (bytes === undefined || bytes.length === 0) return undefined
    return { bytes, isLast: this.#hasEnded, release: () => {} }
  }

  get #roomInChunk(): number {
    return CHUNK_BYTES - (this.#received % CHUNK_BYTES)
  }

  async #read(buffer: Uint8Array): Promise<number> {
    this.#ready = undefined
    const length = await this.#source.read(buffer)
    this.#received += length
    this.#hasEnded = length === 0 || this.#source.hasEnded === true
    return length
  }

  async #seeEnd(): Promise<void> {
    if ((await this.#read(new Uint8Array(1))) > 0) {
      throw new StorageError('misuse', 'a source gave more bytes than it had announced')
    }
  }

  #takeReady(): Promise<void> {
    this.#ready ??= this.#source.ready()
    return this.#ready
  }

  /** Whether a byte, or the end, is available within a turn of the event loop. */
  async #isMoreThere(): Promise<boolean> {
    const ready = this.#takeReady().then(() => true)
    ready.catch(() => {})
    return Promise.race([ready, nextTurn(false)])
  }
}
