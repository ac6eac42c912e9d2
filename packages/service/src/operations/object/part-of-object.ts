import { base64 } from '@bindery/bytes'
import { OssError } from '@bindery/protocol'
import { type Awaitable, andThen, type ByteRange, together } from '@bindery/storage'
import type { Domain } from '../../domain/domain.js'
import { countParts, findPart, hasParts, type ObjectPart } from '../../domain/objects/parts.js'
import type { ObjectRecord } from '../../domain/stored/model.js'
import { contentRange } from '../../response/range.js'
import { checksumsOf } from '../describe.js'

interface Asked {
  readonly partNumber?: number | undefined
  readonly range?: string | undefined
  readonly checksumMode?: string | undefined
}

/** One part of an object as an answer shows it. */
interface ShownPart {
  readonly status: 200 | 206
  /** Undefined for all bytes. */
  readonly range: ByteRange | undefined
  readonly headers: {
    readonly contentLength: number
    readonly contentRange?: string
    /** Only of objects that have parts. */
    readonly partsCount?: number
  }
}

/**
 * The part that a request for one is answered with. An object that was put at once is its own first part. Throws
 * rangeWithPartNumber, noSuchPartOfObject.
 */
export function partAsked(
  domain: Domain,
  record: ObjectRecord,
  { partNumber = 1, range, checksumMode }: Asked,
): Awaitable<ShownPart> {
  if (range !== undefined) throw new OssError('rangeWithPartNumber')
  const showsChecksum = checksumMode === 'ENABLED'
  if (!hasParts(record)) {
    if (partNumber !== 1) throw noSuchPart(partNumber, 1)
    return onlyPart(record, showsChecksum)
  }
  return andThen(together(findPart(domain, record, partNumber), countParts(domain, record)), ([part, count]) => {
    if (part === undefined) throw noSuchPart(partNumber, count)
    const { start, end } = part.range
    const headers = {
      contentLength: end - start,
      contentRange: contentRange(part.range, record.size),
      contentMd5: undefined,
      partsCount: count,
      ...(showsChecksum && checksumOfPart(part, record)),
    }
    return { status: 206, range: part.range, headers }
  })
}

function onlyPart(record: ObjectRecord, showsChecksum: boolean): ShownPart {
  const { size } = record
  const checksum = showsChecksum ? checksumsOf(record.checksum) : {}
  if (size === 0) return { status: 200, range: undefined, headers: { contentLength: 0, ...checksum } }
  const range = { start: 0, end: size }
  return { status: 206, range, headers: { contentLength: size, contentRange: contentRange(range, size), ...checksum } }
}

function noSuchPart(partNumber: number, count: number): OssError {
  return new OssError('noSuchPartOfObject', { partNumberRequested: partNumber, actualPartCount: count })
}

/** The part's own value, under the type of the object's. */
export function checksumOfPart({ checksum }: ObjectPart, record: ObjectRecord) {
  if (checksum === undefined) return {}
  return { [checksum.name]: base64(checksum.bytes), checksumType: record.checksum?.type }
}
