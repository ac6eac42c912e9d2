import { byteString } from '@bindery/bytes'
import { badArgument, type Codec, fact, text } from '../../codec.js'
import { IMAGE_CAUSES } from '../../errors/image-rows.js'
import { header, optional, query } from '../../field.js'
import { operation } from '../../operation.js'
import { DECRYPTION_CAUSES } from '../encryption-fields.js'
import {
  conditions,
  MIRROR_CAUSES,
  page,
  qosDelayTime,
  SYMLINK_CAUSES,
  trafficLimit,
  VERSION_CAUSES,
  versionId,
} from '../shared.js'
import { objectHeaders } from './object-headers.js'
import { process } from './process-object.js'

/** The text of a header; a byte string inside. */
const headerValue: Codec<string> = {
  name: 'text of a header',
  causes: ['invalidArgument'],
  decode(value, argument) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a line break would begin a header of the client's making
    if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) throw badArgument('invalidArgument', argument, value)
    return byteString(value)
  },
  encode: (value) => value,
}

/**
 * A range is ignored if If-Range names another state of the object, and, unless x-oss-range-behavior is `standard`, if
 * it does not lie within the object.
 */
export const getObject = operation({
  name: 'GetObject',
  summary: 'Downloads an object, or a range of it.',
  source: page(31980),
  method: 'GET',
  level: 'object',
  permissions: ['oss:GetObject'],
  reads: 'object',
  input: {
    versionId,
    responseContentType: optional(query('response-content-type', headerValue)),
    responseContentLanguage: optional(query('response-content-language', headerValue)),
    responseExpires: optional(query('response-expires', headerValue)),
    responseCacheControl: optional(query('response-cache-control', headerValue)),
    responseContentDisposition: optional(query('response-content-disposition', headerValue)),
    responseContentEncoding: optional(query('response-content-encoding', headerValue)),
    range: optional(header('Range', text)),
    ifRange: optional(header('If-Range', text)),
    rangeBehavior: optional(header('x-oss-range-behavior', text)),
    /** `multi-range`: all of several ranges count, and not the first alone. */
    multiRangeBehavior: optional(header('x-oss-multi-range-behavior', text)),
    ...conditions,
    acceptEncoding: optional(header('Accept-Encoding', text)),
    process,
    trafficLimit,
  },
  status: 200,
  otherStatuses: [206],
  output: {
    ...objectHeaders,
    // a body that is compressed on the way has neither
    contentLength: optional(objectHeaders.contentLength),
    etag: optional(objectHeaders.etag),
    // an image that was processed has none of these
    acceptRanges: optional(objectHeaders.acceptRanges),
    crc64: optional(objectHeaders.crc64),
    contentRange: optional(header('Content-Range', text)),
    variesByEncoding: optional(header('Vary', fact('Accept-Encoding'))),
    qosDelayTime,
  },
  result: 'bytes',
  errors: [
    'noSuchBucket',
    'noSuchKey',
    ...VERSION_CAUSES,
    'preconditionFailed',
    'notModified',
    'invalidObjectState',
    'invalidRange',
    'multiRangeFailed',
    'anonymousOverride',
    'sourceProtected',
    ...SYMLINK_CAUSES,
    ...DECRYPTION_CAUSES,
    ...IMAGE_CAUSES,
    ...MIRROR_CAUSES,
    'headerNotImplemented',
  ],
})
