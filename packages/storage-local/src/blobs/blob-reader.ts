import { type BufferPool, crc64, crc64Combine, type Hasher, SLAB_BYTES } from '@bindery/digest'
import { type BlobId, type ByteRange, type LentBytes, StorageError } from '@bindery/storage'
import { type BlobPlace, blobPath, isPacked, type PackedPlace, packOf, packPath, placeOf } from './blob-place.js'
import { type FileOperations, isSystemError } from './files.js'
import {
  CHUNK_BYTES,
  decodeFooter,
  type Footer,
  footerBytes,
  HEADER_BYTES,
  sizeInTrailer,
  TRAILER_BYTES,
} from './format.js'
import { hashed } from './hashed.js'
import { inlineBytesOf } from './inline-blob.js'
import type { OpenPacks } from './open-packs.js'
import { imageBytes, isCleared } from './pack-format.js'

/** What the reads of a store share. */
export interface ReadContext {
  readonly folder: string
  readonly files: FileOperations
  readonly openPacks: OpenPacks
  readonly hasher: Hasher
  readonly pool: BufferPool
}

/** Reads a blob as `BlobStore.read` says. A file stays open meanwhile, so that a delete does not disturb it. */
export async function* readBlob(
  context: ReadContext,
  id: BlobId,
  range: ByteRange | undefined,
): AsyncGenerator<LentBytes, void> {
  const carried = inlineBytesOf(id)
  if (carried !== undefined) {
    const { start, end } = requireRange(range ?? { start: 0, end: carried.length }, carried.length)
    if (start < end) yield lend(carried.subarray(start, end), () => {})
    return
  }
  const place = requirePlace(id)
  if (isPacked(place)) {
    const { start, end } = requireRange(range ?? { start: 0, end: place.size }, place.size)
    const buffer = await readPacked(context, id, place)
    if (start === end) context.pool.release(buffer)
    else yield lend(buffer.subarray(start, end), () => context.pool.release(buffer))
    return
  }
  const blob = await openBlob(context, id, place)
  try {
    yield* readChunks(context, blob, range ?? { start: 0, end: blob.footer.size })
  } finally {
    await context.files.close(blob.file)
  }
}

/** The CRC-64 of a range as `BlobStore.crc64` says. */
export async function checksumBlob(context: ReadContext, id: BlobId, range: ByteRange): Promise<bigint> {
  const carried = inlineBytesOf(id)
  if (carried !== undefined) {
    const { start, end } = requireRange(range, carried.length)
    return crc64(carried.subarray(start, end))
  }
  const place = requirePlace(id)
  if (isPacked(place)) {
    const { start, end } = requireRange(range, place.size)
    return checksumAndRelease(context, await readPacked(context, id, place), start, end)
  }
  const blob = await openBlob(context, id, place)
  try {
    const { size, chunks } = blob.footer
    requireRange(range, size)
    let checksum = 0n
    for (let start = range.start; start < range.end; ) {
      const index = Math.floor(start / CHUNK_BYTES)
      const base = index * CHUNK_BYTES
      const chunkEnd = Math.min(base + CHUNK_BYTES, size)
      const end = Math.min(chunkEnd, range.end)
      const stored = start === base && end === chunkEnd ? chunks[index] : undefined
      const own = stored ?? (await checksumWithin(context, blob, index, start - base, end - base))
      checksum = crc64Combine(checksum, own, end - start)
      start = end
    }
    return checksum
  } finally {
    await context.files.close(blob.file)
  }
}

/** The CRC-64 of a part of a chunk, from its bytes. */
async function checksumWithin(
  context: ReadContext,
  blob: OpenBlob,
  index: number,
  start: number,
  end: number,
): Promise<bigint> {
  return checksumAndRelease(context, await readChunk(context, blob, index, await context.pool.take()), start, end)
}

async function checksumAndRelease(
  { hasher, pool }: ReadContext,
  buffer: Buffer,
  start: number,
  end: number,
): Promise<bigint> {
  try {
    return await hashed(hasher.crc64(buffer.subarray(start, end)))
  } finally {
    pool.release(buffer)
  }
}

function requirePlace(id: BlobId): BlobPlace | PackedPlace {
  const place = placeOf(id)
  if (place === undefined) throw notFound(id)
  return place
}

function notFound(id: BlobId, cause?: unknown): StorageError {
  return new StorageError('notFound', `there is no blob ${id}`, { cause })
}

interface OpenBlob {
  readonly id: BlobId
  readonly file: number
  readonly footer: Footer
}

async function openBlob({ folder, files }: ReadContext, id: BlobId, place: BlobPlace): Promise<OpenBlob> {
  const file = await files.open(blobPath(folder, place)).catch((error) => {
    throw isSystemError(error, 'ENOENT') ? notFound(id, error) : error
  })
  try {
    const footer = await readFooter(files, id, file)
    if (footer === undefined) throw new StorageError('corrupt', `blob ${id} has no sound footer`)
    return { id, file, footer }
  } catch (error) {
    await files.close(file)
    throw error
  }
}

function requireRange(range: ByteRange, size: number): ByteRange {
  const { start, end } = range
  if (!(Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= size)) {
    throw new StorageError('misuse', `bytes ${start} to ${end} of a blob of ${size}`)
  }
  return range
}

/** Fills a pooled buffer with a blob out of a pack, and checks it. */
async function readPacked({ folder, files, openPacks, hasher, pool }: ReadContext, id: BlobId, place: PackedPlace) {
  const { offset, headerBytes, size } = place
  const tailBytes = footerBytes(size)
  const buffer = await pool.take(Math.min(size + tailBytes, SLAB_BYTES))
  try {
    const path = packPath(folder, packOf(place))
    const footer = await openPacks
      .use(path, async (file) => {
        const isOneRead = size + tailBytes <= buffer.length
        const start = offset + headerBytes
        await files.read(file, buffer.subarray(0, isOneRead ? size + tailBytes : size), start)
        const tail = isOneRead ? buffer.subarray(size, size + tailBytes) : Buffer.alloc(tailBytes)
        if (!isOneRead) await files.read(file, tail, start + size)
        const found = sizeInTrailer(tail.subarray(-TRAILER_BYTES), imageBytes(place), headerBytes)
        const decoded = found === size ? decodeFooter(id, tail) : undefined
        if (decoded !== undefined) return decoded
        const header = Buffer.alloc(headerBytes)
        await files.read(file, header, offset)
        throw isCleared(header) ? notFound(id) : new StorageError('corrupt', `blob ${id} has no sound footer`)
      })
      .catch((error) => {
        throw isSystemError(error, 'ENOENT') ? notFound(id, error) : error
      })
    const own = await hashed(hasher.crc64(buffer.subarray(0, size)))
    if (own !== footer.crc64) throw new StorageError('corrupt', `blob ${id} does not match its checksum`)
    return buffer
  } catch (error) {
    pool.release(buffer)
    throw error
  }
}

/** Enough for the footer of a blob of 500 MiB: what is longer takes a second read. */
const TAIL_BYTES = 4096

/** The footer of an open file, or undefined if it has no sound one: an unfinished write, or damage. */
export async function readFooter(files: FileOperations, id: BlobId, file: number): Promise<Footer | undefined> {
  const fileBytes = await files.size(file)
  const tail = Buffer.alloc(Math.min(TAIL_BYTES, fileBytes))
  await files.read(file, tail, fileBytes - tail.length)
  const size = sizeInTrailer(tail.subarray(-TRAILER_BYTES), fileBytes)
  if (size === undefined) return undefined
  const length = footerBytes(size)
  if (length <= tail.length) return decodeFooter(id, tail.subarray(-length))
  const footer = Buffer.alloc(length)
  await files.read(file, footer, fileBytes - length)
  return decodeFooter(id, footer)
}

async function* readChunks(context: ReadContext, blob: OpenBlob, range: ByteRange): AsyncGenerator<LentBytes, void> {
  requireRange(range, blob.footer.size)
  const { start, end } = range
  const last = start < end ? Math.ceil(end / CHUNK_BYTES) - 1 : -1
  let ahead: Promise<Buffer> | undefined
  try {
    for (let index = Math.floor(start / CHUNK_BYTES); index <= last; index++) {
      const slab = await (ahead ?? readChunk(context, blob, index, await context.pool.take()))
      // Only a buffer that nobody waits for is used to read ahead.
      const spare = index < last ? context.pool.tryTake() : undefined
      ahead = spare && readChunk(context, blob, index + 1, spare)
      ahead?.catch(() => {})
      const base = index * CHUNK_BYTES
      const bytes = slab.subarray(Math.max(start - base, 0), Math.min(end - base, CHUNK_BYTES))
      yield lend(bytes, () => context.pool.release(slab))
    }
  } finally {
    const unused = await ahead?.catch(() => undefined)
    if (unused !== undefined) context.pool.release(unused)
  }
}

/** Fills a pooled buffer with a chunk and checks it. Gives the buffer back if it fails. */
async function readChunk(
  { files, hasher, pool }: ReadContext,
  { id, file, footer }: OpenBlob,
  index: number,
  slab: Buffer,
): Promise<Buffer> {
  try {
    const position = index * CHUNK_BYTES
    const bytes = slab.subarray(0, Math.min(CHUNK_BYTES, footer.size - position))
    const length = await files.read(file, bytes, HEADER_BYTES + position)
    if (length < bytes.length || (await hashed(hasher.crc64(bytes))) !== footer.chunks[index]) {
      throw new StorageError('corrupt', `chunk ${index} of blob ${id} does not match its checksum`)
    }
    return slab
  } catch (error) {
    pool.release(slab)
    throw error
  }
}

function lend(bytes: Uint8Array, giveBack: () => void): LentBytes {
  let isLent = true
  return {
    bytes,
    release() {
      if (!isLent) throw new StorageError('misuse', 'lent bytes were released twice')
      isLent = false
      giveBack()
    },
  }
}
