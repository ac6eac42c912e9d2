/** The parts that an upload of an object of known size still needs. */
import { PART_NUMBER_MAX, PART_SIZE_MIN } from '@bindery/protocol'
import { type NumberRange, rangesOf } from '../stored/number-ranges.js'

/** The fields of a part that a plan needs. */
export interface SizedPart {
  readonly partNumber: number
  /** Bytes. */
  readonly size: number
}

/** A range of parts, both ends included, and the bytes of the object that they will hold. */
export interface MissingParts extends NumberRange {
  /** Bytes from the start of the object. */
  readonly offset: number
  readonly bytes: number
}

/** A stored part with another size than its position in the object requires. */
export interface WrongPart {
  readonly partNumber: number
  /** Bytes from the start of the object. */
  readonly offset: number
  /** The required and the stored size in bytes. */
  readonly bytes: number
  readonly storedBytes: number
}

/** The parts of an upload, compared with those of an object of known size. */
export interface ResumePlan {
  /** Bytes of the object, and of each part except the last. */
  readonly size: number
  readonly partSize: number
  readonly partCount: number
  readonly missing: readonly MissingParts[]
  readonly resend: readonly WrongPart[]
  /** Stored parts beyond the object's last: a Complete must leave them out. */
  readonly surplus: readonly NumberRange[]
  /** Bytes of the parts that are missing or must be sent again. */
  readonly bytesMissing: number
}

const MIB = 1024 ** 2
const PART_SIZE_DEFAULT = 8 * MIB

/**
 * The part size that an upload probably uses: that of the first stored part that can be one of several; otherwise 8
 * MiB, or as much more as 10,000 parts need.
 */
export function likelyPartSize(size: number, parts: readonly SizedPart[]): number {
  const fitting = parts.find((part) => part.size >= PART_SIZE_MIN && size <= part.size * PART_NUMBER_MAX)
  return fitting?.size ?? Math.max(PART_SIZE_DEFAULT, Math.ceil(size / PART_NUMBER_MAX / MIB) * MIB)
}

/**
 * The number of parts of an object that is split into parts of `partSize` bytes. An object of no bytes has one empty
 * part.
 */
export function partCountOf(size: number, partSize: number): number {
  return Math.max(1, Math.ceil(size / partSize))
}

/** The parts that are left to send. `parts` ascend by number. */
export function planResume(size: number, partSize: number, parts: readonly SizedPart[]): ResumePlan {
  const partCount = partCountOf(size, partSize)
  const stored = new Map(parts.map((part) => [part.partNumber, part.size]))
  const offsetOf = (partNumber: number): number => (partNumber - 1) * partSize
  const bytesOf = (partNumber: number): number => Math.min(partSize, size - offsetOf(partNumber))
  const numbers = Array.from({ length: partCount }, (_, index) => index + 1)
  const missing = rangesOf(numbers.filter((number) => !stored.has(number))).map(({ from, to }) => {
    const offset = offsetOf(from)
    return { from, to, offset, bytes: offsetOf(to) + bytesOf(to) - offset }
  })
  const resend = numbers.flatMap((partNumber): WrongPart[] => {
    const storedBytes = stored.get(partNumber)
    const bytes = bytesOf(partNumber)
    if (storedBytes === undefined || storedBytes === bytes) return []
    return [{ partNumber, offset: offsetOf(partNumber), bytes, storedBytes }]
  })
  const surplus = rangesOf(parts.map(({ partNumber }) => partNumber).filter((number) => number > partCount))
  const bytesMissing = [...missing, ...resend].reduce((sum, { bytes }) => sum + bytes, 0)
  return { size, partSize, partCount, missing, resend, surplus, bytesMissing }
}
