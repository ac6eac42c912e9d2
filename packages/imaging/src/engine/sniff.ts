/** Formats of sources by their first bytes; names and declared types are ignored. */
import type { Format } from '../actions.js'

const ascii = (bytes: Uint8Array, from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to))

/** Undefined for bytes that are not an image, or of a format that OSS does not read. */
export function formatOf(bytes: Uint8Array): Format | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpg'
  if (bytes[0] === 0x89 && ascii(bytes, 1, 8) === 'PNG\r\n\u001a\n') return 'png'
  if (/^GIF8[79]a$/.test(ascii(bytes, 0, 6))) return 'gif'
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return 'webp'
  if (ascii(bytes, 0, 2) === 'BM') return 'bmp'
  const start = ascii(bytes, 0, 4)
  if (start === 'II*\0' || start === 'MM\0*') return 'tiff'
  if (ascii(bytes, 4, 8) !== 'ftyp') return undefined
  const brand = ascii(bytes, 8, 12)
  if (brand === 'avif' || brand === 'avis') return 'avif'
  return /^(?:heic|heix|hevc|mif1)$/.test(brand) ? 'heic' : undefined
}
