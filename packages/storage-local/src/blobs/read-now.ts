/** Reads that wait for nothing: of files that are open, and of bytes that the system has in memory. */
import { SLAB_BYTES } from '@bindery/digest'
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
 * Implements `BlobStore.readNow`: for blobs in packs, and for ranges of at most 1 MiB of blobs in files of their own. Whatever is not
 * as expected is left to a read that waits, which finds the reason.
 */
export function readNow(context: ReadContext, id: BlobId, range: ByteRange): LentBytes | undefined {
  const { pool } = context
  // a slow receiver would hold what others need
  if (pool.isLow || range.end - range.start > SLAB_BYTES || inlineBlobOf(id) !== undefined) return undefined
  const location = locationOf(id)
  if (location === undefined || range.start === range.end) return undefined
  const buffer = pool.tryTake(range.end - range.start)
  if (buffer === undefined) return undefined
  const bytes = buffer.subarray(0, range.end - range.start)
  let isRead = false
  try {
    isRead = isPacked(location)
      ? readPacked(context, id, location, range, bytes)
      : readFile(context, location, range, bytes)
  } finally {
    if (!isRead) pool.release(buffer)
  }
  return isRead ? lend(bytes, () => pool.release(buffer)) : undefined
}

function readPacked(
  { files, folder, openPacks }: ReadContext,
  id: BlobId,
  location: PackedLocation,
  range: ByteRange,
  bytes: Buffer,
): boolean {
  const { offset, headerBytes, size, isEncrypted } = location
  const { start, end } = requireRange(range, size)
  const pack = isEncrypted ? undefined : openPacks.tryHold(packPath(folder, packOf(location)))
  if (pack === undefined) return false
  try {
    const position = offset + headerBytes
    const footer = Buffer.allocUnsafe(footerBytes(location))
    if (!files.readCached(pack.opened, footer, position + size)) return false
    const shape = shapeInTrailer(footer.subarray(-TRAILER_BYTES), imageBytes(location), headerBytes)
    if (shape?.size !== size || shape.isEncrypted) return false
    const checksum = files.readChecked(pack.opened, bytes, position + start, { before: start, after: size - end })
    return checksum !== undefined && checksum === decodeFooter(id, footer)?.chunks[0]
  } finally {
    pack.release()
  }
}

function readFile(
  { files, folder, openBlobs }: ReadContext,
  location: BlobLocation,
  range: ByteRange,
  bytes: Buffer,
): boolean {
  const held = openBlobs.tryHold(blobPath(folder, location))
  if (held === undefined) return false
  try {
    const { file, footer } = held.opened
    const { start, end } = requireRange(range, footer.size)
    if (footer.encryption !== undefined) return false
    for (let at = start; at < end; ) {
      const index = Math.floor(at / CHUNK_BYTES)
      const base = index * CHUNK_BYTES
      const chunkEnd = Math.min(base + CHUNK_BYTES, footer.size)
      const last = Math.min(end, chunkEnd)
      const around = { before: at - base, after: chunkEnd - last }
      const checksum = files.readChecked(file, bytes.subarray(at - start, last - start), HEADER_BYTES + at, around)
      if (checksum === undefined || checksum !== footer.chunks[index]) return false
      at = last
    }
    return true
  } finally {
    held.release()
  }
}
