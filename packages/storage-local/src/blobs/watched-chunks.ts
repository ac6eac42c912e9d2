import type { FileWatch } from '@bindery/digest'
import type { FileOperations } from './files.js'
import { CHUNK_BYTES, type Footer } from './format.js'

/** Chunks that are noted at a time: 1 GiB, which counts as memory of the process, though the system may take it back at any time. */
const CHUNKS_MAX = 1_024
/** Milliseconds for which a file must not have changed where its times are whole seconds, so that a later change gives it another time. */
const AGE_MS_MIN = 2_000
const NOTHING = Buffer.alloc(0)

/** A blob that has a file of its own, or an area of a pack, and the file, which is open for it. */
export interface OpenedBlob {
  readonly file: number
  /** Where its bytes begin in the file: at a page. */
  readonly start: number
  readonly footer: Footer
  /** Since the first of its chunks was noted, until the file is closed. */
  watch?: FileWatch | undefined
}

/** Limits of `WatchedChunks`, for tests. */
export interface WatchLimits {
  readonly chunksMax?: number | undefined
  readonly ageMsMin?: number | undefined
}

/**
 * Chunks whose memory in the system's page cache was checked. As long as the system keeps that memory, sockets take it from there, unread.
 * Only blobs that share no memory with others are watched, however large the system's pages are: those with a file of their own, and those with an area
 * of a pack. What is still being sent of them stays as it is when they are deleted. Clearing another blob of a pack would write zeros into memory that is being
 * sent.
 */
export class WatchedChunks {
  readonly #files: FileOperations
  readonly #chunksMax: number
  readonly #ageMsMin: number
  /** The earliest first. */
  readonly #watches = new Set<FileWatch>()

  constructor(files: FileOperations, { chunksMax = CHUNKS_MAX, ageMsMin = AGE_MS_MIN }: WatchLimits = {}) {
    this.#files = files
    this.#chunksMax = chunksMax
    this.#ageMsMin = ageMsMin
  }

  /** Whether a chunk is in memory that was checked. Checks it, unless that would mean waiting for the disk. */
  check(blob: OpenedBlob, index: number): boolean {
    if (blob.watch?.has(index)) return true
    const { file, start: first, footer } = blob
    if (footer.encryption !== undefined) return false
    if (blob.watch?.hasEnded) this.end(blob)
    blob.watch ??= this.#begin(blob)
    const { watch } = blob
    if (watch === undefined || !watch.map(index)) return false
    const start = index * CHUNK_BYTES
    const length = Math.min(CHUNK_BYTES, footer.size - start)
    const around = { before: length, after: 0 }
    const checksum = this.#files.readChecked(file, NOTHING, first + start + length, around)
    if (checksum !== undefined && checksum === footer.chunks[index]) {
      watch.note(index)
      this.#forgetSurplus()
      return true
    }
    watch.forget(index)
    return false
  }

  /** Ends what is known of a file, which is about to be closed. */
  end(blob: OpenedBlob): void {
    const { watch } = blob
    if (watch === undefined) return
    watch.end()
    this.#watches.delete(watch)
    blob.watch = undefined
  }

  #begin({ file, start, footer }: OpenedBlob): FileWatch | undefined {
    const part = { fd: file, start, size: footer.size, chunkBytes: CHUNK_BYTES }
    const watch = this.#files.watch?.(part, this.#ageMsMin)
    if (watch !== undefined) this.#watches.add(watch)
    return watch
  }

  #forgetSurplus(): void {
    let count = 0
    for (const watch of this.#watches) count += watch.count
    for (const watch of this.#watches) {
      for (; count > this.#chunksMax && watch.count > 0; count--) watch.forgetEarliest()
      if (count <= this.#chunksMax) return
    }
  }
}
