import { type BufferPool, crc64, crc64Combine, type Hasher } from '@bindery/digest'
import {
  type BlobId,
  type ByteRange,
  blobNameOf,
  type ChunkCipher,
  decryptChunk,
  type InlineBlob,
  inlineBlobOf,
  type LentBytes,
  type ReadAsStored,
  type ReadOptions,
  rethrowCipherFailure,
  rethrowHashFailure,
  StorageError,
} from '@bindery/storage'
import { keyOf, type StoredBlob, storedBlobOf } from './blob-names.js'
import type { ByteStream } from './byte-stream.js'
import {
  CHUNK_BYTES,
  type ChunkSecret,
  decodeFooter,
  type Footer,
  footerBytes,
  framedBytes,
  frameStart,
  isSoundTail,
  secretIn,
  tailBytes,
} from './format.js'
import { S3Failure, storageErrorOf } from './s3-failure.js'
import type { S3Reads } from './s3-reads.js'

/** State that the reads of a store share. */
export interface ReadContext {
  readonly reads: S3Reads
  readonly hasher: Hasher
  readonly pool: BufferPool
  /** Milliseconds after which a reader that takes nothing loses its connection; LOOK_MS where others wait for one. */
  readonly pauseMs: number
}

/** How often a reader that takes nothing is looked at. */
const LOOK_MS = 100
/** How often a read goes on from the last verified chunk after its connection broke, without a chunk in between. */
const BREAKS_MAX = 3

/** Implements `BlobStore.read`. */
export async function* readBlob(
  context: ReadContext,
  id: BlobId,
  range: ByteRange | undefined,
  options: ReadOptions | ReadAsStored,
): AsyncGenerator<LentBytes, void> {
  const carried = inlineBlobOf(id)
  if (carried !== undefined) {
    const { start, end } = requireRange(range, carried.bytes.length)
    const bytes = await openInline(id, carried, options)
    if (start < end) yield { bytes: bytes.subarray(start, end), release: () => {} }
    return
  }
  const blob = requireBlob(id)
  const wanted = requireRange(range, blob.size)
  const cipher = cipherOf(blob.name, blob.isEncrypted, options)
  if (wanted.start === wanted.end) await readFooter(context, blob)
  else yield* readChunks(context, blob, wanted, cipher)
}

/** Implements `BlobStore.crc64`. */
export async function checksumBlob(
  context: ReadContext,
  id: BlobId,
  range: ByteRange,
  options: ReadOptions,
): Promise<bigint> {
  const carried = inlineBlobOf(id)
  if (carried !== undefined) {
    const { start, end } = requireRange(range, carried.bytes.length)
    if (carried.encryption !== undefined && options.cipher === undefined) {
      if (start === end) return 0n
      if (end - start === carried.bytes.length) return carried.crc64
    }
    return crc64((await openInline(id, carried, options)).subarray(start, end))
  }
  const blob = requireBlob(id)
  const { start, end } = requireRange(range, blob.size)
  const isWithoutKey = blob.isEncrypted && options.cipher === undefined
  const cipher = isWithoutKey ? undefined : cipherOf(blob.name, blob.isEncrypted, options)
  const footer = await readFooter(context, blob)
  if (start === end) return 0n
  if (end - start === blob.size) return footer.crc64
  if (isWithoutKey) cipherOf(blob.name, true, options)
  return await checksumChunks(context, blob, { start, end }, footer, cipher)
}

/** The footer of a blob. Throws StorageError `notFound`, `corrupt`. */
export async function readFooter({ reads }: ReadContext, blob: StoredBlob): Promise<Footer> {
  const start = framedBytes(blob)
  const range = { start, end: start + footerBytes(blob) }
  for (let tries = 0; ; tries += 1) {
    const footer = decodeFooter(blob.name, blob, await reads.whole(keyOf(blob), range))
    if (footer !== undefined) return footer
    // once more: the network may have changed it
    if (tries === 1) throw new StorageError('corrupt', `blob ${blob.name} has no sound footer`)
  }
}

/** The bytes of a blob that its id carries. */
export async function openInline(
  id: BlobId,
  { bytes, encryption, crc64: checksum }: InlineBlob,
  options: ReadOptions | ReadAsStored,
): Promise<Uint8Array> {
  const name = blobNameOf(id)
  const cipher = cipherOf(name, encryption !== undefined, options)
  if (cipher === undefined) return bytes
  const tag = encryption?.tags[0] ?? new Uint8Array()
  const isSound = await rethrowCipherFailure(decryptChunk(cipher, 0, bytes, tag))
  if (!isSound || crc64(bytes) !== checksum) throw damaged(name, 0)
  return bytes
}

/** Joined from the checksums of whole chunks and, at the edges, from bytes. */
async function checksumChunks(
  context: ReadContext,
  blob: StoredBlob,
  range: ByteRange,
  footer: Footer,
  cipher: ChunkCipher | undefined,
): Promise<bigint> {
  let checksum = 0n
  for (let start = range.start; start < range.end; ) {
    const index = Math.floor(start / CHUNK_BYTES)
    const chunkEnd = Math.min((index + 1) * CHUNK_BYTES, blob.size)
    const end = Math.min(chunkEnd, range.end)
    const isWhole = start === index * CHUNK_BYTES && end === chunkEnd
    const kept = isWhole ? footer.chunks[index] : undefined
    const own = kept ?? (await checksumBytes(context, blob, { start, end }, cipher))
    checksum = crc64Combine(checksum, own, end - start)
    start = end
  }
  return checksum
}

async function checksumBytes(
  context: ReadContext,
  blob: StoredBlob,
  range: ByteRange,
  cipher: ChunkCipher | undefined,
): Promise<bigint> {
  let checksum = 0n
  for await (const { bytes, release } of readChunks(context, blob, range, cipher)) {
    checksum = crc64(bytes, checksum)
    release()
  }
  return checksum
}

/** A piece of a chunk, with the content of the tail of the whole chunk. */
export interface LentChunk extends LentBytes {
  /** CRC-64 of the chunk as it is stored. */
  readonly stored: bigint
  /** Undefined if it is not encrypted. */
  readonly secret: ChunkSecret | undefined
}

/** Yields a range chunk by chunk, each verified first. After a break it goes on with the next chunk. */
export async function* readChunks(
  context: ReadContext,
  blob: StoredBlob,
  { start, end }: ByteRange,
  cipher: ChunkCipher | undefined,
): AsyncGenerator<LentChunk, void> {
  const { pool, reads } = context
  const last = Math.ceil(end / CHUNK_BYTES) - 1
  const framesEnd = Math.min(frameStart(last + 1, blob.isEncrypted), framedBytes(blob))
  let stream: ByteStream | undefined
  try {
    for (let index = Math.floor(start / CHUNK_BYTES), breaks = 0; index <= last; ) {
      const slab = await pool.take()
      let tail: ChunkTail
      try {
        stream ??= await reads.open(keyOf(blob), { start: frameStart(index, blob.isEncrypted), end: framesEnd })
        tail = await readChunk(context, blob, index, stream, slab, cipher)
      } catch (error) {
        pool.release(slab)
        stream?.close()
        stream = undefined
        breaks += 1
        if (!mayRead(error, breaks)) throw storageErrorOf(error, `read ${blob.name}`)
        continue
      }
      const base = index * CHUNK_BYTES
      const bytes = slab.subarray(Math.max(start - base, 0), Math.min(end - base, CHUNK_BYTES))
      index += 1
      breaks = 0
      const pause = watchPause(context, () => {
        stream?.close()
        stream = undefined
      })
      try {
        yield { bytes, ...tail, release: () => pool.release(slab) }
      } finally {
        clearInterval(pause)
      }
    }
  } finally {
    stream?.close()
  }
}

/** Ends the connection of a reader that takes nothing for too long, or at once where others wait for one. */
function watchPause({ pauseMs, reads }: ReadContext, end: () => void): NodeJS.Timeout {
  const began = performance.now()
  const pause = setInterval(
    () => {
      if (performance.now() - began < pauseMs && !reads.isContended) return
      clearInterval(pause)
      end()
    },
    Math.min(pauseMs, LOOK_MS),
  )
  return pause
}

/** A broken connection is replaced; damage is read once more, because the network may have caused it. */
function mayRead(error: unknown, breaks: number): boolean {
  if (error instanceof S3Failure) return breaks <= BREAKS_MAX
  return error instanceof StorageError && error.kind === 'corrupt' && breaks === 1
}

type ChunkTail = Pick<LentChunk, 'stored' | 'secret'>

async function readChunk(
  { hasher }: ReadContext,
  blob: StoredBlob,
  index: number,
  stream: ByteStream,
  slab: Buffer,
  cipher: ChunkCipher | undefined,
): Promise<ChunkTail> {
  const { name, isEncrypted, size } = blob
  const bytes = slab.subarray(0, Math.min(CHUNK_BYTES, size - index * CHUNK_BYTES))
  const tail = Buffer.alloc(tailBytes(isEncrypted))
  await stream.fill(bytes)
  await stream.fill(tail)
  const stored = await rethrowHashFailure(hasher.crc64(bytes))
  if (!isSoundTail(name, index, stored, tail)) throw damaged(name, index)
  const secret = isEncrypted ? secretIn(tail) : undefined
  if (cipher === undefined || secret === undefined) return { stored, secret }
  if (!(await rethrowCipherFailure(decryptChunk(cipher, index, bytes, secret.tag)))) throw notDecrypted(name, index)
  if ((await rethrowHashFailure(hasher.crc64(bytes))) !== secret.crc64) throw damaged(name, index)
  return { stored, secret }
}

/** The cipher that a read needs; undefined if it yields bytes as they are stored. */
function cipherOf(name: string, isEncrypted: boolean, options: ReadOptions | ReadAsStored): ChunkCipher | undefined {
  if ('asStored' in options) return undefined
  const { cipher } = options
  if (!isEncrypted && cipher !== undefined) {
    throw new StorageError('corrupt', `blob ${name} is not encrypted, though its record requires it`)
  }
  if (isEncrypted && cipher === undefined) {
    throw new StorageError('misuse', `blob ${name} is encrypted, and is read without its cipher`)
  }
  return cipher?.forBlob(name)
}

/** The blob of an id. Throws StorageError `notFound`. */
export function requireBlob(id: BlobId): StoredBlob {
  const blob = storedBlobOf(id)
  if (blob === undefined) throw new StorageError('notFound', `there is no blob ${id}`)
  return blob
}

function requireRange(range: ByteRange | undefined, size: number): ByteRange {
  const { start, end } = range ?? { start: 0, end: size }
  if (!(Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= size)) {
    throw new StorageError('misuse', `bytes ${start} to ${end} of a blob of ${size}`)
  }
  return { start, end }
}

function damaged(name: string, index: number): StorageError {
  return new StorageError('corrupt', `chunk ${index} of blob ${name} does not match its checksum`)
}

function notDecrypted(name: string, index: number): StorageError {
  return new StorageError('corrupt', `chunk ${index} of blob ${name} cannot be decrypted with this key`)
}
