import { type BlobPlace, PAGE_BYTES } from './blob-place.js'
import type { FileOperations } from './files.js'
import { decodePackedHeader, type PackedHeader, slotBytes } from './pack-format.js'

/** Bytes read at once, in whole pages. */
const READ_BYTES = 64 * 1024

/**
 * Finds the blobs of an open pack, from an offset on, in order. It looks at every page where a header can be, so that
 * what was cleared, torn or never written hides nothing behind it.
 */
export async function* scanPack(
  files: FileOperations,
  pack: BlobPlace,
  file: number,
  from: number,
): AsyncGenerator<PackedHeader, void> {
  const block = Buffer.alloc(READ_BYTES)
  for (let start = from; ; ) {
    const length = await files.read(file, block, start)
    if (length === 0) return
    const end = start + Math.ceil(length / PAGE_BYTES) * PAGE_BYTES
    let offset = start
    while (offset < end) {
      const page = block.subarray(offset - start, Math.min(offset - start + PAGE_BYTES, length))
      const found = decodePackedHeader(pack, offset, page)
      if (found !== undefined) yield found
      offset += found === undefined ? PAGE_BYTES : slotBytes(found.place)
    }
    start = offset
  }
}
