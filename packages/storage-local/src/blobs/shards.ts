import { dirname } from 'node:path'
import { type BlobLocation, blobPath, incarnationFolder, SHARD_BLOBS, shardFolder } from './blob-location.js'
import { type FileOperations, isSystemError } from './files.js'
import type { FolderSync } from './folder-sync.js'

const CREATE_ATTEMPTS = 3

/** Assigns the locations of one incarnation and creates the folders for them, each durable in its parent. */
export class Shards {
  readonly #files: FileOperations
  readonly #folder: string
  readonly #incarnation: string
  readonly #folderSync: FolderSync
  /** Folders that this process has created or is creating. */
  readonly #made = new Map<string, Promise<void>>()
  #nextCounter = 0

  constructor(files: FileOperations, folder: string, incarnation: string, folderSync: FolderSync) {
    this.#files = files
    this.#folder = folder
    this.#incarnation = incarnation
    this.#folderSync = folderSync
  }

  /** A location that was never assigned, in a shard whose syncs have not failed. */
  nextLocation(): BlobLocation {
    const location = { incarnation: this.#incarnation, counter: this.#nextCounter }
    if (this.#folderSync.hasFailed(shardFolder(this.#folder, location))) {
      this.#nextCounter += SHARD_BLOBS - (this.#nextCounter % SHARD_BLOBS)
      return this.nextLocation()
    }
    this.#nextCounter += 1
    return location
  }

  /** A location that was never assigned, for a blob that is in no folder. */
  nextPlace(): BlobLocation {
    return { incarnation: this.#incarnation, counter: this.nextCounter() }
  }

  /** A counter that was never assigned, for a blob without a file name of its own. */
  nextCounter(): number {
    return this.#nextCounter++
  }

  /** Creates the file of a location, or another in its shard. */
  async create(location: BlobLocation, path = blobPath(this.#folder, location)): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#make(shardFolder(this.#folder, location))
        return await this.#files.create(path)
      } catch (error) {
        if (attempt === CREATE_ATTEMPTS || !isSystemError(error, 'ENOENT')) throw error
        // Another process has deleted the last blob of the shard, and the empty folders with it.
        this.#made.clear()
      }
    }
  }

  /** Resolves when the names in the shard of a location are durable. */
  syncNames(location: BlobLocation): Promise<void> {
    return this.#folderSync.sync(shardFolder(this.#folder, location))
  }

  /** Removes a name from the shard of a location; resolves when a power loss cannot undo it. */
  afterRemoval(location: BlobLocation, remove: () => Promise<void>): Promise<void> {
    return this.#folderSync.afterRemoval(shardFolder(this.#folder, location), remove)
  }

  /** Removes the empty folders of a deleted blob, except those that are still being filled. */
  async removeEmpty(location: BlobLocation): Promise<void> {
    const shard = shardFolder(this.#folder, location)
    const isOwn = location.incarnation === this.#incarnation
    if (isOwn && shard === shardFolder(this.#folder, { incarnation: this.#incarnation, counter: this.#nextCounter })) {
      return
    }
    if ((await this.#remove(shard)) && !isOwn) await this.#remove(incarnationFolder(this.#folder, location.incarnation))
  }

  #make(path: string): Promise<void> {
    const known = this.#made.get(path)
    if (known !== undefined) return known
    const making = this.#makeDurably(path)
    this.#made.set(path, making)
    making.catch(() => this.#made.delete(path))
    return making
  }

  async #makeDurably(path: string): Promise<void> {
    const parent = dirname(path)
    if (parent !== this.#folder) await this.#make(parent)
    try {
      await this.#files.createFolder(path)
    } catch (error) {
      if (!isSystemError(error, 'EEXIST')) throw error
    }
    await this.#folderSync.sync(parent)
  }

  async #remove(path: string): Promise<boolean> {
    try {
      await this.#files.removeFolder(path)
      return true
    } catch (error) {
      if (isSystemError(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) return false
      throw error
    }
  }
}
