import { crc64 } from './crc64.js'
import type { Digest } from './stream-digest.js'
import type { Unsealed } from './unsealed.js'

/** Fills the blanks of a footer. */
export function fillBlanks({ footer, blanks }: Pick<Unsealed, 'footer' | 'blanks'>, digest: Digest): void {
  const view = new DataView(footer.buffer, footer.byteOffset, footer.length)
  for (const place of blanks.crc64) view.setBigUint64(place, digest.crc64)
  footer.set(digest.md5, blanks.md5)
  view.setBigUint64(blanks.end, crc64(footer.subarray(0, blanks.end), view.getBigUint64(blanks.end)))
}
