import { type BufferPool, CELL_BYTES, crc64, crc64Combine, SLAB_BYTES } from '@bindery/digest'
import {
  type BlobId,
  type ByteRange,
  blobNameOf,
  type InlineBlob,
  inlineBlobOf,
  type LentBytes,
  type ReadAsStored,
  type ReadOptions,
  rethrowHashFailure,
  StorageError,
} from '@bindery/storage'
import { type BlobLocation, isPacked, locationOf, type PackedLocation, packOf, packPath } from './blob-location.js'
import { checksumWithoutKey, viewOf } from './blob-view.js'
import type { BlockSums } from './block-sums.js'
import {
  type ChunkContext,
  COPY_BYTES,
  type OpenBlob,
  openChunk,
  readChunk,
  readChunks,
  requireRange,
} from './chunk-reader.js'
import { type FileOperations, isSystemError } from './files.js'
import {
  CHUNK_BYTES,
  decodeFooter,
  type Footer,
  footerBytes,
  HEADER_BYTES,
  shapeInTrailer,
  TRAILER_BYTES,
} from './format.js'
import { lend } from './lent.js'
import type { Held, OpenFiles } from './open-files.js'
import { hasArea, imageBytes, isCleared } from './pack-format.js'
import { type Places, placeAt } from './places.js'
import type { OpenedBlob, WatchedChunks } from './watched-chunks.js'

/** State that the reads of a store share. */
export interface ReadContext extends ChunkContext {
  readonly folder: string
  readonly openPacks: OpenFiles<number>
  readonly openBlobs: OpenFiles<OpenedBlob>
  readonly places: Places
  readonly sums: BlockSums
  readonly watched: WatchedChunks
}

/** Implements `BlobStore.read`. A file stays open meanwhile, so that a delete does not disturb it. */
export async function* readBlob(
  context: ReadContext,
  id: BlobId,
  range: ByteRange | undefined,
  options: ReadOptions | ReadAsStored = {},
): AsyncGenerator<LentBytes, void> {
  const carried = inlineBlobOf(id)
  if (carried !== undefined) {
    const size = carried.bytes.length
    const { start, end } = requireRange(range ?? { start: 0, end: size }, size)
    const bytes = await openInline(context, id, carried, options)
    if (start < end) yield lend(bytes.subarray(start, end), () => {})
    return
  }
  const location = requireLocation(id)
  if (isPacked(location) && !hasArea(location)) {
    const { start, end } = requireRange(range ?? { start: 0, end: location.size }, location.size)
    if (isSparing(context.pool, location.size)) {
      yield* readPackedSparingly(context, id, location, { start, end }, options)
      return
    }
    yield* lendPacked(context.pool, await readPacked(context, id, location, options), { start, end })
    return
  }
  const { opened, release } = await holdFile(context, id, location)
  try {
    yield* readOpened(context, id, opened, range ?? { start: 0, end: opened.footer.size }, options)
  } finally {
    release()
  }
}

/** Yields a range of a blob that is open, as `readBlob`. */
export async function* readOpened(
  context: ReadContext,
  id: BlobId,
  { file, start, footer }: OpenedBlob,
  range: ByteRange,
  options: ReadOptions | ReadAsStored = {},
): AsyncGenerator<LentBytes, void> {
  const view = viewOf(id, footer, options)
  try {
    yield* readChunks(context, { id, file, start, size: footer.size, view }, range)
  } catch (error) {
    // the area of a blob that was deleted since reads as zeros, while its pack stays
    const location = requireLocation(id)
    if (!isPacked(location) || !(error instanceof StorageError && error.kind === 'corrupt')) throw error
    const header = Buffer.alloc(location.headerBytes)
    await context.files.read(file, header, location.offset)
    if (!isCleared(header)) throw error
    context.openBlobs.forget(placeAt(context.folder, location).key ?? '')
    throw notFound(id, error)
  }
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
    const size = carried.bytes.length
    const { start, end } = requireRange(range, size)
    const known = options.cipher === undefined ? checksumWithoutKey(carried, size, range) : undefined
    return known ?? crc64((await openInline(context, id, carried, options)).subarray(start, end))
  }
  const location = requireLocation(id)
  if (isPacked(location)) return checksumPacked(context, id, location, requireRange(range, location.size), options)
  const { opened, release } = await holdFile(context, id, location)
  try {
    const { file, footer } = opened
    const { size } = footer
    requireRange(range, size)
    const known = options.cipher === undefined ? checksumWithoutKey(footer, size, range) : undefined
    if (known !== undefined) return known
    const view = viewOf(id, footer, options)
    return await checksumChunks(context, { id, file, start: HEADER_BYTES, size, view }, range)
  } finally {
    release()
  }
}

/** The footer of a blob that is not in its id. Throws StorageError `notFound`, `corrupt`. */
export async function footerOf(context: ReadContext, id: BlobId): Promise<Footer> {
  const location = requireLocation(id)
  if (isPacked(location)) {
    return inPack(context, id, location, (file) => readPackedFooter(context.files, file, id, location))
  }
  const { opened, release } = await holdFile(context, id, location)
  release()
  return opened.footer
}

/** Joined from the checksums of whole chunks and, at the edges, from bytes. */
async function checksumChunks(context: ReadContext, blob: OpenBlob, range: ByteRange): Promise<bigint> {
  let checksum = 0n
  for (let start = range.start; start < range.end; ) {
    const index = Math.floor(start / CHUNK_BYTES)
    const base = index * CHUNK_BYTES
    const chunkEnd = Math.min(base + CHUNK_BYTES, blob.size)
    const end = Math.min(chunkEnd, range.end)
    const kept = start === base && end === chunkEnd ? blob.view.yielded[index] : undefined
    const own = kept ?? (await checksumWithin(context, blob, index, start - base, end - base))
    checksum = crc64Combine(checksum, own, end - start)
    start = end
  }
  return checksum
}

async function checksumPacked(
  context: ReadContext,
  id: BlobId,
  location: PackedLocation,
  range: ByteRange,
  options: ReadOptions,
): Promise<bigint> {
  if (location.isEncrypted && options.cipher === undefined) {
    const footer = await inPack(context, id, location, (file) => readPackedFooter(context.files, file, id, location))
    const known = checksumWithoutKey(footer, location.size, range)
    if (known !== undefined) return known
  }
  return checksumAndRelease(context, await readPacked(context, id, location, options), range.start, range.end)
}

/**
 * The bytes of a blob that its id carries, decrypted if the read has a cipher. Throws StorageError `corrupt`,
 * `misuse`.
 */
async function openInline(
  context: ReadContext,
  id: BlobId,
  carried: InlineBlob,
  options: ReadOptions | ReadAsStored,
): Promise<Uint8Array> {
  const view = viewOf(id, { chunks: [carried.crc64], encryption: carried.encryption }, options)
  if (view.decryption !== undefined) await openChunk(context, { id: blobNameOf(id), view }, 0, carried.bytes)
  return carried.bytes
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
    return await rethrowHashFailure(hasher.crc64(buffer.subarray(start, end)))
  } finally {
    pool.release(buffer)
  }
}

function requireLocation(id: BlobId): BlobLocation | PackedLocation {
  const location = locationOf(id)
  if (location === undefined) throw notFound(id)
  return location
}

function notFound(id: BlobId, cause?: unknown): StorageError {
  return new StorageError('notFound', `there is no blob ${id}`, { cause })
}

/** Throws the error of opening a file, as `notFound` if the file does not exist. */
function rethrow(id: BlobId, error: unknown): never {
  throw isSystemError(error, 'ENOENT') ? notFound(id, error) : error
}

/** Holds the open file of a blob that has one of its own, or an area of a pack. Throws StorageError `notFound`, `corrupt`. */
function holdFile(
  context: ReadContext,
  id: BlobId,
  location: BlobLocation | PackedLocation,
): Promise<Held<OpenedBlob>> {
  const { path, key = path } = placeAt(context.folder, location)
  return context.openBlobs.hold(key, () => openFile(context.files, id, path, location))
}

async function openFile(
  files: FileOperations,
  id: BlobId,
  path: string,
  location: BlobLocation | PackedLocation,
): Promise<OpenedBlob> {
  const file = await files.open(path).catch((error) => rethrow(id, error))
  try {
    if (isPacked(location)) {
      const footer = await readPackedFooter(files, file, id, location)
      return { file, start: location.offset + location.headerBytes, footer }
    }
    const footer = await readFooter(files, id, file)
    if (footer === undefined) throw new StorageError('corrupt', `blob ${id} has no sound footer`)
    return { file, start: HEADER_BYTES, footer }
  } catch (error) {
    await files.close(file)
    throw error
  }
}

/** Fills a pooled buffer with a blob out of a pack, and checks it. */
async function readPacked(
  context: ReadContext,
  id: BlobId,
  location: PackedLocation,
  options: ReadOptions | ReadAsStored,
): Promise<Buffer> {
  const { files, pool } = context
  const { offset, headerBytes, size } = location
  const tailBytes = footerBytes(location)
  const buffer = await pool.take(Math.min(size + tailBytes, SLAB_BYTES))
  try {
    const footer = await inPack(context, id, location, async (file) => {
      const isOneRead = size + tailBytes <= buffer.length
      await files.read(file, buffer.subarray(0, isOneRead ? size + tailBytes : size), offset + headerBytes)
      const tail = isOneRead ? buffer.subarray(size, size + tailBytes) : undefined
      return readPackedFooter(files, file, id, location, tail)
    })
    const view = viewOf(id, footer, options)
    if (size > 0) await openChunk(context, { id, view }, 0, buffer.subarray(0, size))
    return buffer
  } catch (error) {
    pool.release(buffer)
    throw error
  }
}

/** Lends a range of what was read from a pack or, when the pool is empty and the bytes are few, a copy of them. */
function* lendPacked(pool: BufferPool, buffer: Buffer, { start, end }: ByteRange): Generator<LentBytes, void> {
  const isCopied = pool.isExhausted && end - start <= COPY_BYTES
  const bytes = isCopied ? new Uint8Array(buffer.subarray(start, end)) : buffer.subarray(start, end)
  if (isCopied || start === end) pool.release(buffer)
  if (start < end) yield lend(bytes, isCopied ? () => {} : () => pool.release(buffer))
}

/** Whether a reader of this many bytes should hold less than all of them. */
function isSparing(pool: BufferPool, size: number): boolean {
  return pool.isExhausted ? size > COPY_BYTES : pool.isLow && size > CELL_BYTES
}

/** Reads a range of a blob in a pack with small buffers. */
async function* readPackedSparingly(
  context: ReadContext,
  id: BlobId,
  location: PackedLocation,
  range: ByteRange,
  options: ReadOptions | ReadAsStored,
): AsyncGenerator<LentBytes, void> {
  const { size } = location
  const footer = await inPack(context, id, location, (file) => readPackedFooter(context.files, file, id, location))
  const view = viewOf(id, footer, options)
  const path = packPath(context.folder, packOf(location))
  const held = await context.openPacks.hold(path, () => context.files.open(path)).catch((error) => rethrow(id, error))
  try {
    const start = location.offset + location.headerBytes
    yield* readChunks(context, { id, file: held.opened, start, size, view }, range)
  } finally {
    held.release()
  }
}

/** Runs `work` on the pack of a blob. */
async function inPack<T>(
  { folder, files, openPacks }: ReadContext,
  id: BlobId,
  location: PackedLocation,
  work: (file: number) => Promise<T>,
): Promise<T> {
  const path = packPath(folder, packOf(location))
  try {
    return await openPacks.use(path, () => files.open(path), work)
  } catch (error) {
    return rethrow(id, error)
  }
}

/**
 * The footer of a blob in a pack; `read` may hold some of its bytes already. Throws StorageError `notFound`,
 * `corrupt`.
 */
async function readPackedFooter(
  files: FileOperations,
  file: number,
  id: BlobId,
  location: PackedLocation,
  bytes?: Buffer,
): Promise<Footer> {
  const { offset, headerBytes, size } = location
  const tail = bytes ?? Buffer.alloc(footerBytes(location))
  if (bytes === undefined) await files.read(file, tail, offset + headerBytes + size)
  const shape = shapeInTrailer(tail.subarray(-TRAILER_BYTES), imageBytes(location), headerBytes)
  if (shape?.size === size && shape.isEncrypted === location.isEncrypted) {
    const footer = decodeFooter(id, tail)
    if (footer !== undefined) return footer
  }
  const header = Buffer.alloc(headerBytes)
  await files.read(file, header, offset)
  throw isCleared(header) ? notFound(id) : new StorageError('corrupt', `blob ${id} has no sound footer`)
}

/** Enough for the footer of a blob of 500 MiB: a longer one takes a second read. */
const TAIL_BYTES = 4096

/** The footer of an open file, or undefined if it has no sound one: an unfinished write, or damage. */
export async function readFooter(files: FileOperations, id: BlobId, file: number): Promise<Footer | undefined> {
  const fileBytes = await files.size(file)
  const tail = Buffer.alloc(Math.min(TAIL_BYTES, fileBytes))
  await files.read(file, tail, fileBytes - tail.length)
  const shape = shapeInTrailer(tail.subarray(-TRAILER_BYTES), fileBytes)
  if (shape === undefined) return undefined
  const length = footerBytes(shape)
  if (length <= tail.length) return decodeFooter(id, tail.subarray(-length))
  const footer = Buffer.alloc(length)
  await files.read(file, footer, fileBytes - length)
  return decodeFooter(id, footer)
}
