/** Tags of EXIF, as info shows them. */

/** The names of tags that are shown, by their numbers; those of GPS are numbered by themselves. */
const NAMES: Readonly<Record<number, string>> = {
  256: 'ImageWidthTag',
  257: 'ImageHeightTag',
  259: 'Compression',
  270: 'ImageDescription',
  271: 'Make',
  272: 'Model',
  274: 'Orientation',
  282: 'XResolution',
  283: 'YResolution',
  296: 'ResolutionUnit',
  305: 'Software',
  306: 'DateTime',
  315: 'Artist',
  513: 'JPEGInterchangeFormat',
  514: 'JPEGInterchangeFormatLength',
  531: 'YCbCrPositioning',
  33432: 'Copyright',
  33434: 'ExposureTime',
  33437: 'FNumber',
  34665: 'ExifTag',
  34850: 'ExposureProgram',
  34853: 'GPSTag',
  34855: 'ISOSpeedRatings',
  36867: 'DateTimeOriginal',
  36868: 'DateTimeDigitized',
  37377: 'ShutterSpeedValue',
  37378: 'ApertureValue',
  37380: 'ExposureBiasValue',
  37383: 'MeteringMode',
  37385: 'Flash',
  37386: 'FocalLength',
  40961: 'ColorSpace',
  40962: 'PixelXDimension',
  40963: 'PixelYDimension',
  41986: 'ExposureMode',
  41987: 'WhiteBalance',
}
const GPS_NAMES: Readonly<Record<number, string>> = {
  0: 'GPSVersionID',
  1: 'GPSLatitudeRef',
  2: 'GPSLatitude',
  3: 'GPSLongitudeRef',
  4: 'GPSLongitude',
  5: 'GPSAltitudeRef',
  6: 'GPSAltitude',
  7: 'GPSTimeStamp',
  18: 'GPSMapDatum',
  29: 'GPSDateStamp',
}
const DIRECTIONS: Readonly<Record<string, string>> = { N: 'North', S: 'South', E: 'East', W: 'West' }

const EXIF_POINTER = 34_665
const GPS_POINTER = 34_853
/** Bytes of a value of each type. */
const SIZES: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8 }
const VALUES_MAX = 64

/** Names and texts of the tags in a block of EXIF, which may be damaged. */
export function exifTags(block: Buffer): Map<string, string> {
  const tiff = block.subarray(0, 4).toString('latin1') === 'Exif' ? block.subarray(6) : block
  const order = tiff.subarray(0, 2).toString('latin1')
  const tags = new Map<string, string>()
  if (order !== 'II' && order !== 'MM') return tags
  try {
    const reader = new Reader(tiff, order === 'II')
    const first = reader.directory(reader.u32(4), NAMES, tags)
    if (first.next !== 0) reader.directory(first.next, NAMES, tags)
    for (const [pointer, names] of [
      [EXIF_POINTER, NAMES],
      [GPS_POINTER, GPS_NAMES],
    ] as const) {
      const at = first.pointers.get(pointer)
      if (at !== undefined) reader.directory(at, names, tags)
    }
  } catch (error) {
    // an offset beyond the end: what was read until there counts
    if (!(error instanceof RangeError)) throw error
  }
  return tags
}

class Reader {
  readonly #bytes: Buffer
  readonly #little: boolean

  constructor(bytes: Buffer, little: boolean) {
    this.#bytes = bytes
    this.#little = little
  }

  u16(at: number): number {
    return this.#little ? this.#bytes.readUInt16LE(at) : this.#bytes.readUInt16BE(at)
  }

  u32(at: number): number {
    return this.#little ? this.#bytes.readUInt32LE(at) : this.#bytes.readUInt32BE(at)
  }

  #i32(at: number): number {
    return this.#little ? this.#bytes.readInt32LE(at) : this.#bytes.readInt32BE(at)
  }

  /** Adds the tags of a directory; returns where the next one is, and the directories below it. */
  directory(at: number, names: Readonly<Record<number, string>>, tags: Map<string, string>) {
    const pointers = new Map<number, number>()
    const count = this.u16(at)
    for (let index = 0; index < count; index += 1) {
      const entry = at + 2 + index * 12
      const tag = this.u16(entry)
      const name = names[tag]
      if (tag === EXIF_POINTER || tag === GPS_POINTER) pointers.set(tag, this.u32(entry + 8))
      const text = name === undefined || tags.has(name) ? undefined : this.#text(entry)
      if (name !== undefined && text !== undefined) tags.set(name, shown(name, text))
    }
    return { next: this.u32(at + 2 + count * 12), pointers }
  }

  #text(entry: number): string | undefined {
    const [type, count] = [this.u16(entry + 2), this.u32(entry + 4)]
    const size = SIZES[type]
    if (size === undefined) return undefined
    const at = size * count <= 4 ? entry + 8 : this.u32(entry + 8)
    if (type === 2)
      return this.#bytes
        .subarray(at, at + count)
        .toString('utf8')
        .replace(/\0.*$/s, '')
    const values = Array.from({ length: Math.min(count, VALUES_MAX) }, (_, index) =>
      this.#value(type, at + index * size),
    )
    return values.join(' ')
  }

  #value(type: number, at: number): string {
    if (type === 3) return String(this.u16(at))
    if (type === 4) return String(this.u32(at))
    if (type === 5) return `${this.u32(at)}/${this.u32(at + 4)}`
    if (type === 9) return String(this.#i32(at))
    if (type === 10) return `${this.#i32(at)}/${this.#i32(at + 4)}`
    return String(this.#bytes.readUInt8(at))
  }
}

function shown(name: string, text: string): string {
  if (name.endsWith('Ref')) return DIRECTIONS[text] ?? text
  if (name !== 'GPSLatitude' && name !== 'GPSLongitude') return text
  const units = ['deg', "'", '"']
  const parts = text.split(' ').map((part) => {
    const [above = 0, below = 1] = part.split('/').map(Number)
    return below === 0 ? 0 : above / below
  })
  const given = parts.filter((value, index) => index === 0 || value !== 0)
  return given.map((value, index) => `${value}${units[index]} `).join('')
}
