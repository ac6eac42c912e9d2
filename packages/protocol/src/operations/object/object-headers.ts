import { crc64Decimal, etag, httpDate, integer, text } from '../../codec.js'
import { header, optional, userMetadata } from '../../field.js'
import { OBJECT_SIZE_MAX, TAGS_MAX } from '../../limits.js'
import { objectType, storageClass } from '../shared.js'

/** What GetObject and HeadObject answer about an object, whole or not. */
export const objectHeaders = {
  acceptRanges: header('Accept-Ranges', text),
  contentLength: header('Content-Length', integer(0, OBJECT_SIZE_MAX)),
  /** Of objects that were put at once, and of sequential uploads. */
  contentMd5: optional(header('Content-MD5', text)),
  contentType: header('Content-Type', text),
  cacheControl: optional(header('Cache-Control', text)),
  contentDisposition: optional(header('Content-Disposition', text)),
  contentEncoding: optional(header('Content-Encoding', text)),
  contentLanguage: optional(header('Content-Language', text)),
  expires: optional(header('Expires', text)),
  etag: header('ETag', etag),
  lastModified: header('Last-Modified', httpDate),
  /** Of the whole object, also where a range is answered. */
  crc64: header('x-oss-hash-crc64ecma', crc64Decimal),
  objectType: header('x-oss-object-type', objectType),
  storageClass: header('x-oss-storage-class', storageClass),
  /** Absent where there are none. */
  taggingCount: optional(header('x-oss-tagging-count', integer(1, TAGS_MAX))),
  userMetadata,
}

/** What a 304 says of the object: what RFC 9110 asks for (15.4.5), and the user's metadata. */
export const notModifiedHeaders = {
  cacheControl: objectHeaders.cacheControl,
  expires: objectHeaders.expires,
  etag: objectHeaders.etag,
  userMetadata,
}
