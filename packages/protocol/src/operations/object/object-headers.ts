import { crc64Decimal, etag, httpDate, integer, text } from '../../codec.js'
import { header, optional, userMetadata } from '../../field.js'
import { APPENDABLE_SIZE_MAX, OBJECT_SIZE_MAX, TAGS_MAX } from '../../limits.js'
import { encryptionOutput } from '../encryption-fields.js'
import { objectType, shownVersionId, storageClass } from '../shared.js'
import { holdHeaders } from './holds.js'

/** Where the next append to an appendable object begins: its length in bytes. */
export const nextAppendPosition = header('x-oss-next-append-position', integer(0, APPENDABLE_SIZE_MAX))

/** When the appends to an object were ended. */
export const sealedTime = header('x-oss-sealed-time', httpDate)

/** When a lifecycle rule deletes the object, and which one; absent where none does. */
export const expiration = optional(header('x-oss-expiration', text))

/** When a lifecycle rule moved the object to its class; only of the classes ColdArchive and DeepColdArchive. */
export const transitionTime = optional(header('x-oss-transition-time', httpDate))

/** The headers of GetObject and HeadObject about an object, whole or in part. */
export const objectHeaders = {
  acceptRanges: header('Accept-Ranges', text),
  contentLength: header('Content-Length', integer(0, OBJECT_SIZE_MAX)),
  /** For objects from a single put and from sequential uploads. */
  contentMd5: optional(header('Content-MD5', text)),
  contentType: header('Content-Type', text),
  cacheControl: optional(header('Cache-Control', text)),
  contentDisposition: optional(header('Content-Disposition', text)),
  contentEncoding: optional(header('Content-Encoding', text)),
  contentLanguage: optional(header('Content-Language', text)),
  expires: optional(header('Expires', text)),
  etag: header('ETag', etag),
  lastModified: header('Last-Modified', httpDate),
  /** The value for the whole object, even if a range is returned. */
  crc64: header('x-oss-hash-crc64ecma', crc64Decimal),
  objectType: header('x-oss-object-type', objectType),
  storageClass: header('x-oss-storage-class', storageClass),
  ...encryptionOutput,
  nextAppendPosition: optional(nextAppendPosition),
  sealedTime: optional(sealedTime),
  /** Absent if the object has no tags. */
  taggingCount: optional(header('x-oss-tagging-count', integer(1, TAGS_MAX))),
  /** The restore of an archived object: absent while it is frozen. */
  restore: optional(header('x-oss-restore', text)),
  expiration,
  transitionTime,
  ...holdHeaders,
  /** Only of an object that its bucket has mirrored: `MIRROR`, and the URL at its origin. */
  mirrored: optional(header('x-oss-tag', text)),
  versionId: shownVersionId,
  userMetadata,
}

/** The headers of a 304: those that RFC 9110 requires (15.4.5), the time of the object, and the user's metadata. */
export const notModifiedHeaders = {
  cacheControl: objectHeaders.cacheControl,
  expires: objectHeaders.expires,
  etag: objectHeaders.etag,
  lastModified: objectHeaders.lastModified,
  userMetadata,
}

/** The header of a refused range: the size of the object in place of a range. */
export const unsatisfiedRange = { contentRange: header('Content-Range', text) }
