import type { FileOperations } from './files.js'
import { GroupSync } from './group-sync.js'

/** Pages of a pack that are to read as zeros. */
export interface Slot {
  /** Bytes from the beginning of the pack. */
  readonly offset: number
  readonly length: number
}

interface OpenPack {
  readonly file: Promise<number>
  readonly clears: GroupSync
  /** Slots that wait to be cleared. */
  waiting: Slot[]
  users: number
}

/**
 * Clears the pages of deleted blobs. Concurrent calls for the same pack share its file and its syncs, and adjacent slots
 * are cleared as one.
 */
export class PackClearing {
  readonly #files: FileOperations
  readonly #onCleared: (path: string, slots: readonly Slot[]) => void
  /** By path, while a call clears there. */
  readonly #packs = new Map<string, OpenPack>()

  /** @param onCleared called when slots of a pack read as zeros, before that is durable */
  constructor(files: FileOperations, onCleared: (path: string, slots: readonly Slot[]) => void) {
    this.#files = files
    this.#onCleared = onCleared
  }

  /** Resolves when a slot of a pack reads as zeros, also after a power loss. Rejects if opening the pack does. */
  async clear(path: string, slot: Slot): Promise<void> {
    const pack = this.#packs.get(path) ?? this.#open(path)
    pack.users += 1
    try {
      await pack.file
      pack.waiting.push(slot)
      await pack.clears.sync()
    } finally {
      pack.users -= 1
      if (pack.users === 0) {
        // Pages that could not be synced are cleared and synced again by the next attempt.
        this.#packs.delete(path)
        await pack.file.then(
          (file) => this.#files.close(file),
          () => {},
        )
      }
    }
  }

  #open(path: string): OpenPack {
    const clears = new GroupSync(() => this.#clearWaiting(path, pack))
    const pack: OpenPack = { file: this.#files.openToClear(path), clears, waiting: [], users: 0 }
    this.#packs.set(path, pack)
    return pack
  }

  async #clearWaiting(path: string, pack: OpenPack): Promise<void> {
    // Callers that have waited for the file too are here before it is known again.
    const file = await pack.file
    const slots = pack.waiting
    // Those of the callers that wait for this run may have been cleared by the one before it.
    if (slots.length === 0) return
    pack.waiting = []
    await Promise.all(joined(slots).map(({ offset, length }) => this.#files.clear(file, offset, length)))
    this.#onCleared(path, slots)
    await this.#files.syncData(file)
  }
}

/** The same pages, in order, with adjacent slots as one. */
function joined(slots: readonly Slot[]): Slot[] {
  const ranges: Slot[] = []
  for (const slot of slots.toSorted((one, other) => one.offset - other.offset)) {
    const last = ranges.at(-1)
    if (last === undefined || last.offset + last.length < slot.offset) ranges.push(slot)
    else {
      const end = Math.max(last.offset + last.length, slot.offset + slot.length)
      ranges[ranges.length - 1] = { offset: last.offset, length: end - last.offset }
    }
  }
  return ranges
}
