import { type Awaitable, BelowReserve } from '@bindery/storage'
import type { FileOperations } from './files.js'

/** The free space is measured again after this many bytes: other programs write to the disk as well. */
const ASK_EVERY_BYTES = 16 * 1024 * 1024

/** Keeps a reserve of the disk free for deletes, aborts and sweeping, which write too. */
export class FreeSpace {
  readonly #files: FileOperations
  readonly #folder: string
  readonly #reserveBytes: () => number
  #asking: Promise<void> | undefined
  /** The last answer of the disk, minus the bytes granted since. */
  #free = 0
  #granted = 0

  constructor(files: FileOperations, folder: string, reserveBytes: number | (() => number)) {
    this.#files = files
    this.#folder = folder
    this.#reserveBytes = typeof reserveBytes === 'number' ? () => reserveBytes : reserveBytes
  }

  /**
   * Throws BelowReserve if `bytes` more would leave less than the reserve, ignoring other announced
   * bytes.
   */
  async check(bytes: number): Promise<void> {
    if (this.hasRoom(bytes)) return
    await this.#ask()
    const reserveBytes = this.#reserveBytes()
    if (this.#free - bytes < reserveBytes) throw new BelowReserve(this.#free, reserveBytes)
  }

  /** Whether `check` would pass by the last answer of the disk. */
  hasRoom(bytes: number): boolean {
    return this.#free - bytes >= this.#reserveBytes()
  }

  /** Like `check`, with the disk's current answer. */
  async checkAnew(): Promise<void> {
    await this.#ask()
    await this.check(0)
  }

  /** For bytes that are about to be written. Rejects as `check`. */
  take(bytes: number): Awaitable<void> {
    if (this.#granted + bytes > ASK_EVERY_BYTES || !this.hasRoom(bytes)) return this.#takeAnew(bytes)
    this.#grant(bytes)
  }

  async #takeAnew(bytes: number): Promise<void> {
    if (this.#granted + bytes > ASK_EVERY_BYTES) await this.#ask()
    await this.check(bytes)
    this.#grant(bytes)
  }

  #grant(bytes: number): void {
    this.#free -= bytes
    this.#granted += bytes
  }

  /** Concurrent callers share one answer. */
  #ask(): Promise<void> {
    this.#asking ??= this.#files
      .freeBytes(this.#folder)
      .then((free) => {
        this.#free = free
        this.#granted = 0
      })
      .finally(() => {
        this.#asking = undefined
      })
    return this.#asking
  }
}
