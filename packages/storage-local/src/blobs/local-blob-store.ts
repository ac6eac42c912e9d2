import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { BufferPool, createHasher, SLAB_BYTES } from '@bindery/digest'
import { inlineBlobOf, type MovableBlobs, StorageError } from '@bindery/storage'
import { listBlobs } from './blob-lister.js'
import { type BlobLocation, blobPath, isIncarnation, isPacked, locationOf } from './blob-location.js'
import { checksumBlob, type ReadContext, readBlob } from './blob-reader.js'
import { carryBlob, type WriteContext, writeBlob } from './blob-writer.js'
import { BlockSums } from './block-sums.js'
import { type FileOperations, isSystemError, systemFiles, timed, withStorageErrors } from './files.js'
import { FolderSync } from './folder-sync.js'
import { FreeSpace } from './free-space.js'
import { KeptChunks } from './kept-chunks.js'
import { adoptBlob, openStored } from './moving.js'
import { OpenFiles } from './open-files.js'
import { PackSpace } from './pack-space.js'
import { Packs } from './packs.js'
import { passNow } from './passable.js'
import { Places } from './places.js'
import { readNow } from './read-now.js'
import { Shards } from './shards.js'
import { WatchedChunks, type WatchLimits } from './watched-chunks.js'

/** Options of a store of blobs in files. */
export interface LocalBlobStoreOptions {
  /** Where the blobs lie; created if it is missing. Several processes may share it. */
  readonly folder: string
  /** Random and new for each use of the store: 1 to 64 digits and small letters. */
  readonly incarnation: string
  /** Bytes of the disk that writes leave free, as a function if they may change. Default 256 MiB. */
  readonly reserveBytes?: number | (() => number)
  /** Memory for buffers, half for writes and half for reads; at least 2 MiB. Default 64 MiB. */
  readonly bufferBytes?: number
  /** Files of blobs that stay open while nothing reads them: what is known of checked memory ends with the file. Default 64. */
  readonly idleFilesMax?: number | undefined
  /** Called with the milliseconds that each sync of a file or folder took, also of one that failed. */
  readonly onSync?: ((milliseconds: number) => void) | undefined
  /** For tests. */
  readonly watchLimits?: WatchLimits | undefined
  /** The file system, for tests that record or break its calls. */
  readonly files?: FileOperations
}

const RESERVE_BYTES_DEFAULT = 256 * 1024 * 1024
const BUFFER_BYTES_DEFAULT = 64 * SLAB_BYTES

/**
 * Opens a store of files: small blobs share packs, the others have one each. See docs/formats/blob-files.md.
 * Throws StorageError `misuse` if the incarnation is malformed or was used before.
 */
export async function openLocalBlobStore(options: LocalBlobStoreOptions): Promise<MovableBlobs> {
  const { incarnation } = options
  if (!isIncarnation(incarnation)) throw new StorageError('misuse', `not an incarnation: ${incarnation}`)
  const folder = resolve(options.folder)
  const files = withStorageErrors(timed(options.files ?? systemFiles, options.onSync))
  await createDurably(files, folder)
  if ((await files.names(folder)).includes(incarnation)) {
    throw new StorageError('misuse', `incarnation ${incarnation} was used before`)
  }
  const poolBytes = (options.bufferBytes ?? BUFFER_BYTES_DEFAULT) / 2
  const shards = new Shards(files, folder, incarnation, new FolderSync(files))
  const space = new PackSpace(files, folder, shards)
  const shared = { folder, files, hasher: createHasher() }
  const pool = new BufferPool(poolBytes)
  const watched = new WatchedChunks(files, options.watchLimits)
  return createStore({
    incarnation,
    space,
    reading: {
      ...shared,
      pool,
      kept: new KeptChunks(pool),
      openPacks: new OpenFiles((file) => files.close(file)),
      openBlobs: new OpenFiles(
        (blob) => {
          watched.end(blob)
          return files.close(blob.file)
        },
        { isMissed: ({ watch }) => watch?.isCurrent() ?? false, idleMax: options.idleFilesMax },
      ),
      watched,
      places: new Places(folder),
      sums: new BlockSums(),
    },
    writing: {
      ...shared,
      shards,
      packs: new Packs(files, folder, shards, space),
      freeSpace: new FreeSpace(files, folder, options.reserveBytes ?? RESERVE_BYTES_DEFAULT),
      pool: new BufferPool(poolBytes),
      unfinished: new Set(),
    },
  })
}

interface Parts {
  readonly incarnation: string
  readonly space: PackSpace
  readonly reading: ReadContext
  readonly writing: WriteContext
}

function createStore({ incarnation, space, reading, writing }: Parts): MovableBlobs {
  const { folder, files, shards, packs, hasher, unfinished } = writing
  let isClosed = false
  function requireOpen(): void {
    if (isClosed) throw new StorageError('unavailable', 'the blob store is closed')
  }
  async function deleteFile(location: BlobLocation): Promise<void> {
    const path = blobPath(folder, location)
    await shards.afterRemoval(location, async () => {
      try {
        await files.unlink(path)
      } catch (error) {
        // The process that unlinked it may have ended before that was durable.
        if (!isSystemError(error, 'ENOENT')) throw error
      }
    })
    await shards.removeEmpty(location)
  }
  return {
    incarnation,
    async write(source, options) {
      requireOpen()
      return writeBlob(writing, source, options)
    },
    carry(bytes, options, md5) {
      requireOpen()
      return carryBlob(writing, bytes, options, md5)
    },
    async *read(id, range, options = {}) {
      requireOpen()
      yield* readBlob(reading, id, range, options)
    },
    readNow(id, range) {
      requireOpen()
      return readNow(reading, id, range)
    },
    passNow(id, range) {
      requireOpen()
      return passNow(reading, id, range)
    },
    carried(id) {
      requireOpen()
      const blob = inlineBlobOf(id)
      return blob?.encryption === undefined ? blob?.bytes : undefined
    },
    async crc64(id, range, options = {}) {
      requireOpen()
      return checksumBlob(reading, id, range, options)
    },
    async requireSpace() {
      requireOpen()
      await writing.freeSpace.checkAnew()
    },
    async delete(id) {
      requireOpen()
      const location = locationOf(id)
      reading.kept.forget(id)
      const key = reading.places.of(id)?.key
      if (key !== undefined) reading.openBlobs.forget(key)
      if (location !== undefined) await (isPacked(location) ? space.delete(location) : deleteFile(location))
    },
    async *list(after) {
      requireOpen()
      yield* listBlobs({ folder, files, isUnfinished: (id) => unfinished.has(id) }, after)
    },
    async openStored(id) {
      requireOpen()
      return openStored(reading, id)
    },
    async adopt(blob, owner) {
      requireOpen()
      return adoptBlob(writing, blob, owner)
    },
    async close() {
      isClosed = true
      await Promise.all([packs.close(), reading.openPacks.close(), reading.openBlobs.close(), hasher.close()])
    },
  }
}

/** Creates a folder and those above it that are missing, each durable in its parent. */
async function createDurably(files: FileOperations, folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  for (let path = folder; path.length >= first.length; path = dirname(path)) await files.syncFolder(dirname(path))
}
