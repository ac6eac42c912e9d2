import { readings } from './address.js'
import { httpDate } from './codec.js'
import type { Dialect } from './dialect.js'
import { encodeError } from './errors/encode.js'
import { objectKey, ossBucketName } from './names.js'
import { OSS_NOTATION } from './notation.js'
import { createRouter } from './operations/route.js'
import { formHeaders } from './post/form.js'
import { readFormClaim } from './post/form-claim.js'
import { readClaim } from './signature/claim.js'

/** OSS's own protocol, in whose words everything is declared. A request that shows no other is written in it. */
export const ossDialect: Dialect = {
  ...OSS_NOTATION,
  ...createRouter(OSS_NOTATION),
  name: 'oss',
  isSpoken: ({ query, headers }) =>
    headers.authorization?.startsWith('OSS') === true ||
    query.has('x-oss-signature-version') ||
    query.has('OSSAccessKeyId'),
  readings,
  hasAccessPoints: true,
  newBucketName: ossBucketName,
  keyOf: objectKey,
  readClaim,
  forms: {
    isSpoken: (fields) => fields.has('ossaccesskeyid') || fields.has('x-oss-signature-version'),
    readClaim: readFormClaim,
    headersOf: formHeaders,
    needsConditions: false,
  },
  encodeError,
  commonHeaders: ({ requestId, at, took }) => [
    ['Server', 'AliyunOSS'],
    ['Date', httpDate.encode(at)],
    ['x-oss-request-id', requestId],
    ['x-oss-server-time', String(Math.max(0, Math.round(took)))],
  ],
  etagRecipe: 'text',
}
