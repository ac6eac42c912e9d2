import { encodeFields, type Notation, OssError, unsatisfiedRange } from '@bindery/protocol'
import type { ByteRange } from '@bindery/storage'

/** The behaviour by which a range is cut to the object, or refused. */
export const STANDARD_RANGES = 'standard'

/** Each space has one place in it, so that a long header of spaces takes no longer than another. */
const RANGE = /^\s*bytes\s*=\s*(?:(\d+)\s*)?-\s*(?:(\d+)\s*)?(?:,.*)?$/i

/**
 * The bytes that a Range header requests, or undefined for the whole object. OSS sends the whole object (200) if a
 * range does not lie within it; only with `x-oss-range-behavior: standard` does it cut the range to the object, or
 * refuse. The first of several ranges counts. Throws invalidRange.
 * @see https://help.aliyun.com/document_detail/39571.html
 */
export function selectRange(header: string | undefined, size: number, standard: boolean): ByteRange | undefined {
  const match = header === undefined ? null : RANGE.exec(header)
  const [, first = '', last = ''] = match ?? []
  if (first === '' && last === '') return undefined
  if (first === '') return suffix(Number(last), size, standard)
  const start = Number(first)
  const end = last === '' ? Number.POSITIVE_INFINITY : Number(last) + 1
  if (end <= start) return undefined
  if (start >= size) return unsatisfied(size, standard)
  if (last === '' || end <= size) return { start, end: Math.min(end, size) }
  return standard ? { start, end: size } : undefined
}

function suffix(length: number, size: number, standard: boolean): ByteRange | undefined {
  if (size === 0) return length === 0 ? unsatisfied(size, standard) : undefined
  if (length === 0) throw invalidRange(size)
  if (length <= size) return { start: size - length, end: size }
  return standard ? { start: 0, end: size } : undefined
}

function unsatisfied(size: number, standard: boolean): undefined {
  if (standard) throw invalidRange(size)
  return undefined
}

function invalidRange(size: number): OssError {
  const headers = (notation: Notation) => encodeFields(unsatisfiedRange, { contentRange: `bytes */${size}` }, notation)
  return new OssError('invalidRange', { actualObjectSize: size }, { headers })
}

/** `Content-Range` of a part of an object, with inclusive positions. */
export function contentRange({ start, end }: ByteRange, size: number): string {
  return `bytes ${start}-${end - 1}/${size}`
}
