/** Reads that wait for nothing: of files that are open, and of bytes that the system has in memory. */
import { crc64 } from '@bindery/digest'
import { type BlobId, type ByteRange, inlineBlobOf, type LentBytes } from '@bindery/storage'
import {
  type BlobLocation,
  blobPath,
  isPacked,
  locationOf,
  type PackedLocation,
  packOf,
  packPath,
} from './blob-location.js'
import type { ReadContext } from './blob-reader.js'
import { lend, requireRange } from './chunk-reader.js'
import { CHUNK_BYTES, decodeFooter, footerBytes, HEADER_BYTES, shapeInTrailer, TRAILER_BYTES } from './format.js'
import { imageBytes } from './pack-format.js'

/**
 * Implements `BlobStore.readNow`: for blobs in packs, and for ranges within one chunk of blobs in files of their own. Whatever is
 * not as expected is left to a read that waits, which finds the reason.
 */
export function readNow(context: ReadContext, id: BlobId, range: ByteRange): LentBytes | undefined {
  // a slow receiver would hold what others need
  if (context.pool.isLow || inlineBlobOf(id) !== undefined) return undefined
  const location = locationOf(id)
  if (location === undefined || range.start === range.end) return undefined
  return isPacked(location) ? readPacked(context, id, location, range) : readFile(context, location, range)
}

function readPacked(
  context: ReadContext,
  id: BlobId,
  location: PackedLocation,
  range: ByteRange,
): LentBytes | undefined {
  const { offset, headerBytes, size, isEncrypted } = location
  const { start, end } = requireRange(range, size)
  if (isEncrypted) return undefined
  const length = size + footerBytes(location)
  const pack = context.openPacks.tryHold(packPath(context.folder, packOf(location)))
  if (pack === undefined) return undefined
  try {
    return readChecked(context, pack.opened, { position: offset + headerBytes, length }, (buffer) => {
      const tail = buffer.subarray(size, length)
      const shape = shapeInTrailer(tail.subarray(-TRAILER_BYTES), imageBytes(location), headerBytes)
      if (shape?.size !== size || shape.isEncrypted) return undefined
      const checksum = decodeFooter(id, tail)?.chunks[0]
      return crc64(buffer.subarray(0, size)) === checksum ? { start, end } : undefined
    })
  } finally {
    pack.release()
  }
}

function readFile(context: ReadContext, location: BlobLocation, range: ByteRange): LentBytes | undefined {
  const index = Math.floor(range.start / CHUNK_BYTES)
  const base = index * CHUNK_BYTES
  if (range.end > base + CHUNK_BYTES) return undefined
  const file = context.openBlobs.tryHold(blobPath(context.folder, location))
  if (file === undefined) return undefined
  try {
    const { size, chunks, encryption } = file.opened.footer
    const { start, end } = requireRange(range, size)
    if (encryption !== undefined) return undefined
    const place = { position: HEADER_BYTES + base, length: Math.min(CHUNK_BYTES, size - base) }
    return readChecked(context, file.opened.file, place, (buffer) =>
      crc64(buffer) === chunks[index] ? { start: start - base, end: end - base } : undefined,
    )
  } finally {
    file.release()
  }
}

/** Lends the part that `check` finds in what was read, unless it finds none. */
function readChecked(
  { files, pool }: ReadContext,
  file: number,
  { position, length }: { readonly position: number; readonly length: number },
  check: (bytes: Buffer) => ByteRange | undefined,
): LentBytes | undefined {
  const buffer = pool.tryTake(length)
  if (buffer === undefined) return undefined
  const bytes = buffer.subarray(0, length)
  const found = bytes.length === length && files.readCached(file, bytes, position) ? check(bytes) : undefined
  if (found === undefined) {
    pool.release(buffer)
    return undefined
  }
  return lend(bytes.subarray(found.start, found.end), () => pool.release(buffer))
}
