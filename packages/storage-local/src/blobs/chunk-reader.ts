import { type BufferPool, CELL_BYTES, crc64Combine, type Hasher } from '@bindery/digest'
import { type BlobId, type ByteRange, type LentBytes, StorageError } from '@bindery/storage'
import type { FileOperations } from './files.js'
import { CHUNK_BYTES, type Footer } from './format.js'
import { hashed } from './hashed.js'

/** What reading chunks takes. */
export interface ChunkContext {
  readonly files: FileOperations
  readonly hasher: Hasher
  readonly pool: BufferPool
}

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
 * Yields a range in order, chunk by chunk, each checked before any of it. A reader holds two buffers, one of them read
 * ahead. When buffers are scarce, it holds but a small one, and when the pool is dry a copy of few bytes, so that readers
 * who do not go on, however many, leave enough for the others.
 */
export async function* readChunks(
  context: ChunkContext,
  blob: OpenBlob,
  range: ByteRange,
): AsyncGenerator<LentBytes, void> {
  const { pool } = context
  const { start, end } = requireRange(range, blob.footer.size)
  const last = start < end ? Math.ceil(end / CHUNK_BYTES) - 1 : -1
  let ahead: Promise<Buffer> | undefined
  try {
    for (let index = Math.floor(start / CHUNK_BYTES); index <= last; index++) {
      const base = index * CHUNK_BYTES
      const within = { start: Math.max(start - base, 0), end: Math.min(end - base, CHUNK_BYTES) }
      if (ahead === undefined && pool.isScarce) {
        yield* readInCells(context, blob, index, within)
        continue
      }
      const slab = await (ahead ?? readChunk(context, blob, index, await pool.take()))
      const spare = index < last && !pool.isScarce ? pool.tryTake() : undefined
      ahead = spare && readChunk(context, blob, index + 1, spare)
      ahead?.catch(() => {})
      yield lend(slab.subarray(within.start, within.end), () => pool.release(slab))
    }
  } finally {
    const unused = await ahead?.catch(() => undefined)
    if (unused !== undefined) pool.release(unused)
  }
}

/** Fills a pooled buffer with a chunk and checks it. Gives the buffer back if it fails. */
export async function readChunk(
  { files, hasher, pool }: ChunkContext,
  { id, file, start, footer }: OpenBlob,
  index: number,
  slab: Buffer,
): Promise<Buffer> {
  try {
    const position = index * CHUNK_BYTES
    const bytes = slab.subarray(0, Math.min(CHUNK_BYTES, footer.size - position))
    const length = await files.read(file, bytes, start + position)
    if (length < bytes.length || (await hashed(hasher.crc64(bytes))) !== footer.chunks[index]) {
      throw damaged(id, index)
    }
    return slab
  } catch (error) {
    pool.release(slab)
    throw error
  }
}

/** What a reader holds when the pool is dry: small enough for thousands of readers. */
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
      length = found.length
    } catch (error) {
      pool.release(buffer)
      throw error
    }
    const base = cell * CELL_BYTES
    const bytes = buffer.subarray(at - base, Math.min(end - base, length))
    if (pool.isDry) {
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

export function lend(bytes: Uint8Array, giveBack: () => void): LentBytes {
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
