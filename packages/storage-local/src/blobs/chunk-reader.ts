import { setImmediate as nextTurn } from 'node:timers/promises'
import { type BufferPool, CELL_BYTES, crc64Combine, type Hasher } from '@bindery/digest'
import {
  type BlobId,
  type ByteRange,
  decryptChunk,
  type LentBytes,
  rethrowCipherFailure,
  rethrowHashFailure,
  StorageError,
} from '@bindery/storage'
import type { BlobView } from './blob-view.js'
import type { FileOperations, LargeRead } from './files.js'
import { CHUNK_BYTES } from './format.js'
import type { KeptChunks } from './kept-chunks.js'
import { lend, partOf } from './lent.js'

/** State that reading chunks needs. */
export interface ChunkContext {
  readonly files: FileOperations
  readonly hasher: Hasher
  readonly pool: BufferPool
  readonly kept: KeptChunks
}

/** A blob in an open file. */
export interface OpenBlob {
  readonly id: BlobId
  readonly file: number
  /** Where its bytes begin in the file. */
  readonly start: number
  /** Bytes. */
  readonly size: number
  readonly view: BlobView
}

/** Checks a range of a read. Throws StorageError `misuse` for a range that does not lie within a blob of this size. */
export function requireRange(range: ByteRange, size: number): ByteRange {
  const { start, end } = range
  if (!(Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= size)) {
    throw new StorageError('misuse', `bytes ${start} to ${end} of a blob of ${size}`)
  }
  return range
}

/** A range that is shorter is read through small pages of the system's memory: with large ones the disk would be read for longer. */
const LARGE_READ_BYTES_MIN = 4 * CHUNK_BYTES
/** Chunks behind one that must be wanted as well, so that the next large page is read ahead with its own. */
const CHUNKS_AHEAD = 3

/**
 * Whether a range is read through large pages, which are read whole: if it is long, or half of its blob. Not in a pack, where others
 * share the pages; its blobs have one chunk.
 */
function isLarge({ start, end }: ByteRange, size: number): boolean {
  return size > CHUNK_BYTES && end - start >= Math.min(LARGE_READ_BYTES_MIN, size / 2)
}

/**
 * Yields a range in order, chunk by chunk, each checked before any of it. A reader holds one buffer. While chunks come from the disk it
 * holds a second, which is read ahead; a chunk in the system's memory is read when it is wanted, and is still in the
 * processor's cache when it is sent. When buffers are scarce a reader holds only a small one, and when the pool is empty a copy of a few bytes, so that
 * any number of stalled readers leaves enough for the others.
 */
export async function* readChunks(
  context: ChunkContext,
  blob: OpenBlob,
  range: ByteRange,
): AsyncGenerator<LentBytes, void> {
  const { pool } = context
  const kept = blob.view.isKeepable ? context.kept : undefined
  const { start, end } = requireRange(range, blob.size)
  const last = start < end ? Math.ceil(end / CHUNK_BYTES) - 1 : -1
  const inLargePages = isLarge(range, blob.size)
  const large = (index: number) => (inLargePages ? { goesOn: index + CHUNKS_AHEAD <= last } : undefined)
  let ahead: Promise<Filled> | undefined
  try {
    const first = Math.floor(start / CHUNK_BYTES)
    for (let index = first; index <= last; index++) {
      // reads of what is in memory wait for nothing, and a reader that takes all at once would let no other request through
      if (index > first) await nextTurn()
      const base = index * CHUNK_BYTES
      const within = { start: Math.max(start - base, 0), end: Math.min(end - base, CHUNK_BYTES) }
      const known = ahead === undefined ? kept?.hold(blob.id, index) : undefined
      if (known !== undefined) {
        yield partOf(known, within.start, within.end)
        continue
      }
      if (ahead === undefined && pool.isLow) {
        yield* readInCells(context, blob, index, within)
        continue
      }
      const { slab, hasWaited } = await (ahead ?? fill(context, blob, index, await pool.take(), large(index)))
      const spare = hasWaited && index < last && !pool.isLow ? pool.tryTake() : undefined
      ahead = spare && fill(context, blob, index + 1, spare, large(index + 1))
      ahead?.catch(() => {})
      const length = Math.min(CHUNK_BYTES, blob.size - base)
      yield kept?.wants(blob.id, index, length)
        ? partOf(kept.keep(blob.id, index, slab, length), within.start, within.end)
        : lend(slab.subarray(within.start, within.end), () => pool.release(slab))
    }
  } finally {
    const unused = await ahead?.catch(() => undefined)
    if (unused !== undefined) pool.release(unused.slab)
  }
}

/** A buffer that holds a checked chunk. */
interface Filled {
  readonly slab: Buffer
  /** Whether the chunk was not in the system's memory. */
  readonly hasWaited: boolean
}

/** Fills a pooled buffer with a chunk and checks it. Releases the buffer if that fails. */
export async function readChunk(context: ChunkContext, blob: OpenBlob, index: number, slab: Buffer): Promise<Buffer> {
  return (await fill(context, blob, index, slab)).slab
}

async function fill(
  context: ChunkContext,
  blob: OpenBlob,
  index: number,
  slab: Buffer,
  large?: LargeRead,
): Promise<Filled> {
  try {
    const position = index * CHUNK_BYTES
    const bytes = slab.subarray(0, Math.min(CHUNK_BYTES, blob.size - position))
    if (isReadNow(context, blob, index, bytes, large)) return { slab, hasWaited: false }
    const length = await context.files.read(blob.file, bytes, blob.start + position, large)
    if (length < bytes.length) throw damaged(blob.id, index)
    await openChunk(context, blob, index, bytes)
    return { slab, hasWaited: true }
  } catch (error) {
    context.pool.release(slab)
    throw error
  }
}

const ALONE = { before: 0, after: 0 }

/** Fills a buffer with a chunk that the system has in memory, unless that has to be decrypted or does not match its checksum. */
function isReadNow(
  { files }: ChunkContext,
  { file, start, view }: OpenBlob,
  index: number,
  bytes: Buffer,
  large: LargeRead | undefined,
): boolean {
  if (view.decryption !== undefined) return false
  const position = start + index * CHUNK_BYTES
  // a try would have the system read small pages
  if (large !== undefined && files.isCached?.(file, position, bytes.length) === false) return false
  const checksum = files.readChecked(file, bytes, position, ALONE)
  return checksum !== undefined && checksum === view.yielded[index]
}

/** Decrypts a chunk in place if the read has a cipher, and checks it. Throws StorageError `corrupt`. */
export async function openChunk(
  { hasher }: Pick<ChunkContext, 'hasher'>,
  { id, view }: Pick<OpenBlob, 'id' | 'view'>,
  index: number,
  bytes: Uint8Array,
): Promise<void> {
  const { decryption, yielded } = view
  if (decryption !== undefined) {
    const tag = decryption.tags[index] ?? new Uint8Array()
    if (!(await rethrowCipherFailure(decryptChunk(decryption.cipher, index, bytes, tag)))) throw notDecrypted(id, index)
  }
  if ((await rethrowHashFailure(hasher.crc64(bytes))) !== yielded[index]) throw damaged(id, index)
}

/** Bytes that a reader holds when the pool is empty: few enough for thousands of readers. */
export const COPY_BYTES = 16 * 1024

/** Yields a part of a chunk, after a first pass that checks the chunk and a second that must find the same bytes. */
async function* readInCells(
  context: ChunkContext,
  blob: OpenBlob,
  index: number,
  { start, end }: ByteRange,
): AsyncGenerator<LentBytes, void> {
  const { pool } = context
  const checksums = await checkInCells(context, blob, index)
  for (let at = start; at < end; ) {
    const cell = Math.floor(at / CELL_BYTES)
    const buffer = await pool.take(CELL_BYTES)
    let length: number
    try {
      const found = await readCell(context, blob, index, cell, buffer)
      if (found.crc64 !== checksums[cell]) throw damaged(blob.id, index)
      length = found.bytes.length
      const decryption = blob.view.decryption?.cipher.decrypt(index, cell * CELL_BYTES)
      if (decryption !== undefined) await rethrowCipherFailure(decryption.update(found.bytes))
    } catch (error) {
      pool.release(buffer)
      throw error
    }
    const base = cell * CELL_BYTES
    const bytes = buffer.subarray(at - base, Math.min(end - base, length))
    if (pool.isExhausted) {
      const copy = new Uint8Array(bytes.subarray(0, COPY_BYTES))
      pool.release(buffer)
      at += copy.length
      yield lend(copy, () => {})
    } else {
      at += bytes.length
      yield lend(bytes, () => pool.release(buffer))
    }
  }
}

/** The checksum of each cell of a chunk as stored, if together they match the chunk's and it can be decrypted. */
async function checkInCells(context: ChunkContext, blob: OpenBlob, index: number): Promise<bigint[]> {
  const buffer = await context.pool.take(CELL_BYTES)
  try {
    const checksums: bigint[] = []
    let whole = 0n
    const { stored, decryption } = blob.view
    const trial = decryption?.cipher.decrypt(index)
    const size = Math.min(CHUNK_BYTES, blob.size - index * CHUNK_BYTES)
    while (checksums.length * CELL_BYTES < size) {
      const { crc64, bytes } = await readCell(context, blob, index, checksums.length, buffer)
      whole = crc64Combine(whole, crc64, bytes.length)
      checksums.push(crc64)
      if (trial !== undefined) await rethrowCipherFailure(trial.update(bytes))
    }
    if (whole !== stored[index]) throw damaged(blob.id, index)
    const tag = decryption?.tags[index] ?? new Uint8Array()
    if (trial !== undefined && !(await rethrowCipherFailure(trial.verify(tag)))) throw notDecrypted(blob.id, index)
    return checksums
  } finally {
    context.pool.release(buffer)
  }
}

/** The bytes of a cell as they are stored, with their checksum. */
async function readCell(
  { files, hasher }: ChunkContext,
  { id, file, start, size }: OpenBlob,
  index: number,
  cell: number,
  buffer: Buffer,
): Promise<{ readonly crc64: bigint; readonly bytes: Uint8Array }> {
  const position = index * CHUNK_BYTES + cell * CELL_BYTES
  const bytes = buffer.subarray(0, Math.min(CELL_BYTES, size - position))
  if ((await files.read(file, bytes, start + position)) < bytes.length) throw damaged(id, index)
  return { crc64: await rethrowHashFailure(hasher.crc64(bytes)), bytes }
}

function damaged(id: BlobId, index: number): StorageError {
  return new StorageError('corrupt', `chunk ${index} of blob ${id} does not match its checksum`)
}

function notDecrypted(id: BlobId, index: number): StorageError {
  const reason = 'does not match its tag: it was changed, or its key is another'
  return new StorageError('corrupt', `chunk ${index} of blob ${id} ${reason}`)
}
