/** A manifest: the parts of a multipart object in order, and the offset of each. */
import { type ByteRange, type Bytes, StorageError } from '@bindery/storage'
import type { Codec } from './codec.js'
import type { PartRecord } from './model.js'

const VERSION = 1
const HEAD_BYTES = 1 + 1 + 8
const SIZE_AT = 2
const ENTRY_BYTES = 8
/** An entry is the part's number in 2 bytes and its offset in 6: enough for 256 TiB. */
const START_AT = 2

/** The parts of a manifest, in the order of their bytes. */
export interface ManifestParts {
  readonly length: number
  partNumber(index: number): number
  /** Bytes. */
  size(index: number): number
  /** The greatest depth of the parts. */
  readonly depth: number
}

function encodeParts(parts: ManifestParts): Bytes {
  const bytes = new Uint8Array(HEAD_BYTES + parts.length * ENTRY_BYTES)
  const view = new DataView(bytes.buffer)
  let start = 0
  for (let index = 0; index < parts.length; index += 1) {
    view.setUint16(HEAD_BYTES + index * ENTRY_BYTES, parts.partNumber(index))
    setUint48(view, HEAD_BYTES + index * ENTRY_BYTES + START_AT, start)
    start += parts.size(index)
  }
  bytes[0] = VERSION
  bytes[1] = parts.depth
  view.setBigUint64(SIZE_AT, BigInt(start))
  return bytes
}

/** The number of manifests that a read of a part's bytes passes through. */
export function depthOf({ bytes }: PartRecord): number {
  return bytes.kind === 'blob' ? 0 : bytes.depth
}

/** The position of a part in an object: the bytes `[start, end)`. */
export interface PartExtent {
  readonly partNumber: number
  readonly start: number
  readonly end: number
}

/** Reads a stored manifest in place: finding a part costs O(log parts), and nothing is decoded in advance. */
export class Manifest {
  readonly partCount: number
  /** The greatest depth of its parts. */
  readonly depth: number
  /** Bytes of the object. */
  readonly size: number
  /** The stored form. */
  readonly stored: Bytes
  readonly #view: DataView

  static of(parts: ManifestParts): Manifest {
    return new Manifest(encodeParts(parts))
  }

  /** Throws StorageError `corrupt`. */
  constructor(bytes: Bytes) {
    const entries = (bytes.length - HEAD_BYTES) / ENTRY_BYTES
    if (bytes[0] !== VERSION || !Number.isInteger(entries) || entries < 0) {
      throw new StorageError('corrupt', 'a manifest is damaged')
    }
    this.stored = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.partCount = entries
    this.depth = bytes[1] ?? 0
    this.size = Number(this.#view.getBigUint64(SIZE_AT))
  }

  /** A manifest of its first `kept` parts and one after them, which has a greater number and holds a blob. */
  endingWith(kept: number, { partNumber, size }: Pick<PartRecord, 'partNumber' | 'size'>): Manifest {
    const end = HEAD_BYTES + kept * ENTRY_BYTES
    const bytes = new Uint8Array(end + ENTRY_BYTES)
    bytes.set(this.stored.subarray(0, end))
    const start = kept === 0 ? 0 : this.at(kept - 1).end
    const view = new DataView(bytes.buffer)
    view.setUint16(end, partNumber)
    setUint48(view, end + START_AT, start)
    view.setBigUint64(SIZE_AT, BigInt(start + size))
    return new Manifest(bytes)
  }

  /** The part at a position in the manifest, from 0. */
  at(index: number): PartExtent {
    const end = index + 1 < this.partCount ? this.#startOf(index + 1) : this.size
    return { partNumber: this.#numberOf(index), start: this.#startOf(index), end }
  }

  /** The first parts, at most `limit`, that contain bytes of a range, in order. */
  covering({ start, end }: ByteRange, limit: number): PartExtent[] {
    const extents: PartExtent[] = []
    for (let index = this.indexOf(start); index < this.partCount && extents.length < limit; index += 1) {
      const extent = this.at(index)
      if (extent.start >= end) break
      if (extent.end > extent.start) extents.push(extent)
    }
    return extents
  }

  /** The position of the part that contains a byte of the object; empty parts contain none. */
  indexOf(offset: number): number {
    let low = 0
    let high = this.partCount
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.at(middle).end <= offset) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Whether a part belongs to the manifest. */
  lists(partNumber: number): boolean {
    const position = this.positionAfter(partNumber - 1)
    return position < this.partCount && this.#numberOf(position) === partNumber
  }

  /** The position of the first part with a greater number. Numbers ascend. */
  positionAfter(partNumber: number): number {
    let low = 0
    let high = this.partCount
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#numberOf(middle) <= partNumber) low = middle + 1
      else high = middle
    }
    return low
  }

  #numberOf(index: number): number {
    return this.#view.getUint16(HEAD_BYTES + index * ENTRY_BYTES)
  }

  #startOf(index: number): number {
    return getUint48(this.#view, HEAD_BYTES + index * ENTRY_BYTES + START_AT)
  }
}

/**
 * The codec of manifests, whose stored form is read in place. Throws StorageError `corrupt` for one of another
 * version.
 */
export const manifestCodec: Codec<Manifest> = {
  form: 'binary',
  version: VERSION,
  encode: ({ stored }) => stored,
  decode: (value) => new Manifest(value),
  isSound: () => true,
}

function setUint48(view: DataView, offset: number, value: number): void {
  view.setUint16(offset, Math.floor(value / 2 ** 32))
  view.setUint32(offset + 2, value % 2 ** 32)
}

function getUint48(view: DataView, offset: number): number {
  return view.getUint16(offset) * 2 ** 32 + view.getUint32(offset + 2)
}
