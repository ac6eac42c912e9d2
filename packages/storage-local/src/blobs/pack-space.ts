import { type BlobLocation, type PackedLocation, packOf, packPath } from './blob-location.js'
import { type FileOperations, isSystemError } from './files.js'
import { PackClearing } from './pack-clearing.js'
import { slotBytes } from './pack-format.js'
import { holdsTrailer, scanPack } from './pack-scanner.js'
import type { Shards } from './shards.js'

/** Packs for which the position of the first blob is remembered. */
const REMEMBERED_MAX = 1000

/** Releases the disk space of deleted blobs: their pages at once, the file with the last blob. */
export class PackSpace {
  readonly #files: FileOperations
  readonly #folder: string
  readonly #shards: Shards
  readonly #clearing: PackClearing
  /**
   * By path of a pack that is no longer written: the position of its first blob. It only increases, so that deleting
   * all blobs of a pack one by one reads it once.
   */
  readonly #cleared = new Map<string, number>()
  /** By path: scheduled examinations of packs. */
  readonly #looks = new Map<string, Promise<void>>()
  #turn: Promise<void> = Promise.resolve()

  constructor(files: FileOperations, folder: string, shards: Shards) {
    this.#files = files
    this.#folder = folder
    this.#shards = shards
    this.#clearing = new PackClearing(files)
  }

  /** Deletes a blob, durably. The last blob takes its pack with it, unless a process still writes there. */
  async delete(location: PackedLocation): Promise<void> {
    const pack = packOf(location)
    try {
      await this.#clearing.clear(packPath(this.#folder, pack), location.offset, slotBytes(location))
    } catch (error) {
      if (!isSystemError(error, 'ENOENT')) throw error
      // The process that unlinked the pack may have ended before that was durable.
      await this.#shards.afterRemoval(pack, async () => {})
      return
    }
    await this.unlinkIfEmpty(pack)
  }

  /** Unlinks a pack without blobs, unless a process still writes there. Callers before the examination share it. */
  unlinkIfEmpty(pack: BlobLocation): Promise<void> {
    const path = packPath(this.#folder, pack)
    const waiting = this.#looks.get(path)
    if (waiting !== undefined) return waiting
    const look = this.#inTurn(() => {
      this.#looks.delete(path)
      return this.#withFile(path, (file) => this.#unlinkIfEmpty(pack, file))
    })
    this.#looks.set(path, look)
    return look
  }

  /** One at a time, because the examination locks the pack. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => {})
    return turn
  }

  async #unlinkIfEmpty(pack: BlobLocation, file: number): Promise<void> {
    if (!(await this.#files.tryLock(file))) return
    const path = packPath(this.#folder, pack)
    for await (const { location } of scanPack(this.#files, pack, file, this.#cleared.get(path) ?? 0)) {
      this.#remember(path, location.offset)
      return
    }
    this.#cleared.delete(path)
    if (await holdsTrailer(this.#files, file)) return
    await this.#files.unlink(path)
    await this.#shards.removeEmpty(pack)
  }

  #remember(path: string, offset: number): void {
    this.#cleared.delete(path)
    this.#cleared.set(path, offset)
    if (this.#cleared.size <= REMEMBERED_MAX) return
    for (const oldest of this.#cleared.keys()) {
      this.#cleared.delete(oldest)
      return
    }
  }

  /** Runs `work` on a pack, if it exists. */
  async #withFile(path: string, work: (file: number) => Promise<void>): Promise<void> {
    let file: number
    try {
      file = await this.#files.openToClear(path)
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return
      throw error
    }
    try {
      await work(file)
    } catch (error) {
      if (!isSystemError(error, 'ENOENT')) throw error
    } finally {
      await this.#files.close(file)
    }
  }
}
