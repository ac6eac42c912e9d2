import {
  type BufferPool,
  CELL_BYTES,
  crc64Combine,
  type Hasher,
  type KeptBytes,
  type Pipe,
  type PipePool,
  SLAB_BYTES,
} from '@bindery/digest'
import { type BlobId, type ByteRange, type LentBytes, StorageError } from '@bindery/storage'
import { type FileOperations, isSystemError } from './files.js'
import { CHUNK_BYTES, type Footer } from './format.js'
import { hashed } from './hashed.js'
import { lend, lendUnread } from './lent-bytes.js'

/** What reading chunks takes. */
export interface ChunkContext {
  readonly files: FileOperations
  readonly hasher: Hasher
  readonly pool: BufferPool
  /** For bytes that are only passed on; absent: all are brought into memory. */
  readonly pipes?: PipePool | undefined
}

/** Chunks that are read before they are asked for. */
const AHEAD_MAX = 2
/** Less is sooner copied than sent page by page. */
const PIPED_BYTES_MIN = 128 * 1024
/** What a system says that cannot read such a file into a pipe, or has no more of them. */
const UNPIPEABLE = ['EINVAL', 'ENOSYS', 'EAGAIN', 'EOPNOTSUPP', 'ENOTSUP']

/** A blob in an open file. */
export interface OpenBlob {
  readonly id: BlobId
  readonly file: number
  /** Where its bytes begin in the file. */
  readonly start: number
  readonly footer: Footer
}

/** Throws StorageError `misuse` for a range that does not lie within a blob of this size. */
export function requireRange(range: ByteRange, size: number): ByteRange {
  const { start, end } = range
  if (!(Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= size)) {
    throw new StorageError('misuse', `bytes ${start} to ${end} of a blob of ${size}`)
  }
  return range
}

/**
 * Yields a range in order, chunk by chunk, each checked before any of it. A reader holds three buffers, two of them read
 * ahead. When buffers are scarce, it holds but a small one, so that readers who do not go on, however many, leave enough
 * for the others.
 */
export async function* readChunks(
  context: ChunkContext,
  blob: OpenBlob,
  range: ByteRange,
): AsyncGenerator<LentBytes, void> {
  const { pool } = context
  const { start, end } = requireRange(range, blob.footer.size)
  const last = start < end ? Math.ceil(end / CHUNK_BYTES) - 1 : -1
  const ahead: Promise<LentBytes>[] = []
  const read = (index: number, buffer: Buffer) => readChunk(context, blob, index, within(range, index), buffer)
  try {
    for (let index = Math.floor(start / CHUNK_BYTES); index <= last; index++) {
      const wanted = within(range, index)
      if (ahead.length === 0 && pool.isScarce && roomFor(context, wanted) > CELL_BYTES) {
        yield* readInCells(context, blob, index, wanted)
        continue
      }
      const piece = ahead.shift() ?? read(index, await pool.take(roomFor(context, wanted)))
      for (let next = index + 1 + ahead.length; next <= last && ahead.length < AHEAD_MAX && !pool.isScarce; next++) {
        const buffer = pool.tryTake(roomFor(context, within(range, next)))
        if (buffer === undefined) break
        const reading = read(next, buffer)
        reading.catch(() => {})
        ahead.push(reading)
      }
      yield await piece
    }
  } finally {
    for (const unused of await Promise.allSettled(ahead)) if (unused.status === 'fulfilled') unused.value.release()
  }
}

/** What of a chunk a range of the blob covers, counted from the chunk's start. */
function within({ start, end }: ByteRange, index: number): ByteRange {
  const base = index * CHUNK_BYTES
  return { start: Math.max(start - base, 0), end: Math.min(end - base, CHUNK_BYTES) }
}

/** Bytes of the buffer that `readChunk` takes: all of the chunk must pass through it where the system cannot do without. */
export function roomFor({ files }: ChunkContext, { start, end }: ByteRange): number {
  return files.readThrough === undefined ? SLAB_BYTES : end - start
}

/**
 * Checks a chunk and lends what is wanted of it, which is at least one byte. Takes a buffer of `roomFor`, and gives it back
 * when it fails or the bytes are released.
 */
export async function readChunk(
  context: ChunkContext,
  blob: OpenBlob,
  index: number,
  wanted: ByteRange,
  buffer: Buffer,
): Promise<LentBytes> {
  const { files, pool } = context
  try {
    if (files.readThrough === undefined) return await readWholly(context, blob, index, wanted, buffer)
    const { start, end } = wanted
    const pipe = end - start < PIPED_BYTES_MIN ? undefined : context.pipes?.tryTake()
    if (pipe !== undefined) {
      const piped = await readIntoPipe(context, blob, index, wanted, buffer, pipe)
      if (piped !== undefined) return piped
    }
    await check(context, blob, index, { from: start, to: end, into: buffer })
    return lend(buffer.subarray(0, end - start), () => pool.release(buffer))
  } catch (error) {
    pool.release(buffer)
    throw error
  }
}

async function readWholly(
  { files, hasher, pool }: ChunkContext,
  { id, file, start, footer }: OpenBlob,
  index: number,
  wanted: ByteRange,
  slab: Buffer,
): Promise<LentBytes> {
  const position = index * CHUNK_BYTES
  const bytes = slab.subarray(0, Math.min(CHUNK_BYTES, footer.size - position))
  const length = await files.read(file, bytes, start + position)
  if (length < bytes.length || (await hashed(hasher.crc64(bytes))) !== footer.chunks[index]) throw damaged(id, index)
  return lend(slab.subarray(wanted.start, wanted.end), () => pool.release(slab))
}

/** Resolves with undefined where this system cannot do it, and does not try it again. */
async function readIntoPipe(
  context: ChunkContext,
  blob: OpenBlob,
  index: number,
  { start, end }: ByteRange,
  buffer: Buffer,
  pipe: Pipe,
): Promise<LentBytes | undefined> {
  const { pipes, pool } = context
  try {
    await check(context, blob, index, { from: start, to: end, into: pipe })
  } catch (error) {
    pipes?.release(pipe)
    if (!isSystemError(error, ...UNPIPEABLE)) throw error
    pipes?.disable()
    return undefined
  }
  return lendUnread(pipe, buffer, () => {
    pipes?.release(pipe)
    pool.release(buffer)
  })
}

/** Reads a chunk and keeps a part of it. Throws StorageError `corrupt`. */
async function check(
  { files }: ChunkContext,
  { id, file, start, footer }: OpenBlob,
  index: number,
  kept: KeptBytes,
): Promise<void> {
  const position = index * CHUNK_BYTES
  const length = Math.min(CHUNK_BYTES, footer.size - position)
  const found = await files.readThrough?.(file, start + position, length, kept)
  if (found === undefined || found !== footer.chunks[index]) throw damaged(id, index)
}

/** Yields a part of a chunk, after a first pass that checks the chunk and a second that must find the same bytes. */
async function* readInCells(
  context: ChunkContext,
  blob: OpenBlob,
  index: number,
  { start, end }: ByteRange,
): AsyncGenerator<LentBytes, void> {
  const { pool } = context
  const checksums = await checkInCells(context, blob, index)
  for (let cell = Math.floor(start / CELL_BYTES); cell * CELL_BYTES < end; cell++) {
    const buffer = await pool.take(CELL_BYTES)
    let length: number
    try {
      const found = await readCell(context, blob, index, cell, buffer)
      if (found.crc64 !== checksums[cell]) throw damaged(blob.id, index)
      length = found.length
    } catch (error) {
      pool.release(buffer)
      throw error
    }
    const base = cell * CELL_BYTES
    yield lend(buffer.subarray(Math.max(start - base, 0), Math.min(end - base, length)), () => pool.release(buffer))
  }
}

/** The checksum of each cell of a chunk, when together they are the chunk's. */
async function checkInCells(context: ChunkContext, blob: OpenBlob, index: number): Promise<bigint[]> {
  const buffer = await context.pool.take(CELL_BYTES)
  try {
    const checksums: bigint[] = []
    let whole = 0n
    const bytes = Math.min(CHUNK_BYTES, blob.footer.size - index * CHUNK_BYTES)
    while (checksums.length * CELL_BYTES < bytes) {
      const { crc64, length } = await readCell(context, blob, index, checksums.length, buffer)
      whole = crc64Combine(whole, crc64, length)
      checksums.push(crc64)
    }
    if (whole !== blob.footer.chunks[index]) throw damaged(blob.id, index)
    return checksums
  } finally {
    context.pool.release(buffer)
  }
}

async function readCell(
  { files, hasher }: ChunkContext,
  { id, file, start, footer }: OpenBlob,
  index: number,
  cell: number,
  buffer: Buffer,
): Promise<{ readonly crc64: bigint; readonly length: number }> {
  const position = index * CHUNK_BYTES + cell * CELL_BYTES
  const bytes = buffer.subarray(0, Math.min(CELL_BYTES, footer.size - position))
  if ((await files.read(file, bytes, start + position)) < bytes.length) throw damaged(id, index)
  return { crc64: await hashed(hasher.crc64(bytes)), length: bytes.length }
}

function damaged(id: BlobId, index: number): StorageError {
  return new StorageError('corrupt', `chunk ${index} of blob ${id} does not match its checksum`)
}
