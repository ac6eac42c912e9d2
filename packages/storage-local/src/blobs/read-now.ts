/** Reads that wait for nothing: of files that are open, and of bytes that the system or this process has in memory. */
import { SLAB_BYTES, type Surroundings } from '@bindery/digest'
import { type BlobId, type ByteRange, inlineBlobOf, type LentBytes } from '@bindery/storage'
import { isPacked, type PackedLocation } from './blob-location.js'
import type { ReadContext } from './blob-reader.js'
import { requireRange } from './chunk-reader.js'
import { CHUNK_BYTES, decodeFooter, footerBytes, shapeInTrailer, TRAILER_BYTES } from './format.js'
import { KEPT_BYTES_MIN } from './kept-chunks.js'
import { lend, partOf } from './lent.js'
import { imageBytes } from './pack-format.js'

/** A blob in a file that is open. */
interface OpenNow {
  /** Bytes. */
  readonly size: number
  /** Fills bytes with a range of the blob, and checks every chunk of it; false if that cannot be done without waiting. */
  fill(bytes: Buffer, range: ByteRange): boolean
  release(): void
}

/**
 * Implements `BlobStore.readNow`: for ranges of at most 1 MiB. Whatever is not
 * as expected is left to a read that waits, which finds the reason.
 */
export function readNow(context: ReadContext, id: BlobId, range: ByteRange): LentBytes | undefined {
  if (range.start === range.end || range.end - range.start > SLAB_BYTES || inlineBlobOf(id) !== undefined)
    return undefined
  const place = context.places.of(id)
  if (place === undefined) return undefined
  const { location, path, key } = place
  const isShared = key === undefined && isPacked(location)
  const blob = isShared ? openPacked(context, id, location, path) : openAlone(context, id, key ?? path)
  if (blob === undefined) return undefined
  try {
    requireRange(range, blob.size)
    return readKept(context, id, blob, range) ?? readPart(context, blob, range)
  } finally {
    blob.release()
  }
}

/** A part of a chunk that is kept, or that is kept from now on. */
function readKept(
  { kept, pool }: ReadContext,
  id: BlobId,
  blob: OpenNow,
  { start, end }: ByteRange,
): LentBytes | undefined {
  const index = Math.floor(start / CHUNK_BYTES)
  const base = index * CHUNK_BYTES
  const chunk = { start: base, end: Math.min(base + CHUNK_BYTES, blob.size) }
  if (end > chunk.end || chunk.end - base < KEPT_BYTES_MIN) return undefined
  const known = kept.hold(id, index)
  if (known !== undefined) return partOf(known, start - base, end - base)
  const length = chunk.end - base
  const slab = !pool.isLow && kept.wants(id, index, length) ? pool.tryTake() : undefined
  if (slab === undefined) return undefined
  if (!filled(pool, slab, () => blob.fill(slab.subarray(0, length), chunk))) return undefined
  return partOf(kept.keep(id, index, slab, length), start - base, end - base)
}

function readPart({ pool }: ReadContext, blob: OpenNow, range: ByteRange): LentBytes | undefined {
  const length = range.end - range.start
  // a slow receiver would hold what others need
  const buffer = pool.isLow ? undefined : pool.tryTake(length)
  if (buffer === undefined) return undefined
  const bytes = buffer.subarray(0, length)
  return filled(pool, buffer, () => blob.fill(bytes, range)) ? lend(bytes, () => pool.release(buffer)) : undefined
}

/** Whether `fill` succeeded; releases the buffer if not. */
function filled(pool: ReadContext['pool'], buffer: Buffer, fill: () => boolean): boolean {
  let isFilled = false
  try {
    isFilled = fill()
  } finally {
    if (!isFilled) pool.release(buffer)
  }
  return isFilled
}

function openPacked(
  { files, openPacks, sums }: ReadContext,
  id: BlobId,
  location: PackedLocation,
  path: string,
): OpenNow | undefined {
  const { offset, headerBytes, size, isEncrypted } = location
  const pack = isEncrypted ? undefined : openPacks.tryHold(path)
  if (pack === undefined) return undefined
  const position = offset + headerBytes
  const stored = () => {
    const footer = Buffer.allocUnsafe(footerBytes(location))
    if (!files.readCached(pack.opened, footer, position + size)) return undefined
    const shape = shapeInTrailer(footer.subarray(-TRAILER_BYTES), imageBytes(location), headerBytes)
    return shape?.size !== size || shape.isEncrypted ? undefined : decodeFooter(id, footer)?.chunks[0]
  }
  return {
    size,
    fill(bytes, range) {
      const read = (around: Surroundings) => files.readChecked(pack.opened, bytes, position + range.start, around)
      return sums.check(id, 0, range, size, read, stored)
    },
    release: pack.release,
  }
}

function openAlone({ files, openBlobs, sums }: ReadContext, id: BlobId, key: string): OpenNow | undefined {
  const held = openBlobs.tryHold(key)
  if (held === undefined) return undefined
  const { file, start: first, footer } = held.opened
  if (footer.encryption !== undefined) {
    held.release()
    return undefined
  }
  return {
    size: footer.size,
    fill(bytes, { start, end }) {
      for (let at = start; at < end; ) {
        const index = Math.floor(at / CHUNK_BYTES)
        const base = index * CHUNK_BYTES
        const chunkEnd = Math.min(base + CHUNK_BYTES, footer.size)
        const last = Math.min(end, chunkEnd)
        const piece = bytes.subarray(at - start, last - start)
        const position = first + at
        const read = (around: Surroundings) => files.readChecked(file, piece, position, around)
        const part = { start: at - base, end: last - base }
        if (!sums.check(id, index, part, chunkEnd - base, read, () => footer.chunks[index])) return false
        at = last
      }
      return true
    },
    release: held.release,
  }
}
