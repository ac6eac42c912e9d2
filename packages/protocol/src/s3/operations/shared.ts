/** Codecs, fields and refusals that several declarations of S3 share. */
import { base64 } from '@bindery/bytes'
import { badArgument, type Codec, etag, oneOf, text } from '../../codec.js'
import type { Cause } from '../../errors/catalogue.js'
import { OssError } from '../../errors/oss-error.js'
import { header, optional, optionalEvenEmpty, withDefault } from '../../field.js'
import { type Refusal, refuseHeader } from '../../operation.js'
import { storageClass, storedHeaders } from '../../operations/shared.js'
import { withoutAwsChunked } from '../chunked-body.js'
import { CHECKSUMS, type ChecksumName, checksumBytes, headerOf } from '../payload.js'

/** Canned ACLs by which only the owner has access, as with one account they all do. */
const PRIVATE = ['private', 'bucket-owner-read', 'bucket-owner-full-control', 'aws-exec-read']

/** S3's canned ACLs of objects that OSS has too. */
const cannedAcl: Codec<'private' | 'public-read' | 'public-read-write'> = {
  name: 'private | public-read | public-read-write',
  causes: ['invalidObjectAcl', 'headerNotImplemented'],
  decode(value, argument) {
    if (PRIVATE.includes(value)) return 'private'
    if (value === 'public-read' || value === 'public-read-write') return value
    if (value === 'authenticated-read') throw new OssError('headerNotImplemented', { Header: argument })
    throw badArgument('invalidObjectAcl', argument, value)
  },
  encode: (value) => value,
}

/**
 * The canned ACLs of a bucket that change nothing. The public ones mean listing in S3 and reading objects in OSS, so that
 * neither may stand for the other.
 */
export const cannedBucketAcl: Codec<'private'> = {
  name: 'private',
  causes: ['invalidBucketAcl', 'headerNotImplemented'],
  decode(value, argument) {
    if (PRIVATE.includes(value) || value === 'log-delivery-write') return 'private'
    if (['public-read', 'public-read-write', 'authenticated-read'].includes(value)) {
      throw new OssError('headerNotImplemented', { Header: argument })
    }
    throw badArgument('invalidBucketAcl', argument, value)
  },
  encode: (value) => value,
}

/** Tags of content, bare; `*` stands for all. */
const tags: Codec<readonly string[]> = {
  name: 'ETag,… | *',
  decode: (value) => value.split(',').map((tag) => etag.decode(tag.trim().replace(/^W\//, ''), '')),
  encode: (value) => value.join(','),
}

export const WRITE_CONDITION_CAUSES = [
  'preconditionFailed',
  'noSuchKey',
  'conditionTwice',
] as const satisfies readonly Cause[]

/** The conditions under which a key is written; both together are refused. */
export const writeConditions = {
  matches: optional(header('If-Match', tags)),
  differs: optional(header('If-None-Match', tags)),
}

const contentEncoding: Codec<string | undefined> = {
  name: 'text without aws-chunked',
  decode: withoutAwsChunked,
  encode: (value) => value ?? '',
}

/** The headers that describe an object which is written. */
export const description = {
  ...storedHeaders,
  contentType: withDefault(header('Content-Type', text), 'binary/octet-stream'),
  contentEncoding: optionalEvenEmpty(header('Content-Encoding', contentEncoding)),
  objectAcl: optional(header('x-amz-acl', cannedAcl)),
  storageClass: optional(header('x-amz-storage-class', storageClass)),
}

/** The bytes of a checksum in base64, in the header of its name. */
function checksum(name: ChecksumName): Codec<Uint8Array> {
  return {
    name: `base64 of ${CHECKSUMS[name]} bytes`,
    causes: ['checksumInvalid'],
    decode: (value, argument) => checksumBytes(name, value, argument),
    encode: base64,
  }
}

const checksumField = (name: ChecksumName) => optional(header(headerOf(name), checksum(name)))

/** At most one checksum, and how that of a multipart object was made. */
export const checksumHeaders = {
  crc32: checksumField('crc32'),
  crc32c: checksumField('crc32c'),
  crc64nvme: checksumField('crc64nvme'),
  sha1: checksumField('sha1'),
  sha256: checksumField('sha256'),
  checksumType: optional(header('x-amz-checksum-type', oneOf(['FULL_OBJECT', 'COMPOSITE']))),
}

const ENCRYPTION = [
  '',
  '-aws-kms-key-id',
  '-context',
  '-bucket-key-enabled',
  '-customer-algorithm',
  '-customer-key',
  '-customer-key-md5',
]
export const refuseEncryption: readonly Refusal[] = ENCRYPTION.map((end) =>
  refuseHeader(`x-amz-server-side-encryption${end}`),
)
export const refuseLock: readonly Refusal[] = [
  refuseHeader('x-amz-object-lock-mode'),
  refuseHeader('x-amz-object-lock-retain-until-date'),
  refuseHeader('x-amz-object-lock-legal-hold', ['OFF']),
]
export const refuseGrants: readonly Refusal[] = ['read', 'write', 'read-acp', 'write-acp', 'full-control'].map(
  (right) => refuseHeader(`x-amz-grant-${right}`),
)
export const refuseRedirect = refuseHeader('x-amz-website-redirect-location')

/** Headers that ask for what no object here has. */
export const refuseOnWrite: readonly Refusal[] = [...refuseEncryption, ...refuseLock, ...refuseGrants, refuseRedirect]
