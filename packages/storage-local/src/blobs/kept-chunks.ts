import type { BufferPool, Spare } from '@bindery/digest'
import type { BlobId, LentBytes } from '@bindery/storage'
import { lend } from './lent.js'

/** Shorter chunks are not kept: they cost little to read, and would take whole buffers. */
export const KEPT_BYTES_MIN = 256 * 1024
/** The share of the pool's buffers that may keep chunks. The others stay warm, for streams. */
const KEPT_SHARE = 3 / 4
/** Chunks that are remembered as read once. */
const ONCE_MAX = 1_024
/** When no more may be kept, one in this many chunks takes the place of another: a few of very many stay, and are found again. */
const REPLACED_ONE_IN = 16

interface Kept {
  readonly id: BlobId
  /** The buffer, as the pool lent it. */
  readonly slab: Buffer
  /** The chunk in it. */
  readonly bytes: Uint8Array
  holders: number
}

/**
 * Chunks in buffers that no request needs at present. A chunk that is read twice lately stays in the buffer into which it was read and checked, and
 * is lent from there, by any number of readers, without another read and check: its bytes are in memory of this process alone, which nothing
 * writes to. At most three quarters of the pool's buffers keep chunks, and each is released when the pool has no other.
 *
 * Chunks that must be decrypted are not kept, and inspections read the disk.
 */
export class KeptChunks implements Spare {
  readonly #pool: BufferPool
  readonly #keptMax: number
  /** The least recently used first. */
  readonly #kept = new Map<string, Kept>()
  /** The number of kept chunks of each blob. */
  readonly #blobs = new Map<BlobId, number>()
  /** The keys of chunks that were read once, the earliest first. */
  readonly #once = new Set<string>()
  #unheld = 0
  #declined = 0

  /** The pool must have no other spare buffers. */
  constructor(pool: BufferPool) {
    this.#pool = pool
    this.#keptMax = Math.floor(pool.buffersMax * KEPT_SHARE)
    pool.spare = this
  }

  get count(): number {
    return this.#unheld
  }

  giveBack(): void {
    for (const [key, kept] of this.#kept) {
      if (kept.holders > 0) continue
      this.#remove(key, kept)
      return
    }
  }

  /** Lends a chunk that is kept. While buffers are scarce it takes none that is free. */
  hold(id: BlobId, index: number): LentBytes | undefined {
    const key = chunkKey(id, index)
    const kept = this.#kept.get(key)
    if (kept === undefined || (kept.holders === 0 && this.#pool.isLow)) return undefined
    this.#kept.delete(key)
    this.#kept.set(key, kept)
    if (kept.holders === 0) this.#unheld -= 1
    return this.#lend(key, kept)
  }

  /** Notes that a chunk is about to be read, and returns whether it should be kept: then `keep` is called with it. */
  wants(id: BlobId, index: number, bytes: number): boolean {
    if (bytes < KEPT_BYTES_MIN) return false
    const key = chunkKey(id, index)
    if (this.#kept.has(key)) return false
    if (!this.#once.delete(key)) {
      this.#once.add(key)
      for (const earliest of this.#once) {
        if (this.#once.size <= ONCE_MAX) break
        this.#once.delete(earliest)
      }
      return false
    }
    if (this.#kept.size < this.#keptMax) return true
    this.#declined = (this.#declined + 1) % REPLACED_ONE_IN
    return this.#declined === 0 && this.#unheld > 0
  }

  /** Takes over a buffer that begins with a checked chunk, and lends the chunk. Another read may have kept it meanwhile. */
  keep(id: BlobId, index: number, slab: Buffer, length: number): LentBytes {
    const key = chunkKey(id, index)
    const bytes = slab.subarray(0, length)
    if (this.#kept.has(key)) return lend(bytes, () => this.#pool.release(slab))
    if (this.#kept.size >= this.#keptMax) this.giveBack()
    const kept: Kept = { id, slab, bytes, holders: 0 }
    this.#kept.set(key, kept)
    this.#blobs.set(id, (this.#blobs.get(id) ?? 0) + 1)
    return this.#lend(key, kept)
  }

  /** Keeps nothing more of a blob, which was deleted. */
  forget(id: BlobId): void {
    if (!this.#blobs.has(id)) return
    for (const [key, kept] of this.#kept) if (kept.id === id) this.#remove(key, kept)
  }

  #lend(key: string, kept: Kept): LentBytes {
    kept.holders += 1
    return lend(kept.bytes, () => this.#release(key, kept))
  }

  #release(key: string, kept: Kept): void {
    kept.holders -= 1
    if (kept.holders > 0) return
    if (this.#kept.get(key) !== kept) this.#pool.release(kept.slab)
    else {
      this.#unheld += 1
      if (this.#pool.isAwaited) this.#remove(key, kept)
    }
  }

  /** Held chunks return to the pool with their last holder. */
  #remove(key: string, kept: Kept): void {
    this.#kept.delete(key)
    const others = (this.#blobs.get(kept.id) ?? 0) - 1
    if (others > 0) this.#blobs.set(kept.id, others)
    else this.#blobs.delete(kept.id)
    if (kept.holders > 0) return
    this.#unheld -= 1
    this.#pool.release(kept.slab)
  }
}

/** A chunk's key in maps. Most blobs have one chunk: their ids are keys as they are. */
export const chunkKey = (id: BlobId, index: number): string => (index === 0 ? id : `${id}#${index}`)
