import { type BlobLocation, type PackedLocation, packOf, packPath } from './blob-location.js'
import { type FileOperations, isSystemError } from './files.js'
import { keepLatest } from './keep-latest.js'
import { PackClearing, type Slot } from './pack-clearing.js'
import { slotBytes } from './pack-format.js'
import { holdsTrailer, scanPack } from './pack-scanner.js'
import type { Shards } from './shards.js'

/** Packs for which the position of the first blob is remembered. */
const REMEMBERED_MAX = 1000

/** The beginning of a pack. */
interface Cleared {
  /** No blob that has a sound header begins before this position. */
  readonly end: number
  /** Whether each slot before it was cleared by this process, so that it holds no damaged blob either. */
  readonly isSure: boolean
}

const NOTHING: Cleared = { end: 0, isSure: true }

/** Releases the disk space of deleted blobs: their pages at once, the file with the last blob. */
export class PackSpace {
  readonly #files: FileOperations
  readonly #folder: string
  readonly #shards: Shards
  readonly #clearing: PackClearing
  /**
   * By path of a pack. It only increases, so that deleting all blobs of a pack one by one reads it once, and in their
   * order hardly reads it.
   */
  readonly #cleared = new Map<string, Cleared>()
  /** By path: the slots that were cleared since the last examination, the end of each by its beginning. */
  readonly #slots = new Map<string, Map<number, number>>()
  /** By path: scheduled examinations of packs. */
  readonly #looks = new Map<string, Promise<void>>()
  #turn: Promise<void> = Promise.resolve()

  constructor(files: FileOperations, folder: string, shards: Shards) {
    this.#files = files
    this.#folder = folder
    this.#shards = shards
    this.#clearing = new PackClearing(files, (path, slots) => this.#note(path, slots))
  }

  /** Deletes a blob, durably. The last blob takes its pack with it, unless a process still writes there. */
  async delete(location: PackedLocation): Promise<void> {
    const pack = packOf(location)
    const path = packPath(this.#folder, pack)
    try {
      await this.#clearing.clear(path, { offset: location.offset, length: slotBytes(location) })
    } catch (error) {
      if (!isSystemError(error, 'ENOENT')) throw error
      // The process that unlinked the pack may have ended before that was durable.
      await this.#shards.afterRemoval(pack, async () => {})
      return
    }
    await this.unlinkIfEmpty(pack)
  }

  #note(path: string, cleared: readonly Slot[]): void {
    const slots = this.#slots.get(path) ?? new Map<number, number>()
    for (const { offset, length } of cleared) slots.set(offset, offset + length)
    this.#slots.set(path, slots)
  }

  /** Unlinks a pack without blobs, unless a process still writes there. Callers before the examination share it. */
  unlinkIfEmpty(pack: BlobLocation): Promise<void> {
    const path = packPath(this.#folder, pack)
    const waiting = this.#looks.get(path)
    if (waiting !== undefined) return waiting
    const look = this.#inTurn(() => {
      this.#looks.delete(path)
      this.#advance(path)
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
    const { end, isSure } = this.#cleared.get(path) ?? NOTHING
    for await (const { location } of scanPack(this.#files, pack, file, end)) {
      if (location.offset > end) this.#remember(path, { end: location.offset, isSure: false })
      return
    }
    this.#cleared.delete(path)
    if (await holdsTrailer(this.#files, file, isSure ? end : 0)) return
    await this.#files.unlink(path)
    await this.#shards.removeEmpty(pack)
  }

  /** Passes over the slots that were cleared from the first position on: each is used once, so they stay as they are. */
  #advance(path: string): void {
    const slots = this.#slots.get(path)
    this.#slots.delete(path)
    const { end, isSure } = this.#cleared.get(path) ?? NOTHING
    let position = end
    for (let next = slots?.get(position); next !== undefined; next = slots?.get(position)) position = next
    if (position > end) this.#remember(path, { end: position, isSure })
  }

  #remember(path: string, cleared: Cleared): void {
    this.#cleared.delete(path)
    this.#cleared.set(path, cleared)
    keepLatest(this.#cleared, REMEMBERED_MAX)
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
