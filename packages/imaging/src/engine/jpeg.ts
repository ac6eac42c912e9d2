/** Facts in the segments of a JPEG that the library does not report. */

/** The luminance table of the Independent JPEG Group, of quality 50, in the order of files. */
const STANDARD = [
  16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61,
  60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113, 121,
  112, 100, 120, 92, 101, 103, 99,
]

/** The facts of one JPEG. */
export interface JpegFacts {
  /** From 1 to 100, estimated by its first table; undefined where it is missing. */
  readonly quality?: number
  /** The density of its JFIF segment. */
  readonly density?: { readonly unit: number; readonly x: number; readonly y: number }
}

/** Reads the segments before the image's data. Bytes that are not a JPEG have no facts; it does not throw. */
export function jpegFacts(bytes: Uint8Array): JpegFacts {
  let facts: JpegFacts = {}
  for (const { marker, data } of segments(bytes)) {
    if (marker === 0xdb && facts.quality === undefined) {
      const quality = qualityOf(data)
      if (quality !== undefined) facts = { ...facts, quality }
    }
    const isJfif = marker === 0xe0 && String.fromCharCode(...data.subarray(0, 5)) === 'JFIF\0' && data.length >= 12
    if (isJfif) {
      const at = (index: number) => (data[index] ?? 0) * 256 + (data[index + 1] ?? 0)
      facts = { ...facts, density: { unit: data[7] ?? 0, x: at(8), y: at(10) } }
    }
  }
  return facts
}

function* segments(bytes: Uint8Array): Generator<{ readonly marker: number; readonly data: Uint8Array }> {
  let at = 2
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0
    if (marker === 0xda || marker === 0xd9) return
    const length = (bytes[at + 2] ?? 0) * 256 + (bytes[at + 3] ?? 0)
    if (length < 2) return
    yield { marker, data: bytes.subarray(at + 4, at + 2 + length) }
    at += 2 + length
  }
}

/** A segment of tables; the first of 8 bits with number 0 is that of luminance. */
function qualityOf(data: Uint8Array): number | undefined {
  if (data[0] !== 0 || data.length < 65) return undefined
  const sum = data.subarray(1, 65).reduce((total, value) => total + value, 0)
  const scale = (100 * sum) / STANDARD.reduce((total, value) => total + value, 0)
  const quality = scale <= 100 ? (200 - scale) / 2 : 5_000 / scale
  return Math.min(100, Math.max(1, Math.round(quality)))
}
