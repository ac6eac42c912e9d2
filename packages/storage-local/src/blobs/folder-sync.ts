import { dirname } from 'node:path'
import { StorageError } from '@bindery/storage'
import { type FileOperations, isSystemError } from './files.js'
import { GroupSync } from './group-sync.js'
import { WorkSync } from './work-sync.js'

interface Folder {
  readonly group: GroupSync
  /** Whether the last sync found that it no longer exists. */
  isGone: boolean
}

/**
 * Makes names in folders durable, with one sync for all callers that wait for a folder. A folder whose sync has failed
 * stays failed.
 */
export class FolderSync {
  readonly #files: FileOperations
  /** Folders that are being synced, and those whose sync failed. */
  readonly #folders = new Map<string, Folder>()
  /** Folders from which names are being removed, and by how many calls. */
  readonly #removals = new Map<string, { readonly works: WorkSync; users: number }>()

  constructor(files: FileOperations) {
    this.#files = files
  }

  /** Whether a sync of this folder has failed, so that no new name in it can become durable. */
  hasFailed(path: string): boolean {
    return this.#folders.get(path)?.group.hasFailed === true
  }

  /** Resolves when all names that the folder has at the time of the call are durable. */
  async sync(path: string): Promise<void> {
    if (!(await this.#sync(path))) throw new StorageError('unavailable', `there is no folder ${path} any more`)
  }

  /**
   * Removes names from a folder; resolves when none of them can come back, nor the folder if it is gone. Concurrent
   * removals from a folder share one sync after the last.
   */
  async afterRemoval(path: string, remove: () => Promise<void>): Promise<void> {
    const removal = this.#removals.get(path) ?? { works: new WorkSync(() => this.#syncRemoval(path)), users: 0 }
    this.#removals.set(path, removal)
    removal.users += 1
    try {
      await removal.works.run(remove)
    } finally {
      removal.users -= 1
      if (removal.users === 0) this.#removals.delete(path)
    }
  }

  /** Resolves when no name can come back that the folder, or an ancestor, has lost at the time of the call. */
  async #syncRemoval(path: string): Promise<void> {
    for (let folder = path; !(await this.#sync(folder)); ) folder = dirname(folder)
  }

  /** False if the folder no longer exists. */
  async #sync(path: string): Promise<boolean> {
    const folder = this.#folders.get(path) ?? this.#folder(path)
    await folder.group.sync()
    if (folder.group.isIdle) this.#folders.delete(path)
    return !folder.isGone
  }

  #folder(path: string): Folder {
    const folder: Folder = { group: new GroupSync(() => this.#syncIfThere(path, folder)), isGone: false }
    this.#folders.set(path, folder)
    return folder
  }

  async #syncIfThere(path: string, folder: Folder): Promise<void> {
    try {
      await this.#files.syncFolder(path)
      folder.isGone = false
    } catch (error) {
      if (!isSystemError(error, 'ENOENT')) throw error
      folder.isGone = true
    }
  }
}
