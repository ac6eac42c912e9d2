import { type BlobLocation, PAGE_BYTES } from './blob-location.js'
import type { FileOperations } from './files.js'
import { TRAILER_MAGIC } from './format.js'
import { decodePackedHeader, type PackedHeader, slotBytes } from './pack-format.js'

/** Bytes per read, in whole pages. */
const READ_BYTES = 64 * 1024
const ZEROS = Buffer.alloc(READ_BYTES)

/**
 * Finds the blobs of an open pack, from an offset on, in order. It examines every page where a header can begin, so
 * that an image that was cleared, torn or never written hides nothing after it.
 */
export async function* scanPack(
  files: FileOperations,
  pack: BlobLocation,
  file: number,
  from: number,
): AsyncGenerator<PackedHeader, void> {
  const block = Buffer.alloc(READ_BYTES)
  for (let start = from; ; ) {
    const length = await files.read(file, block, start)
    if (length === 0) return
    const end = start + Math.ceil(length / PAGE_BYTES) * PAGE_BYTES
    // a hole
    let offset = block.equals(ZEROS) ? end : start
    while (offset < end) {
      const page = block.subarray(offset - start, Math.min(offset - start + PAGE_BYTES, length))
      const found = decodePackedHeader(pack, offset, page)
      if (found !== undefined) yield found
      offset += found === undefined ? PAGE_BYTES : slotBytes(found.location)
    }
    start = offset
  }
}

/**
 * Whether an open pack holds the end of an image, from an offset on, whatever its headers contain. A blob with only a damaged header is
 * not found by a scan, but a reader that knows its id can still read it. Bytes that look like a trailer count as one.
 */
export async function holdsTrailer(files: FileOperations, file: number, from: number): Promise<boolean> {
  const block = Buffer.alloc(READ_BYTES)
  for (let start = from; ; start += READ_BYTES - TRAILER_MAGIC.length) {
    const length = await files.read(file, block, start)
    if (block.subarray(0, length).includes(TRAILER_MAGIC)) return true
    if (length < READ_BYTES) return false
  }
}
