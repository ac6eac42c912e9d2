import { percentEncode } from '@bindery/bytes'
import {
  type ChecksumName,
  encodeFields,
  type InputOf,
  notModifiedHeaders,
  type Operations,
  OssError,
  type OutputOf,
} from '@bindery/protocol'
import type { Domain } from '../domain/domain.js'
import { restoreOf } from '../domain/objects/restore.js'
import type { WriteCondition } from '../domain/objects/write-condition.js'
import type {
  BucketRecord,
  Checksum,
  ChecksumType,
  ETag,
  MultipartETags,
  ObjectDescription,
  ObjectRecord,
  UploadRecord,
} from '../domain/stored/model.js'
import type { ListedRecord } from '../domain/stored/records/listed.js'
import { shownVersionOf } from '../domain/stored/version-id.js'
import type { expirationOf } from '../domain/upkeep/due-action.js'
import { isCrc } from '../domain/uploads/checksum.js'
import { customerKeyHeaders, shownAlgorithm } from './encryption.js'

/** The type of objects whose request stated none. */
export const DEFAULT_CONTENT_TYPE = 'application/octet-stream'

type DescribedInput = InputOf<
  Operations['PutObject' | 'AppendObject' | 'PutSymlink' | 'CopyObject' | 'InitiateMultipartUpload']
> & {
  /** S3 alone has it. */
  readonly websiteRedirect?: string | undefined
}

/** The description of an object in the headers of a PutObject or InitiateMultipartUpload. */
export function describeObject(input: DescribedInput): ObjectDescription {
  const { cacheControl, contentDisposition, contentEncoding, contentLanguage, contentType, expires } = input
  const { websiteRedirect, userMetadata, tagging = [], storageClass } = input
  const own = { cacheControl, contentDisposition, contentEncoding, contentLanguage, contentType, expires }
  const headers = given({ ...own, websiteRedirect })
  const description = { headers, userMetadata, tagging }
  return storageClass === undefined ? description : { ...description, storageClass }
}

type Given<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> }

/** The record without what is undefined in it. */
export function given<T extends object>(values: T): Given<T> {
  const known: Partial<T> = {}
  for (const key in values) if (values[key] !== undefined) known[key] = values[key]
  return known as Given<T>
}

/** The parts of a call by which it shows an object. */
interface Showing {
  readonly domain: Domain
  readonly bucket: BucketRecord
  readonly isOfOwner: boolean
  etagOf(tags: MultipartETags): ETag
  expirationOf(record: ObjectRecord): Expiration | undefined
}

interface ShowingKeys extends Showing {
  readonly input: Parameters<typeof customerKeyHeaders>[1]
}

type Expiration = NonNullable<ReturnType<typeof expirationOf>>

/** The restore of an archived object, as answers show it. */
export function shownRestore(record: Pick<ListedRecord, 'restore'>, now: number): string | undefined {
  const restore = restoreOf(record, now)
  if (restore === undefined) return undefined
  const until = `, expiry-date="${new Date(restore.expiresAt).toUTCString()}"`
  return restore.isOngoing ? 'ongoing-request="true"' : `ongoing-request="false"${until}`
}

/** When an object expires, as answers show it. */
export function shownExpiration(expiration: Expiration | undefined): string | undefined {
  if (expiration === undefined) return undefined
  const { time, rule } = expiration
  return `expiry-date="${new Date(time).toUTCString()}", rule-id="${percentEncode(rule.id)}"`
}

/** When a rule moved an object to one of the classes that show it. */
export function shownTransition({
  movedAt,
  storageClass,
}: Pick<ListedRecord, 'movedAt' | 'storageClass'>): number | undefined {
  return storageClass === 'ColdArchive' || storageClass === 'DeepColdArchive' ? movedAt : undefined
}

/** The headers of a whole object, as GetObject and HeadObject answer them. */
export function objectHeaders(call: ShowingKeys, record: ObjectRecord): ShownHeaders {
  const headers = plainHeaders(call, record)
  const { websiteRedirect } = record.headers
  if (record.encryption?.algorithm !== 'customer' && websiteRedirect === undefined) return headers
  return { ...headers, websiteRedirect, ...customerKeyHeaders(record.encryption, call.input) }
}

type ShownHeaders = OutputOf<Operations['HeadObject']> &
  ReturnType<typeof customerKeyHeaders> & { readonly websiteRedirect?: string | undefined }

/** The same without those of a customer's key: one literal, since spreads cost more than it. */
export function plainHeaders(call: Showing, record: ObjectRecord): OutputOf<Operations['HeadObject']> {
  const { headers, encryption } = record
  return {
    acceptRanges: 'bytes',
    contentLength: record.size,
    contentMd5: record.contentMd5,
    contentType: headers.contentType ?? DEFAULT_CONTENT_TYPE,
    cacheControl: headers.cacheControl,
    contentDisposition: headers.contentDisposition,
    contentEncoding: headers.contentEncoding,
    contentLanguage: headers.contentLanguage,
    expires: headers.expires,
    etag: call.etagOf(record),
    lastModified: record.modifiedAt,
    crc64: record.crc64,
    objectType: record.type,
    storageClass: record.storageClass,
    serverSideEncryption: shownAlgorithm(encryption),
    dataEncryption: encryption?.dataEncryption,
    encryptionKeyId: encryption?.keyId,
    nextAppendPosition: record.type === 'Appendable' ? record.size : undefined,
    sealedTime: record.sealedAt,
    taggingCount: record.tagging.length === 0 ? undefined : record.tagging.length,
    restore: record.restore === undefined ? undefined : shownRestore(record, call.domain.clock()),
    expiration: shownExpiration(call.expirationOf(record)),
    transitionTime: shownTransition(record),
    wormMode: record.retention?.mode,
    wormRetainUntil: record.retention?.until,
    mirrored: record.mirroredFrom === undefined ? undefined : shownOrigin(call, record.mirroredFrom),
    wormLegalHold: record.legalHold === 'ON' ? record.legalHold : undefined,
    versionId: shownVersionOf(call.bucket, record),
    userMetadata: record.userMetadata,
  }
}

/** The mark of a mirrored object: only the account of its bucket sees where the origin is. */
export function shownOrigin({ isOfOwner }: Pick<Showing, 'isOfOwner'>, mirroredFrom: string): string {
  return isOfOwner ? `MIRROR ${mirroredFrom}` : 'MIRROR'
}

/** The 304 of an object whose 200 would have these headers. */
export function notModified(headers: OutputOf<Operations['HeadObject']>): OssError {
  return new OssError('notModified', {}, { headers: (notation) => encodeFields(notModifiedHeaders, headers, notation) })
}

/** An owner as listings show one: accounts are known by their ids alone. */
export function ownerOf(accountId: string): { readonly id: string; readonly displayName: string } {
  return { id: accountId, displayName: accountId }
}

/** The condition of a write, where it has one. Throws conditionTwice. */
export function conditionOf({ matches, differs, size, modifiedAt }: WriteCondition): WriteCondition | undefined {
  if (matches !== undefined && differs !== undefined) throw new OssError('conditionTwice')
  const isStated = [matches, differs, size, modifiedAt].some((one) => one !== undefined)
  return isStated ? { matches, differs, size, modifiedAt } : undefined
}

/** The checksum of an object or a part, under the name of its field. */
type ShownChecksum = Partial<Record<ChecksumName, string>> & { readonly checksumType?: ChecksumType }

/** A checksum as S3 answers it. */
export function checksumsOf(checksum: Checksum | undefined): ShownChecksum {
  return checksum === undefined ? {} : { [checksum.name]: checksum.value, checksumType: checksum.type }
}

/** The checksum that an upload requests. Throws checksumTypeWithoutAlgorithm, checksumTypeUnsupported. */
export function uploadChecksumOf(input: {
  readonly checksumAlgorithm?: ChecksumName | undefined
  readonly checksumType?: ChecksumType | undefined
}): UploadRecord['checksum'] {
  const { checksumAlgorithm: name, checksumType: asked } = input
  if (name === undefined) {
    if (asked !== undefined) throw new OssError('checksumTypeWithoutAlgorithm')
    return undefined
  }
  const type = asked ?? (name === 'crc64nvme' ? 'FULL_OBJECT' : 'COMPOSITE')
  if ((!isCrc(name) && type === 'FULL_OBJECT') || (name === 'crc64nvme' && type === 'COMPOSITE')) {
    throw new OssError('checksumTypeUnsupported', { type, algorithm: name })
  }
  return { name, type }
}
