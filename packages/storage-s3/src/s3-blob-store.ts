import { BufferPool, createHasher } from '@bindery/digest'
import { type BlobEntry, type BlobId, inlineBlobOf, type MovableBlobs, StorageError } from '@bindery/storage'
import {
  type BlobName,
  blobIdOf,
  blobNameOf,
  incarnationOf,
  isIncarnation,
  keyOf,
  listAfter,
  storedBlobOf,
  unfinishedOf,
  uploadIdOf,
} from './blob-names.js'
import { checksumBlob, type ReadContext, readBlob, readFooter } from './blob-reader.js'
import { partSlabs, type WriteContext, writeBlob } from './blob-writer.js'
import { Deletions } from './deletions.js'
import { sizeOf } from './format.js'
import { adoptBlob, openStored } from './moving.js'
import { Retries } from './retries.js'
import { type RequestCounts, S3Client, SILENCE_MS } from './s3-client.js'
import { S3Lists } from './s3-lists.js'
import { S3Objects } from './s3-objects.js'
import type { S3Place } from './s3-place.js'
import { S3Reads } from './s3-reads.js'
import { SlabBudget } from './slab-budget.js'

/** Options of a store of blobs in S3. */
export interface S3BlobStoreOptions {
  readonly place: S3Place
  /** Random and new for each use of the store: 1 to 64 digits and small letters. */
  readonly incarnation: string
  /** Memory for buffers, half for writes and half for reads; a part of an upload at least. Default 64 MiB. */
  readonly bufferBytes?: number
  /** Milliseconds after which a read whose answer has not begun is sent again. Default 800. */
  readonly hedgeMs?: number
  /** Milliseconds of silence after which a sender gives way if others wait for its buffers. Default 10,000. */
  readonly patienceMs?: number
  /** Milliseconds without a byte after which a connection to the store counts as broken. Default 30,000. */
  readonly silenceMs?: number
  /** Milliseconds for which a read keeps its connection while its reader takes nothing. Default 5,000. */
  readonly pauseMs?: number
  /** Connections to the store: the most for reads, and the most for everything else. Default 256. */
  readonly connections?: number
}

/** Blobs in S3, and how the requests for them went. */
export interface S3BlobStore extends MovableBlobs {
  /** Since it was opened, by method. */
  readonly requests: Readonly<Record<string, Readonly<RequestCounts>>>
  /** Requests that were sent again, because they failed or were late. */
  repeated(): number
}

const BUFFER_BYTES_DEFAULT = 64 * 1024 ** 2
const PAUSE_MS = 5_000

/**
 * Opens a store of blobs in an S3 bucket: an object per blob, and none for those whose id carries them. See
 * docs/formats/s3-blobs.md. The bucket must keep no versions. Throws StorageError `misuse` for a malformed incarnation,
 * `unavailable` if the bucket cannot be listed.
 */
export async function openS3BlobStore(options: S3BlobStoreOptions): Promise<S3BlobStore> {
  const { place, incarnation } = options
  if (!isIncarnation(incarnation)) throw new StorageError('misuse', `not an incarnation: ${incarnation}`)
  const { silenceMs = SILENCE_MS, pauseMs = PAUSE_MS } = options
  const client = new S3Client(place, silenceMs, options.connections)
  const retries = new Retries(silenceMs)
  const hasher = createHasher()
  const half = (options.bufferBytes ?? BUFFER_BYTES_DEFAULT) / 2
  const budget = new SlabBudget(Math.max(half, place.partBytes))
  const lists = new S3Lists(client, retries, place.prefix)
  try {
    await lists.objects(incarnation).next()
  } catch (error) {
    client.close()
    await hasher.close()
    throw error
  }
  let counter = 0
  const store = createStore({
    incarnation,
    lists,
    deletions: new Deletions(client, retries, place.prefix, place.deletesMany),
    reading: {
      reads: new S3Reads(client, retries, place.prefix, options.hedgeMs),
      hasher,
      pool: new BufferPool(half),
      pauseMs,
    },
    writing: {
      objects: new S3Objects(client, retries, hasher, place.prefix),
      hasher,
      budget,
      incarnation,
      nextCounter: () => (counter += 1),
      unfinished: new Set(),
      partSlabs: partSlabs(place.partBytes, budget),
      patienceMs: options.patienceMs,
    },
    close: async () => {
      client.close()
      await hasher.close()
    },
  })
  return { ...store, requests: client.counts, repeated: () => retries.repeated }
}

interface Parts {
  readonly incarnation: string
  readonly lists: S3Lists
  readonly deletions: Deletions
  readonly reading: ReadContext
  readonly writing: WriteContext
  readonly close: () => Promise<void>
}

function createStore({ incarnation, lists, deletions, reading, writing, close }: Parts): MovableBlobs {
  const { objects, unfinished } = writing
  let isClosed = false
  function requireOpen(): void {
    if (isClosed) throw new StorageError('unavailable', 'the blob store is closed')
  }
  return {
    incarnation,
    async write(source, options) {
      requireOpen()
      return writeBlob(writing, source, options)
    },
    async *read(id, range, options = {}) {
      requireOpen()
      yield* readBlob(reading, id, range, options)
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
      objects.requireSpace()
    },
    async reach() {
      requireOpen()
      await objects.reach()
    },
    async delete(id) {
      requireOpen()
      const blob = storedBlobOf(id)
      if (blob !== undefined) return deletions.delete(keyOf(blob))
      const upload = unfinishedOf(id)
      if (upload === undefined) return
      for await (const { key, uploadId } of lists.uploads(keyOf(upload))) {
        if (key === keyOf(upload)) await objects.abort(key, uploadId)
      }
      // its writer may have completed it before it died
      await deletions.delete(keyOf(upload))
    },
    async *list(after) {
      requireOpen()
      yield* listBlobs({ lists, reading, unfinished }, after)
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
      if (isClosed) return
      isClosed = true
      await objects.close()
      await close()
    },
  }
}

interface ListContext extends Pick<Parts, 'lists' | 'reading'> {
  readonly unfinished: ReadonlySet<string>
}

/** Blobs and unfinished uploads, merged in order of key. Objects that are not of this store are passed over. */
async function* listBlobs(context: ListContext, after: BlobId | undefined): AsyncGenerator<BlobEntry, void> {
  const from = after === undefined ? '' : listAfter(after)
  const objects = entriesOf(context, from)
  const uploads = uploadsOf(context, from)
  let [object, upload] = [await objects.next(), await uploads.next()]
  while (object.done !== true || upload.done !== true) {
    const isObject = object.done !== true && (upload.done === true || object.value.id < upload.value.id)
    const entry = isObject ? object.value : upload.value
    if (isObject) object = await objects.next()
    else upload = await uploads.next()
    if (entry !== undefined && (after === undefined || entry.id > after)) yield entry
  }
}

async function* entriesOf({ lists, reading, unfinished }: ListContext, from: string): AsyncGenerator<BlobEntry, void> {
  for await (const { key, bytes } of lists.objects(from)) {
    const name = blobNameOf(key)
    if (name === undefined || unfinished.has(name.name)) continue
    const size = sizeOf(bytes, name.ownerBytes, name.isEncrypted)
    if (size === undefined) {
      // nothing that a write made has this length
      yield { id: uploadIdOf(name), incarnation: incarnationOf(name), size: bytes, hint: async () => undefined }
      continue
    }
    const blob = { ...name, size }
    yield { id: blobIdOf(blob), incarnation: incarnationOf(name), size, hint: () => hintOf(reading, blob) }
  }
}

async function* uploadsOf({ lists, unfinished }: ListContext, from: string): AsyncGenerator<BlobEntry, void> {
  let last: BlobName | undefined
  for await (const { key } of lists.uploads('', from)) {
    const name = blobNameOf(key)
    if (name === undefined || unfinished.has(name.name) || name.name === last?.name) continue
    last = name
    yield { id: uploadIdOf(name), incarnation: incarnationOf(name), size: undefined, hint: async () => undefined }
  }
}

async function hintOf(reading: ReadContext, blob: Parameters<typeof readFooter>[1]) {
  try {
    return { owner: (await readFooter(reading, blob)).owner }
  } catch (error) {
    if (error instanceof StorageError && (error.kind === 'corrupt' || error.kind === 'notFound')) return undefined
    throw error
  }
}
