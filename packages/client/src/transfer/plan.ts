/** How an object is divided into parts. */
import { CLIENT_CODES, OssError } from '../types/error.js'

const KIB = 1024
const MIB = 1024 * KIB
/** OSS's bounds: parts per upload, bytes per part (the last may be smaller), bytes per object. */
export const PARTS_MAX = 10_000
/** The fewest bytes of a part, except of the last one: 100 KiB. */
export const PART_BYTES_MIN = 100 * KIB
/** The most bytes of a part: 5 GiB. */
export const PART_BYTES_MAX = 5 * 1024 * MIB
/** The most bytes of an object: 10,000 parts of 5 GiB, about 48.8 TiB. */
export const OBJECT_BYTES_MAX = 10_000 * PART_BYTES_MAX

/** The fewest bytes of a part in S3's protocol are 5 MiB, except of the last one; a power of two. */
export const S3_PART_BYTES = 8 * MIB

/** More parts than these cost more requests than they save time. */
const COMFORTABLE_PARTS = 1_000
const SEQUENTIAL_PART_BYTES = 8 * MIB
const SEQUENTIAL_PARTS_PER_DOUBLING = 1_000

/** A part of a transfer; offset and size in bytes. */
export interface PlannedPart {
  readonly partNumber: number
  readonly offset: number
  readonly size: number
}

/** Bounds of the bytes of a part whose size is not given. */
export interface PartBounds {
  /** A power of two. Default 1 MiB. */
  readonly least?: number | undefined
  /** Default 5 GiB. */
  readonly most?: number
}

/**
 * Bytes per part of an object of a known size: the given number, else the smallest power of two from `least` on that
 * needs no more than 1,000 parts. Throws InvalidOption for a size that OSS does not take.
 */
export function partSizeFor(
  size: number,
  wished: number | 'auto',
  { least = MIB, most = PART_BYTES_MAX }: PartBounds = {},
): number {
  if (size > OBJECT_BYTES_MAX) throw invalid(`An object may have at most ${OBJECT_BYTES_MAX} bytes, not ${size}.`)
  const smallest = Math.ceil(size / PARTS_MAX)
  if (wished !== 'auto') {
    if (!Number.isSafeInteger(wished) || wished < PART_BYTES_MIN || wished > PART_BYTES_MAX) {
      throw invalid(`A part may have ${PART_BYTES_MIN} to ${PART_BYTES_MAX} bytes, not ${wished}.`)
    }
    if (wished < smallest) {
      throw invalid(`Parts of ${wished} bytes are too small: ${size} bytes would need more than ${PARTS_MAX} of them.`)
    }
    return wished
  }
  let partSize = least
  while (partSize * COMFORTABLE_PARTS < size && partSize < most) partSize *= 2
  return Math.max(Math.min(partSize, most), smallest)
}

/** The parts of an object of a known size, in order. An empty object has one part of no bytes. */
export function planParts(size: number, partSize: number): PlannedPart[] {
  const count = Math.max(1, Math.ceil(size / partSize))
  return Array.from({ length: count }, (_, index) => {
    const offset = index * partSize
    return { partNumber: index + 1, offset, size: Math.min(partSize, size - offset) }
  })
}

/**
 * Bytes of a part while the length is unknown: 8 MiB, twice as many after each 1,000 parts, so that 10,000 parts hold 7.8 TiB and
 * small streams need little memory.
 */
export function sequentialPartSize(partNumber: number, wished: number | 'auto'): number {
  if (wished !== 'auto') return partSizeFor(0, wished)
  return SEQUENTIAL_PART_BYTES * 2 ** Math.floor((partNumber - 1) / SEQUENTIAL_PARTS_PER_DOUBLING)
}

function invalid(message: string): OssError {
  return new OssError({ code: CLIENT_CODES.invalidOption, message })
}
