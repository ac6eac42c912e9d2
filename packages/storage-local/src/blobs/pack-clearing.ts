import type { FileOperations } from './files.js'
import { GroupSync } from './group-sync.js'
import { WorkSync } from './work-sync.js'

interface OpenPack {
  readonly file: Promise<number>
  readonly clears: WorkSync
  users: number
}

/** Clears the pages of deleted blobs: concurrent calls for the same pack share its file, and one sync after the last. */
export class PackClearing {
  readonly #files: FileOperations
  /** By path, while a call clears there. */
  readonly #packs = new Map<string, OpenPack>()

  constructor(files: FileOperations) {
    this.#files = files
  }

  /** Resolves when pages of a pack read as zeros, also after a power loss. Rejects if opening the pack does. */
  async clear(path: string, position: number, length: number): Promise<void> {
    const pack = this.#packs.get(path) ?? this.#open(path)
    pack.users += 1
    try {
      await pack.clears.run(async () => this.#files.clear(await pack.file, position, length))
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
    const file = this.#files.openToClear(path)
    const sync = new GroupSync(async () => this.#files.syncData(await file))
    const pack = { file, clears: new WorkSync(() => sync.sync()), users: 0 }
    this.#packs.set(path, pack)
    return pack
  }
}
