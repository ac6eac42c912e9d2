import { randomBytes } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { crc64, createDigester, type Digest } from '@bindery/digest'
import {
  type BlobEntry,
  type BlobId,
  type BlobStore,
  type ByteRange,
  type ByteSource,
  carriesBytes,
  type LentBytes,
  type ReadAsStored,
  type ReadOptions,
  type WriteOptions,
} from './blob-store.js'
import { copyBytes } from './bytes.js'
import { type ChunkCipher, CIPHER_TAG_BYTES, decryptChunk, encryptChunk } from './chunk-cipher.js'
import { StorageError } from './storage-error.js'

const CHUNK_BYTES = 1_048_576
const INCARNATION_BYTES = 8
/** Ids of one incarnation sort in the order of creation. */
const COUNTER_DIGITS = 12
/** Fills a lent buffer that is no longer lent: no reader should ever see it. */
const TAKEN_BACK = 0xdb

/** Options of a memory blob store. */
export interface MemoryBlobOptions {
  /** The beginning of all ids, for runs that must repeat exactly. Default: random. */
  readonly incarnation?: string
  /** Bytes of the largest blob that its id carries. Default: no id carries bytes. */
  readonly carriedBytesMax?: number
}

/** A store that can return to an earlier state. */
export interface MemoryBlobStore extends BlobStore {
  /** Holds the blobs that there are. Returns what brings them back, any number of times. */
  capture(): () => void
}

interface MemoryBlob {
  /** Its name for ciphers. */
  readonly name: string
  readonly size: number
  readonly owner: Uint8Array
  /** As they are stored. */
  readonly chunks: readonly Uint8Array[]
  readonly encryption: Encryption | undefined
}

/** The stored data about an encrypted blob, besides its chunks. */
interface Encryption {
  readonly tags: readonly Uint8Array[]
  /** Covers the bytes before encryption. */
  readonly crc64: bigint
}

/**
 * A blob store in memory, for tests and simulations. It lends buffers as strictly as the durable engines: bytes used
 * after their release, or a buffer kept by a source, turn out overwritten.
 */
export function createMemoryBlobStore(options: MemoryBlobOptions = {}): MemoryBlobStore {
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
      const { digest, ...received } = await receive(source, name, options, buffers)
      open()
      const blob = { name, owner, ...received }
      const isCarried = blob.size <= carriedBytesMax
      const id = isCarried ? carryingId(blob) : name
      if (!isCarried) blobs.set(id, blob)
      await nextTurn()
      return { ...digest, id, size: blob.size }
    },
    async *read(id, range, options = {}) {
      open()
      const blob = find(id)
      yield* lendRange(blob, range ?? { start: 0, end: blob.size }, cipherOf(blob, options))
    },
    readNow(id, range) {
      open()
      const blob = blobs.get(id)
      // only every second one, so that both ways of reading meet the same callers
      if (blob === undefined || blob.encryption !== undefined || !/[02468]$/.test(blob.name)) return undefined
      const { start, end } = requireRange(range, blob.size)
      const index = Math.floor(start / CHUNK_BYTES)
      const piece = blob.chunks[index]?.slice(start - index * CHUNK_BYTES, end - index * CHUNK_BYTES)
      return piece?.length === end - start && start < end ? lend(piece) : undefined
    },
    async crc64(id, range, options = {}) {
      open()
      const blob = find(id)
      const { start, end } = requireRange(range, blob.size)
      if (blob.encryption !== undefined && options.cipher === undefined) {
        if (start === end) return 0n
        if (end - start === blob.size) return blob.encryption.crc64
      }
      let checksum = 0n
      for await (const { bytes, release } of lendRange(blob, range, cipherOf(blob, options))) {
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
    capture() {
      const held = new Map(blobs)
      return () => {
        blobs.clear()
        for (const [id, blob] of held) blobs.set(id, blob)
      }
    },
    async close() {
      closed = true
    },
  }
}

const CRC64_BYTES = 8

/** An id with the blob's bytes; for an encrypted one, they follow its checksum and its tag. */
function carryingId({ name, chunks, encryption }: MemoryBlob): BlobId {
  if (encryption === undefined) return `${name}~${Buffer.concat(chunks).toString('base64url')}`
  const checksum = Buffer.alloc(CRC64_BYTES)
  checksum.writeBigUInt64BE(encryption.crc64)
  const tag = encryption.tags[0] ?? Buffer.alloc(CIPHER_TAG_BYTES)
  return `${name}${ENCRYPTED}~${Buffer.concat([checksum, tag, ...chunks]).toString('base64url')}`
}

const ENCRYPTED = '.e'

function carriedBlob(id: BlobId): MemoryBlob | undefined {
  if (!carriesBytes(id)) return undefined
  const tilde = id.indexOf('~')
  const name = id.slice(0, tilde)
  const carried = Buffer.from(id.slice(tilde + 1), 'base64url')
  const owner = new Uint8Array(0)
  if (!name.endsWith(ENCRYPTED)) {
    return { name, size: carried.length, owner, chunks: chunksOf(carried), encryption: undefined }
  }
  const bytes = carried.subarray(CRC64_BYTES + CIPHER_TAG_BYTES)
  const tag = carried.subarray(CRC64_BYTES, CRC64_BYTES + CIPHER_TAG_BYTES)
  const encryption = { tags: [tag], crc64: carried.readBigUInt64BE() }
  return { name: name.slice(0, -ENCRYPTED.length), size: bytes.length, owner, chunks: chunksOf(bytes), encryption }
}

function chunksOf(bytes: Uint8Array): readonly Uint8Array[] {
  return bytes.length === 0 ? [] : [bytes]
}

/** The cipher that a read needs, or undefined if it yields the bytes as stored. */
function cipherOf(blob: MemoryBlob, options: ReadOptions | ReadAsStored): ChunkCipher | undefined {
  if ('asStored' in options) return undefined
  if (blob.encryption === undefined && options.cipher !== undefined) {
    throw new StorageError('corrupt', `blob ${blob.name} is not encrypted`)
  }
  if (blob.encryption !== undefined && options.cipher === undefined) {
    throw new StorageError('misuse', `blob ${blob.name} is encrypted, and is read without its cipher`)
  }
  return options.cipher?.forBlob(blob.name)
}

interface Received {
  readonly digest: Digest
  readonly size: number
  readonly chunks: readonly Uint8Array[]
  readonly encryption: Encryption | undefined
}

async function receive(
  source: ByteSource,
  name: string,
  options: WriteOptions,
  buffers: Uint8Array[],
): Promise<Received> {
  const digester = createDigester(options)
  const cipher = options.cipher?.forBlob(name)
  const chunks: Uint8Array[] = []
  const tags: Uint8Array[] = []
  let size = 0
  let pieces: Uint8Array[] = []
  let filled = 0
  async function endChunk(): Promise<void> {
    if (filled === 0) return
    const chunk = join(pieces, filled)
    if (cipher !== undefined) tags.push(await encryptChunk(cipher, chunks.length, chunk))
    chunks.push(chunk)
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
    if (filled === CHUNK_BYTES) await endChunk()
  }
  await endChunk()
  const digest = digester.finish()
  return { digest, size, chunks, encryption: cipher && { tags, crc64: digest.crc64 } }
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

/** The next bytes of a source, at most `most`; empty at its end. Lends it a buffer from `buffers` meanwhile. */
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

function requireRange(range: ByteRange, size: number): ByteRange {
  const { start, end } = range
  if (!(Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= size)) {
    throw new StorageError('misuse', `bytes ${start} to ${end} of a blob of ${size}`)
  }
  return range
}

async function* lendRange(
  blob: MemoryBlob,
  range: ByteRange,
  cipher: ChunkCipher | undefined,
): AsyncGenerator<LentBytes> {
  const { start, end } = requireRange(range, blob.size)
  for (let position = start; position < end; ) {
    const index = Math.floor(position / CHUNK_BYTES)
    const chunk = await chunkOf(blob, index, cipher)
    const bytes = chunk.slice(position - index * CHUNK_BYTES, end - index * CHUNK_BYTES)
    position += bytes.length
    await nextTurn()
    yield lend(bytes)
  }
}

async function chunkOf(
  { chunks, encryption }: MemoryBlob,
  index: number,
  cipher: ChunkCipher | undefined,
): Promise<Uint8Array> {
  const stored = chunks[index]
  if (stored === undefined) throw new StorageError('corrupt', 'a chunk of a blob is missing')
  if (cipher === undefined) return stored
  const bytes = new Uint8Array(stored)
  const tag = encryption?.tags[index] ?? new Uint8Array(CIPHER_TAG_BYTES)
  if (!(await decryptChunk(cipher, index, bytes, tag))) {
    throw new StorageError('corrupt', 'a chunk of a blob was changed, or the key is another')
  }
  return bytes
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
