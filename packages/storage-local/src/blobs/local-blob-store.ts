import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { BufferPool, createThreadedHasher, SLAB_BYTES } from '@bindery/digest'
import { type BlobId, type BlobStore, StorageError } from '@bindery/storage'
import { listBlobs } from './blob-lister.js'
import { blobIdOf, blobPath, isIncarnation, placeOf } from './blob-place.js'
import { checksumBlob, readBlob } from './blob-reader.js'
import { writeBlob } from './blob-writer.js'
import { type FileOperations, isSystemError, systemFiles, withStorageErrors } from './files.js'
import { FolderSync } from './folder-sync.js'
import { FreeSpace } from './free-space.js'
import { Shards } from './shards.js'

export interface LocalBlobStoreOptions {
  /** Where the blobs lie; created if it is missing. Several processes may share it. */
  readonly folder: string
  /** Random and new for each use of the store: 1 to 64 digits and small letters. */
  readonly incarnation: string
  /** Bytes of the disk that writes leave free. Default 256 MiB. */
  readonly reserveBytes?: number
  /** Memory for buffers, half for writes and half for reads; at least 2 MiB. Default 64 MiB. */
  readonly bufferBytes?: number
  /** Threads that hash long blobs, beside the event loop. Default 1. */
  readonly hashThreads?: number
  /** The file system, for tests that record or break its calls. */
  readonly files?: FileOperations
}

const RESERVE_BYTES_DEFAULT = 256 * 1024 * 1024
const BUFFER_BYTES_DEFAULT = 64 * SLAB_BYTES

/**
 * Opens a store of one file a blob, in docs/formats/blob-files.md.
 * Throws StorageError `misuse` if the incarnation is malformed or was used before.
 */
export async function openLocalBlobStore(options: LocalBlobStoreOptions): Promise<BlobStore> {
  const { incarnation } = options
  if (!isIncarnation(incarnation)) throw new StorageError('misuse', `not an incarnation: ${incarnation}`)
  const folder = resolve(options.folder)
  const files = withStorageErrors(options.files ?? systemFiles)
  await createDurably(files, folder)
  if ((await files.names(folder)).includes(incarnation)) {
    throw new StorageError('misuse', `incarnation ${incarnation} was used before`)
  }
  const poolBytes = (options.bufferBytes ?? BUFFER_BYTES_DEFAULT) / 2
  const folderSync = new FolderSync(files)
  const hasher = createThreadedHasher(options.hashThreads ?? 1)
  const freeSpace = new FreeSpace(files, folder, options.reserveBytes ?? RESERVE_BYTES_DEFAULT)
  const shards = new Shards(files, folder, incarnation, folderSync)
  const shared = { folder, files, hasher }
  const reading = { ...shared, pool: new BufferPool(poolBytes) }
  const writing = { ...shared, pool: new BufferPool(poolBytes), folderSync, freeSpace, shards }
  return createStore(incarnation, reading, writing)
}

type Reading = Parameters<typeof readBlob>[0]
type Writing = Parameters<typeof writeBlob>[0]

function createStore(incarnation: string, reading: Reading, writing: Writing): BlobStore {
  const { folder, files, shards, hasher } = writing
  /** Writes that have not ended: their files are nobody's business yet. */
  const unfinished = new Set<BlobId>()
  let isClosed = false
  function requireOpen(): void {
    if (isClosed) throw new StorageError('unavailable', 'the blob store is closed')
  }
  return {
    incarnation,
    async write(source, hint) {
      requireOpen()
      const place = shards.nextPlace()
      const id = blobIdOf(place)
      unfinished.add(id)
      try {
        return await writeBlob(writing, place, source, hint)
      } finally {
        unfinished.delete(id)
      }
    },
    async *read(id, range) {
      requireOpen()
      yield* readBlob(reading, id, range)
    },
    async crc64(id, range) {
      requireOpen()
      return checksumBlob(reading, id, range)
    },
    async delete(id) {
      requireOpen()
      const place = placeOf(id)
      if (place === undefined) return
      try {
        await files.unlink(blobPath(folder, place))
      } catch (error) {
        if (!isSystemError(error, 'ENOENT')) throw error
      }
      await shards.removeEmpty(place)
    },
    async *list(after) {
      requireOpen()
      yield* listBlobs({ folder, files, incarnation, isUnfinished: (id) => unfinished.has(id) }, after)
    },
    async close() {
      isClosed = true
      await hasher.close()
    },
  }
}

/** Creates a folder and those above it that are missing, each durable in its parent. */
async function createDurably(files: FileOperations, folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  for (let path = folder; path.length >= first.length; path = dirname(path)) await files.syncFolder(dirname(path))
}
