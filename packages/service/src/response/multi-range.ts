/** Several ranges of an object in one answer: multipart/byteranges of RFC 9110, 14.6. */
import { utf8Bytes } from '@bindery/bytes'
import { OssError } from '@bindery/protocol'
import type { ByteRange, LentBytes } from '@bindery/storage'
import { ownedBytes } from './lent-stream.js'
import { contentRange, selectRange } from './range.js'

/** The most ranges of one request. */
const RANGES_MAX = 50

/**
 * The ranges that a header of several requests, in its order; undefined for a header of one range or of something else. None
 * where one of them does not lie within the object, of which the whole is sent then. Throws multiRangeFailed, invalidRange.
 */
export function selectRanges(header: string, size: number, standard: boolean): readonly ByteRange[] | undefined {
  const [unit = '', list = ''] = header.split('=')
  const each = list.split(',')
  if (each.length === 1) return undefined
  if (each.length > RANGES_MAX) throw new OssError('multiRangeFailed')
  const ranges = each.map((one) => selectRange(`${unit}=${one}`, size, standard))
  return ranges.every((range) => range !== undefined) ? ranges : []
}

/** An answer of several ranges. */
export interface RangesBody {
  readonly contentType: string
  /** Bytes, with the heads of the parts. */
  readonly size: number
  readonly content: AsyncIterable<LentBytes>
}

/** The parts of an object, each with a head that states which it is. */
interface Parts {
  /** A text that separates the parts; it must not occur in them. */
  readonly boundary: string
  /** That of the object. */
  readonly contentType: string
  /** Bytes of the object. */
  readonly size: number
  readonly ranges: readonly ByteRange[]
  read(range: ByteRange): AsyncIterable<LentBytes>
}

/** The ranges as one body. */
export function rangesBody(parts: Parts): RangesBody {
  const { boundary, contentType, size, ranges } = parts
  const heads = ranges.map((range) =>
    utf8Bytes(
      `\r\n--${boundary}\r\nContent-Type: ${contentType}\r\nContent-Range: ${contentRange(range, size)}\r\n\r\n`,
    ),
  )
  const end = utf8Bytes(`\r\n--${boundary}--\r\n`)
  const bytes = ranges.reduce((sum, range, index) => sum + (heads[index]?.length ?? 0) + range.end - range.start, 0)
  return {
    contentType: `multipart/byteranges; boundary=${boundary}`,
    size: bytes + end.length,
    content: joined(parts, heads, end),
  }
}

async function* joined(
  { ranges, read }: Parts,
  heads: readonly Uint8Array[],
  end: Uint8Array,
): AsyncGenerator<LentBytes> {
  for (const [index, range] of ranges.entries()) {
    yield ownedBytes(heads[index] ?? end)
    yield* read(range)
  }
  yield ownedBytes(end)
}
