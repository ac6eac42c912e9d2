import { StorageError } from '@bindery/storage'
import type { FileOperations } from './files.js'

interface FolderSyncs {
  running: Promise<void>
  /** For those who came after `running` began. */
  next: Promise<void> | undefined
}

/**
 * Makes names in folders durable. Who asks while a folder is being synced shares the next sync with all others who do.
 * A folder whose sync has failed is never synced again: the system may forget what it could not write, and then
 * call it durable.
 */
export class FolderSync {
  readonly #files: FileOperations
  readonly #folders = new Map<string, FolderSyncs>()
  readonly #failed = new Set<string>()

  constructor(files: FileOperations) {
    this.#files = files
  }

  /** Whether a sync of this folder has failed, so that no new name in it can become durable. */
  hasFailed(path: string): boolean {
    return this.#failed.has(path)
  }

  /** Resolves when all names that the folder has at the time of the call are durable. */
  sync(path: string): Promise<void> {
    const syncs = this.#folders.get(path)
    if (syncs === undefined) {
      const running = this.#run(path)
      this.#folders.set(path, { running, next: undefined })
      return running
    }
    syncs.next ??= syncs.running.catch(() => {}).then(() => this.#run(path))
    return syncs.next
  }

  async #run(path: string): Promise<void> {
    try {
      if (this.#failed.has(path)) throw new StorageError('unavailable', 'this folder could not be synced before')
      await this.#files.syncFolder(path)
    } catch (error) {
      this.#failed.add(path)
      throw error
    } finally {
      this.#handOver(path)
    }
  }

  #handOver(path: string): void {
    const next = this.#folders.get(path)?.next
    if (next === undefined) this.#folders.delete(path)
    else this.#folders.set(path, { running: next, next: undefined })
  }
}
