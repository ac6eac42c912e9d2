/** BMP, which the library neither reads nor writes: uncompressed images of 1, 4, 8, 16, 24 and 32 bits per pixel. */
import { ImageFault } from '../fault.js'
import type { Size } from '../geometry.js'

/** Pixels in rows from the top, each of 3 or 4 bytes: red, green, blue, and alpha. */
export interface Pixels extends Size {
  readonly data: Buffer
  readonly channels: 3 | 4
}

const FILE_HEADER = 14
const INFO_HEADER = 40
const NONE = 0
const BITFIELDS = 3

interface Header extends Size {
  readonly bits: number
  readonly isTopDown: boolean
  /** Where the pixels begin. */
  readonly offset: number
  readonly rowBytes: number
  readonly masks: readonly [red: number, green: number, blue: number, alpha: number]
  readonly palette: number
}

/** The size of a BMP. Throws ImageFault. */
export function bmpSize(bytes: Buffer): Size {
  const { width, height } = readHeader(bytes)
  return { width, height }
}

function readHeader(bytes: Buffer): Header {
  if (bytes.length < FILE_HEADER + INFO_HEADER) throw new ImageFault('NotAnImage')
  const headerBytes = bytes.readUInt32LE(14)
  const [width, signedHeight] = [bytes.readInt32LE(18), bytes.readInt32LE(22)]
  const [bits, compression] = [bytes.readUInt16LE(28), bytes.readUInt32LE(30)]
  const height = Math.abs(signedHeight)
  const offset = bytes.readUInt32LE(10)
  const rowBytes = Math.ceil((width * bits) / 32) * 4
  const isKnown =
    headerBytes >= INFO_HEADER &&
    width > 0 &&
    height > 0 &&
    [1, 4, 8, 16, 24, 32].includes(bits) &&
    (compression === NONE || (compression === BITFIELDS && bits >= 16)) &&
    offset + rowBytes * height <= bytes.length
  if (!isKnown) throw new ImageFault('NotAnImage')
  const masks = compression === BITFIELDS ? readMasks(bytes, headerBytes) : DEFAULT_MASKS[bits === 16 ? 16 : 32]
  return {
    width,
    height,
    bits,
    isTopDown: signedHeight < 0,
    offset,
    rowBytes,
    masks,
    palette: FILE_HEADER + headerBytes,
  }
}

const DEFAULT_MASKS: Readonly<Record<16 | 32, Header['masks']>> = {
  16: [0x7c00, 0x03e0, 0x001f, 0],
  32: [0xff0000, 0xff00, 0xff, 0],
}

function readMasks(bytes: Buffer, headerBytes: number): Header['masks'] {
  if (bytes.length < FILE_HEADER + INFO_HEADER + 16) throw new ImageFault('NotAnImage')
  const at = (index: number) => bytes.readUInt32LE(FILE_HEADER + INFO_HEADER + index * 4)
  // the fourth mask belongs to longer headers
  return [at(0), at(1), at(2), headerBytes > INFO_HEADER + 12 ? at(3) : 0]
}

/** Decodes a bitmap, which the library cannot. Throws ImageFault. */
export function readBmp(bytes: Buffer): Pixels {
  const header = readHeader(bytes)
  const { width, height, isTopDown, offset, rowBytes, masks } = header
  const channels = masks[3] === 0 ? 3 : 4
  const data = Buffer.alloc(width * height * channels)
  const pixelAt = pixelReader(bytes, header)
  for (let y = 0; y < height; y += 1) {
    const row = offset + (isTopDown ? y : height - 1 - y) * rowBytes
    for (let x = 0; x < width; x += 1) pixelAt(row, x, data, (y * width + x) * channels)
  }
  return { width, height, channels, data }
}

type PixelReader = (row: number, x: number, target: Buffer, at: number) => void

function pixelReader(bytes: Buffer, { bits, masks, palette, offset }: Header): PixelReader {
  if (bits <= 8) {
    const perByte = 8 / bits
    const mask = 2 ** bits - 1
    return (row, x, target, at) => {
      const byte = bytes[row + Math.floor(x / perByte)] ?? 0
      const entry = palette + ((byte >> (8 - bits * ((x % perByte) + 1))) & mask) * 4
      if (entry + 3 > offset) throw new ImageFault('NotAnImage')
      for (let channel = 0; channel < 3; channel += 1) target[at + channel] = bytes[entry + 2 - channel] ?? 0
    }
  }
  if (bits === 24) {
    return (row, x, target, at) => {
      for (let channel = 0; channel < 3; channel += 1) target[at + channel] = bytes[row + x * 3 + 2 - channel] ?? 0
    }
  }
  const scales = masks.map(scaleOf)
  const size = bits / 8
  return (row, x, target, at) => {
    const value = bytes.readUIntLE(row + x * size, size)
    const channels = masks[3] === 0 ? 3 : 4
    for (let channel = 0; channel < channels; channel += 1) target[at + channel] = scales[channel]?.(value) ?? 0
  }
}

/** Takes the bits of a mask out of a value, as a number from 0 to 255. */
function scaleOf(mask: number): (value: number) => number {
  if (mask === 0) return () => 0
  const shift = 31 - Math.clz32(mask & -mask)
  const max = mask >>> shift
  return (value) => Math.round((((value & mask) >>> shift) * 255) / max)
}

/** 24 bits per pixel, or 32 with alpha. */
export function writeBmp({ data, width, height, channels }: Pixels): Buffer {
  const rowBytes = Math.ceil((width * channels) / 4) * 4
  const masks = channels === 4 ? 16 + 52 : 0
  const start = FILE_HEADER + INFO_HEADER + masks
  const bytes = Buffer.alloc(start + rowBytes * height)
  bytes.write('BM', 0, 'latin1')
  bytes.writeUInt32LE(bytes.length, 2)
  bytes.writeUInt32LE(start, 10)
  bytes.writeUInt32LE(INFO_HEADER + masks, 14)
  bytes.writeInt32LE(width, 18)
  bytes.writeInt32LE(height, 22)
  bytes.writeUInt16LE(1, 26)
  bytes.writeUInt16LE(channels * 8, 28)
  bytes.writeUInt32LE(channels === 4 ? BITFIELDS : NONE, 30)
  bytes.writeUInt32LE(rowBytes * height, 34)
  if (channels === 4) {
    ;[0xff0000, 0xff00, 0xff, 0xff000000].forEach((mask, index) => {
      bytes.writeUInt32LE(mask, FILE_HEADER + INFO_HEADER + index * 4)
    })
    bytes.write('BGRs', FILE_HEADER + INFO_HEADER + 16, 'latin1')
  }
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = (y * width + x) * channels
      const to = start + (height - 1 - y) * rowBytes + x * channels
      for (let channel = 0; channel < 3; channel += 1) bytes[to + channel] = data[from + 2 - channel] ?? 0
      if (channels === 4) bytes[to + 3] = data[from + 3] ?? 0
    }
  }
  return bytes
}
