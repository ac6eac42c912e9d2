import { byteString } from '@bindery/bytes'
import { httpDate } from '../codec.js'
import type { Dialect } from '../dialect.js'
import type { Head } from '../message.js'
import { bucketName, soughtKey } from '../names.js'
import { createRouter } from '../operations/route.js'
import { ABSENT_S3_OPERATIONS } from './absent.js'
import { s3Readings } from './address.js'
import { OSS_URL_KEYS, readS3Claim } from './claim.js'
import { encodeS3Error, hostIdOf } from './errors.js'
import { headersOfForm, isFormOfS3, readS3FormClaim } from './form.js'
import { S3_NOTATION } from './notation.js'
import { s3Operations } from './operations/index.js'
import { readPayload } from './payload.js'

/** Amazon S3's protocol, over the same buckets and objects as OSS's. */
export const s3Dialect: Dialect = {
  ...S3_NOTATION,
  ...createRouter(S3_NOTATION, {
    declared: Object.values(s3Operations),
    absent: ABSENT_S3_OPERATIONS,
    refusesUnknownKeys: true,
  }),
  name: 's3',
  isSpoken,
  concealsMissing: true,
  readings: s3Readings,
  newBucketName: bucketName,
  keyOf: soughtKey,
  headOf,
  readClaim: readS3Claim,
  forms: { isSpoken: isFormOfS3, readClaim: readS3FormClaim, headersOf: headersOfForm, needsConditions: true },
  readPayload,
  encodeError: encodeS3Error,
  commonHeaders: ({ requestId, at }) => [
    ['Server', 'AmazonS3'],
    ['Date', httpDate.encode(at)],
    ['x-amz-request-id', requestId],
    ['x-amz-id-2', hostIdOf(requestId)],
  ],
  etagRecipe: 'digests',
}

const S3_KEYS: ReadonlySet<string> = new Set([
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Signature',
  'AWSAccessKeyId',
  'x-id',
])

/** A signature decides; without one, the headers and query keys that SDKs of S3 add to everything. */
function isSpoken({ query, headers }: Head): boolean {
  const { authorization } = headers
  if (authorization !== undefined) return authorization.startsWith('AWS')
  for (const { name } of query.parameters) {
    if (S3_KEYS.has(name) || name.startsWith('x-amz-')) return true
    if (OSS_URL_KEYS.includes(name)) return false
  }
  for (const name in headers) if (name.startsWith('x-amz-') || name.startsWith('amz-sdk-')) return true
  // a preflight of a browser that will use S3
  return headers['access-control-request-headers']?.toLowerCase().includes('x-amz-') === true
}

/** The checksums of no bytes: what JavaScript's presigner puts into URLs, whose body it does not know. */
const EMPTY_CHECKSUMS: ReadonlySet<string> = new Set([
  'AAAAAA==',
  'AAAAAAAAAAA=',
  '2jmj7l5rSw0yVb/vlWAYkK/YBwk=',
  '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
  'z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==',
  '1B2M2Y8AsgTpgAmY7PhCfg==',
])

/** Signers of URLs move headers into the query; they still count as headers. */
function headOf(head: Head): Head {
  const { query } = head
  if (!query.parameters.some(({ name }) => name.startsWith('x-amz-'))) return head
  const headers: Record<string, string> = { ...head.headers }
  for (const { name, value = '' } of query.parameters) {
    if (!name.startsWith('x-amz-') || headers[name] !== undefined || name === 'x-amz-sdk-checksum-algorithm') continue
    if (name.startsWith('x-amz-checksum-') && EMPTY_CHECKSUMS.has(value)) continue
    headers[name] = byteString(value)
  }
  return { query, headers }
}
