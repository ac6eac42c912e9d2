import { OssError } from '@bindery/protocol'
import type { ByteRange } from '@bindery/storage'

/**
 * The bytes that a Range header requests, or undefined for the whole object. OSS sends the whole object (200) if a
 * range does not lie within it; only with `x-oss-range-behavior: standard` does it cut the range to the object, or
 * refuse. The first of several ranges counts. Throws invalidRange.
 * @see https://help.aliyun.com/document_detail/39571.html
 */
export function selectRange(header: string | undefined, size: number, standard: boolean): ByteRange | undefined {
  const match = header === undefined ? null : /^\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*(?:,.*)?$/i.exec(header)
  const [, first = '', last = ''] = match ?? []
  if (first === '' && last === '') return undefined
  if (first === '') return suffix(Number(last), size, standard)
  const start = Number(first)
  const end = last === '' ? Number.POSITIVE_INFINITY : Number(last) + 1
  if (end <= start) return undefined
  if (start >= size) return unsatisfied(standard)
  if (last === '' || end <= size) return { start, end: Math.min(end, size) }
  return standard ? { start, end: size } : undefined
}

function suffix(length: number, size: number, standard: boolean): ByteRange | undefined {
  if (size === 0) return unsatisfied(standard)
  if (length === 0) throw new OssError('invalidRange')
  if (length <= size) return { start: size - length, end: size }
  return standard ? { start: 0, end: size } : undefined
}

function unsatisfied(standard: boolean): undefined {
  if (standard) throw new OssError('invalidRange')
  return undefined
}

/** `Content-Range` of a part of an object, with inclusive positions. */
export function contentRange({ start, end }: ByteRange, size: number): string {
  return `bytes ${start}-${end - 1}/${size}`
}
