import { type LentBytes, StorageError } from '@bindery/storage'

/**
 * Lends `bytes` until they are released, which calls `giveBack`. A second release throws StorageError `misuse`: by
 * then another read may use the buffer.
 */
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

/** A part of lent bytes, which are released with it. */
export function partOf(lent: LentBytes, start: number, end: number): LentBytes {
  return { bytes: lent.bytes.subarray(start, end), release: () => lent.release() }
}
