/** Downloads into memory. */
import type { DownloadTarget } from '../types/object.js'

/**
 * A download target that collects the range in one array; `finish` resolves to it. It allocates the size of the whole
 * range when the download opens, so use it for objects that fit into memory.
 */
export function bytesTarget(): DownloadTarget<Uint8Array> {
  let bytes = new Uint8Array()
  return {
    async open(_info, size) {
      bytes = new Uint8Array(size)
      return []
    },
    async write(offset, piece) {
      bytes.set(piece, offset)
    },
    finish: async () => bytes,
    close: async () => {
      bytes = new Uint8Array()
    },
  }
}
