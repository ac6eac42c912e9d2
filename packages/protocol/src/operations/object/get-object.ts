import { text } from '../../codec.js'
import { header, optional, query } from '../../field.js'
import { operation, refuseHeader, refuseQuery } from '../../operation.js'
import { conditions, page, refuseVersionId, trafficLimit } from '../shared.js'
import { objectHeaders } from './object-headers.js'

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
    responseContentType: optional(query('response-content-type', text)),
    responseContentLanguage: optional(query('response-content-language', text)),
    responseExpires: optional(query('response-expires', text)),
    responseCacheControl: optional(query('response-cache-control', text)),
    responseContentDisposition: optional(query('response-content-disposition', text)),
    responseContentEncoding: optional(query('response-content-encoding', text)),
    range: optional(header('Range', text)),
    ifRange: optional(header('If-Range', text)),
    rangeBehavior: optional(header('x-oss-range-behavior', text)),
    ...conditions,
    trafficLimit,
  },
  status: 200,
  otherStatuses: [206],
  output: { ...objectHeaders, contentRange: optional(header('Content-Range', text)) },
  result: 'bytes',
  errors: ['noSuchBucket', 'noSuchKey', 'preconditionFailed', 'notModified', 'invalidRange', 'anonymousOverride'],
  refuses: [refuseVersionId, refuseQuery('x-oss-process'), refuseHeader('x-oss-multi-range-behavior')],
})
