import { randomBytes } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { crc64, createDigester, type Digest, type DigestRequest } from '@bindery/digest'
import {
  type BlobEntry,
  type BlobId,
  type BlobStore,
  type ByteRange,
  type ByteSource,
  carriesBytes,
  type LentBytes,
} from './blob-store.js'
import { copyBytes } from './bytes.js'
import { StorageError } from './storage-error.js'

const CHUNK_BYTES = 1_048_576
const INCARNATION_BYTES = 8
/** Ids of one incarnation sort in the order of their making. */
const COUNTER_DIGITS = 12
/** Bytes that nobody should see: what a lent buffer holds when it is no longer lent. */
const TAKEN_BACK = 0xdb

export interface MemoryBlobOptions {
  /** The beginning of all ids, for runs that must repeat exactly. Default: random. */
  readonly incarnation?: string
  /** Bytes of the largest blob that its id carries. Default: none does. */
  readonly carriedBytesMax?: number
}

interface MemoryBlob {
  readonly size: number
  readonly owner: Uint8Array
  readonly chunks: readonly Uint8Array[]
}

/**
 * A blob store in memory, for tests and simulations. It lends buffers as strictly as the durable engines:
 * bytes used after their release, or a buffer kept by a source, are found spoilt.
 */
export function createMemoryBlobStore(options: MemoryBlobOptions = {}): BlobStore {
  const incarnation = options.incarnation ?? randomBytes(INCARNATION_BYTES).toString('hex')
  const carriedBytesMax = options.carriedBytesMax ?? -1
  const blobs = new Map<BlobId, MemoryBlob>()
  const buffers: Uint8Array[] = []
  let counter = 0
  let closed = false

  function open(): void {
    if (closed) throw new StorageError('unavailable', 'the blob store is closed')
  }

  function find(id: BlobId): MemoryBlob {
    const blob = carriedBlob(id) ?? blobs.get(id)
    if (blob === undefined) throw new StorageError('notFound', `there is no blob ${id}`)
    return blob
  }

  return {
    incarnation,
    async write(source, options) {
      open()
      counter += 1
      const name = `${incarnation}-${String(counter).padStart(COUNTER_DIGITS, '0')}`
      const owner = copyBytes(options.owner)
      const { digest, size, chunks } = await receive(source, options, buffers)
      open()
      const isCarried = size <= carriedBytesMax
      const id = isCarried ? `${name}~${Buffer.concat(chunks).toString('base64url')}` : name
      if (!isCarried) blobs.set(id, { size, owner, chunks })
      await nextTurn()
      return { ...digest, id, size }
    },
    async *read(id, range) {
      open()
      const blob = find(id)
      yield* lendRange(blob, range ?? { start: 0, end: blob.size })
    },
    async crc64(id, range) {
      open()
      const blob = find(id)
      let checksum = crc64(new Uint8Array(0))
      for await (const { bytes, release } of lendRange(blob, range)) {
        checksum = crc64(bytes, checksum)
        release()
      }
      return checksum
    },
    async delete(id) {
      open()
      blobs.delete(id)
    },
    async *list(after) {
      open()
      const ids = [...blobs.keys()].filter((id) => after === undefined || id > after).sort()
      for (const id of ids) {
        const blob = blobs.get(id)
        if (blob !== undefined)
          yield { id, incarnation, size: blob.size, hint: async () => ({ owner: blob.owner }) } satisfies BlobEntry
      }
    },
    async close() {
      closed = true
    },
  }
}

function carriedBlob(id: BlobId): MemoryBlob | undefined {
  if (!carriesBytes(id)) return undefined
  const bytes = Buffer.from(id.slice(id.indexOf('~') + 1), 'base64url')
  return { size: bytes.length, owner: new Uint8Array(0), chunks: bytes.length === 0 ? [] : [bytes] }
}

interface Received {
  readonly digest: Digest
  readonly size: number
  readonly chunks: readonly Uint8Array[]
}

async function receive(source: ByteSource, request: DigestRequest, buffers: Uint8Array[]): Promise<Received> {
  const digester = createDigester(request)
  const chunks: Uint8Array[] = []
  let size = 0
  let pieces: Uint8Array[] = []
  let filled = 0
  function endChunk(): void {
    if (filled > 0) chunks.push(join(pieces, filled))
    pieces = []
    filled = 0
  }
  for (;;) {
    const bytes = await take(source, CHUNK_BYTES - filled, buffers)
    if (bytes.length === 0) break
    digester.update(bytes)
    pieces.push(bytes)
    size += bytes.length
    filled += bytes.length
    if (filled === CHUNK_BYTES) endChunk()
  }
  endChunk()
  return { digest: digester.finish(), size, chunks }
}

function join(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const joined = new Uint8Array(size)
  let position = 0
  for (const piece of pieces) {
    joined.set(piece, position)
    position += piece.length
  }
  return joined
}

/** The next bytes of a source, at most `most`; none at its end. Lends it a buffer from `buffers` for that long. */
async function take(source: ByteSource, most: number, buffers: Uint8Array[]): Promise<Uint8Array> {
  await source.ready()
  const buffer = buffers.pop() ?? new Uint8Array(CHUNK_BYTES)
  try {
    const bytes = buffer.slice(0, await source.read(buffer.subarray(0, most)))
    buffer.fill(TAKEN_BACK, 0, bytes.length)
    return bytes
  } finally {
    buffers.push(buffer)
  }
}

async function* lendRange(blob: MemoryBlob, { start, end }: ByteRange): AsyncGenerator<LentBytes> {
  if (!(Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= blob.size)) {
    throw new StorageError('misuse', `bytes ${start} to ${end} of a blob of ${blob.size}`)
  }
  for (let position = start; position < end; ) {
    const chunkStart = position - (position % CHUNK_BYTES)
    const bytes = blob.chunks[chunkStart / CHUNK_BYTES]?.slice(position - chunkStart, end - chunkStart)
    if (bytes === undefined) throw new StorageError('corrupt', 'a chunk of a blob is missing')
    position += bytes.length
    await nextTurn()
    yield lend(bytes)
  }
}

function lend(bytes: Uint8Array): LentBytes {
  let lent = true
  return {
    bytes,
    release() {
      if (!lent) throw new StorageError('misuse', 'lent bytes were released twice')
      lent = false
      bytes.fill(TAKEN_BACK)
    },
  }
}
