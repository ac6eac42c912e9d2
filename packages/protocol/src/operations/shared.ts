/** Codecs, fields and refusals that several declarations share. */

import { base64, base64Bytes, utf8Bytes } from '@bindery/bytes'
import { badArgument, type Codec, etag, httpDate, integer, isoDate, matching, oneOf, text, truth } from '../codec.js'
import type { Cause } from '../errors/catalogue.js'
import { OssError } from '../errors/oss-error.js'
import { either, header, optional, optionalEvenEmpty, query, required, withDefault } from '../field.js'
import { OSS_KEY_BYTES_MAX, PART_NUMBER_MAX, TRAFFIC_LIMIT_MAX, TRAFFIC_LIMIT_MIN } from '../limits.js'
import { type Refusal, refuseHeader, refuseQuery } from '../operation.js'
import { element, group, xml } from '../xml.js'

/** The URL of an official page. */
export function page(id: number): string {
  return `https://help.aliyun.com/document_detail/${id}.html`
}

/** The URL of an official page with the name of its operation. */
export function apiPage(operation: string): string {
  return `https://help.aliyun.com/zh/oss/developer-reference/${operation.toLowerCase()}`
}

/** Text with a maximum of UTF-8 bytes. */
export function boundedText(bytesMax: number, cause: Cause): Codec<string> {
  return {
    name: `text of at most ${bytesMax} bytes`,
    causes: [cause],
    decode(value, argument) {
      if (utf8Bytes(value).length > bytesMax) throw badArgument(cause, argument, value)
      return value
    },
    encode: (value) => value,
  }
}

/** Tags of content, bare; `*` stands for all. */
export const etags: Codec<readonly string[]> = {
  name: 'ETag,… | *',
  decode: (value) => value.split(',').map((tag) => etag.decode(tag.trim().replace(/^W\//, ''), '')),
  encode: (value) => value.join(','),
}

/** A prefix or marker of keys. */
export const prefixText = boundedText(OSS_KEY_BYTES_MAX, 'invalidPrefix')
/** The position after which a listing continues: text of at most 1,023 bytes. Throws invalidMarker. */
export const markerText = boundedText(OSS_KEY_BYTES_MAX, 'invalidMarker')

const MD5_BYTES = 16

/** The bytes of a Content-MD5; what follows them is ignored, as the C SDK appends four. Throws invalidDigestFormat. */
export function decodeMd5(value: string): Uint8Array {
  const digest = base64Bytes(value.trim())
  if (digest === undefined || digest.length < MD5_BYTES) throw new OssError('invalidDigestFormat')
  return digest.subarray(0, MD5_BYTES)
}

/** 16 bytes in base64. */
export const md5: Codec<Uint8Array> = {
  name: 'base64 of an MD5',
  causes: ['invalidDigestFormat'],
  decode: decodeMd5,
  encode: base64,
}

/** OSS names the argument as in XML, wherever it is. */
export const partNumber: Codec<number> = (() => {
  const number = integer(1, PART_NUMBER_MAX, 'partNumberOutOfRange')
  return { ...number, decode: (value) => number.decode(value, 'PartNumber') }
})()

/** The storage classes of OSS, the warmest first. */
export const STORAGE_CLASSES = ['Standard', 'IA', 'Archive', 'ColdArchive', 'DeepColdArchive'] as const

/** The storage class of an object or a bucket. Throws invalidStorageClass. */
export const storageClass = {
  ...oneOf(STORAGE_CLASSES, 'invalidStorageClass'),
  spelled: 'storageClass',
} as const
/** The ACL of a bucket. Throws invalidBucketAcl. */
export const bucketAcl = oneOf(['private', 'public-read', 'public-read-write'], 'invalidBucketAcl')
/** The ACL of an object; `default` applies that of its bucket. Throws invalidObjectAcl. */
export const objectAcl = oneOf(['default', 'private', 'public-read', 'public-read-write'], 'invalidObjectAcl')
/** The redundancy of a bucket: in one zone, or in several. */
export const redundancy = oneOf(['LRS', 'ZRS'])
/** How an object was made: by one request, in parts, by appends, or as a link to another. */
export const objectType = oneOf(['Normal', 'Multipart', 'Appendable', 'Symlink'])

const urlWord = oneOf(['url'], 'invalidEncodingType', { ignoreCase: true })

/** SDKs send it in the query; the official pages also document it as a header. */
export const encodingType = optional(either('encoding-type', urlWord))
/** The id of a multipart upload. Throws noSuchUploadIdMissing where it is absent or empty. */
export const uploadId = required(query('uploadId', text), 'noSuchUploadIdMissing', { uploadId: '' })
/**
 * The MD5 that the body must have, in base64; an empty header counts as absent, but is echoed. Throws
 * invalidDigestFormat.
 */
export const contentMd5 = optionalEvenEmpty(header('Content-MD5', md5))
/** Whether a write fails where the key has an object. False by default. Throws invalidForbidOverwrite. */
export const forbidOverwrite = withDefault(header('x-oss-forbid-overwrite', truth('invalidForbidOverwrite')), false)
/** Bits per second. */
export const trafficLimit = optional(
  either(
    'x-oss-traffic-limit',
    integer(TRAFFIC_LIMIT_MIN, TRAFFIC_LIMIT_MAX, 'invalidTrafficLimit'),
    'trafficLimitTwice',
  ),
)

/** Headers that are stored with an object and returned unchanged; without a type it is application/octet-stream. */
export const storedHeaders = {
  cacheControl: optionalEvenEmpty(header('Cache-Control', text)),
  contentDisposition: optionalEvenEmpty(header('Content-Disposition', text)),
  contentEncoding: optionalEvenEmpty(header('Content-Encoding', text)),
  contentLanguage: optionalEvenEmpty(header('Content-Language', text)),
  contentType: optional(header('Content-Type', text)),
  expires: optionalEvenEmpty(header('Expires', text)),
}

/** The conditional headers of a read; tags as sent. */
export const conditions = {
  ifModifiedSince: optional(header('If-Modified-Since', httpDate)),
  ifUnmodifiedSince: optional(header('If-Unmodified-Since', httpDate)),
  ifMatch: optional(header('If-Match', text)),
  ifNoneMatch: optional(header('If-None-Match', text)),
}

/** The element of listings that states how names are encoded. */
export const encodingTypeElement = oneOf(['url'])
/** The element of an ETag, in quotes. */
export const etagElement = element('ETag', etag)
/** The element of the time of the last change, in ISO 8601; milliseconds since 1970 inside. */
export const lastModifiedElement = element('LastModified', isoDate)
/** The element of the account that owns something. */
export const ownerGroup = group('Owner', { id: element('ID', text), displayName: element('DisplayName', text) })

/** Causes of the tagging header. */
export const TAGGING_CAUSES = [
  'tooManyTags',
  'invalidTag',
  'tagKeyTooLong',
  'duplicateTagKey',
  'malformedTagging',
] as const satisfies readonly Cause[]

/** Causes of a read through a symlink. */
export const SYMLINK_CAUSES = ['symlinkTargetNotExist', 'invalidTargetType'] as const satisfies readonly Cause[]

/** Causes of an object that the origin of its bucket does not deliver. */
export const MIRROR_CAUSES = [
  'mirrorUnreachable',
  'mirrorForbidden',
  'mirrorStatus',
  'mirrorUnreadable',
  'mirrorIncomplete',
  'mirrorDigestMismatch',
  'mirrorHeadersTooLong',
  'mirrorsTooMany',
] as const satisfies readonly Cause[]

/** Causes of a content body. */
export const CONTENT_CAUSES = [
  'missingContentLength',
  'incompleteBody',
  'requestTimeout',
  'invalidDigestFormat',
  'invalidDigestMismatch',
  'entityTooLarge',
] as const satisfies readonly Cause[]

/** Milliseconds that a traffic limit delayed the body of an upload. */
export const qosDelayTime = optional(header('x-oss-qos-delay-time', integer(0, Number.MAX_SAFE_INTEGER)))

/** Causes of an XML body besides those of its elements. */
export const DOCUMENT_CAUSES = [
  'malformedXml',
  'incompleteBody',
  'requestTimeout',
  'invalidDigestFormat',
  'invalidDigestMismatch',
] as const satisfies readonly Cause[]

/** The id of a version: `null`, or a text of the form of OSS's ids, of which not every one exists. */
export function versionIdText(cause: Cause = 'invalidVersionId'): Codec<string> {
  return matching('version id', VERSION_ID, cause)
}

const VERSION_ID = /^(?:null|CAEQ[A-Za-z0-9+/=_-]{8,252})$/

/** Whether a version may have this id. */
export function isVersionId(text: string): boolean {
  return VERSION_ID.test(text)
}

/** The version that a request is about; absent: the current one. */
export const versionId = optional(query('versionId', versionIdText()))

/** The version that was read, written or deleted; absent in a bucket that never kept versions. */
export const shownVersionId = optional(header('x-oss-version-id', text))

/** On answers about a delete marker. */
export const deleteMarkerHeaders = {
  deleteMarker: optional(header('x-oss-delete-marker', truth())),
  versionId: shownVersionId,
}

/** On answers that send a client elsewhere. */
export const redirectHeaders = { location: header('Location', text) }

/** Causes of a version that a request names. */
export const VERSION_CAUSES = ['noSuchVersion', 'versionIsDeleteMarker'] as const satisfies readonly Cause[]

/** For operations on current versions alone. An empty value and `null` change nothing. */
export const refuseVersionId = refuseQuery('versionId', ['', 'null'])

const ENCRYPTION_HEADERS = [
  'x-oss-server-side-encryption',
  'x-oss-server-side-data-encryption',
  'x-oss-server-side-encryption-key-id',
  'x-oss-server-side-encryption-context',
]

/** For operations where encryption headers are an error of the request. */
export const refuseEncryptionOnPart: readonly Refusal[] = ENCRYPTION_HEADERS.map((name) =>
  refuseHeader(name, [], 'encryptionHeaderOnPart'),
)

/** For operations that cannot make an object with a retention or a legal hold. */
export const refuseRetention: readonly Refusal[] = [
  refuseHeader('x-oss-object-worm-mode'),
  refuseHeader('x-oss-object-worm-retain-until-date'),
  refuseHeader('x-oss-object-worm-legal-hold'),
]

/** On every answer that is charged to its requester. */
export const requestCharged = header('x-oss-request-charged', oneOf(['requester']))

/** The answer of GetBucketAcl and GetObjectACL. */
export function accessControlPolicy<T>(grant: Codec<T>) {
  return xml('AccessControlPolicy', {
    owner: ownerGroup,
    accessControlList: group('AccessControlList', { grant: element('Grant', grant) }),
  })
}
