import type { FileOperations } from './files.js'
import { GroupSync } from './group-sync.js'

/** Makes names in folders durable, each folder for all who wait for it. A folder whose sync has failed stays failed. */
export class FolderSync {
  readonly #files: FileOperations
  /** Folders that are being synced, and those that could not be. */
  readonly #folders = new Map<string, GroupSync>()

  constructor(files: FileOperations) {
    this.#files = files
  }

  /** Whether a sync of this folder has failed, so that no new name in it can become durable. */
  hasFailed(path: string): boolean {
    return this.#folders.get(path)?.hasFailed === true
  }

  /** Resolves when all names that the folder has at the time of the call are durable. */
  async sync(path: string): Promise<void> {
    const group = this.#folders.get(path) ?? new GroupSync(() => this.#files.syncFolder(path))
    this.#folders.set(path, group)
    await group.sync()
    if (group.isIdle) this.#folders.delete(path)
  }
}
