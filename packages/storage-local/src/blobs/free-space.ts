import { StorageError } from '@bindery/storage'
import type { FileOperations } from './files.js'

/** After so many bytes the disk is asked again: others write to it as well. */
const ASK_EVERY_BYTES = 16 * 1024 * 1024

/** Keeps a reserve of the disk free, for deletes, aborts and sweeping, which write too. */
export class FreeSpace {
  readonly #files: FileOperations
  readonly #folder: string
  readonly #reserveBytes: number
  #asking: Promise<void> | undefined
  /** What the disk said last, less what was granted since. */
  #free = 0
  #granted = 0

  constructor(files: FileOperations, folder: string, reserveBytes: number) {
    this.#files = files
    this.#folder = folder
    this.#reserveBytes = reserveBytes
  }

  /** Throws StorageError `noSpace` if `bytes` more would leave less than the reserve, whatever else is announced. */
  async check(bytes: number): Promise<void> {
    if (this.#free - bytes < this.#reserveBytes) await this.#ask()
    if (this.#free - bytes < this.#reserveBytes) throw new StorageError('noSpace', 'the disk is full up to its reserve')
  }

  /** As `check`, by what the disk says now. */
  async checkAnew(): Promise<void> {
    await this.#ask()
    await this.check(0)
  }

  /** For bytes that are about to be written. Throws as `check`. */
  async take(bytes: number): Promise<void> {
    if (this.#granted + bytes > ASK_EVERY_BYTES) await this.#ask()
    await this.check(bytes)
    this.#free -= bytes
    this.#granted += bytes
  }

  /** Who asks at once shares one answer. */
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
