/** Codecs, fields and refusals that several declarations of S3 share. */
import { badArgument, type Codec, oneOf, text } from '../../codec.js'
import type { Cause } from '../../errors/catalogue.js'
import { OssError } from '../../errors/oss-error.js'
import { header, implied, omit, optional, optionalEvenEmpty, withDefault } from '../../field.js'
import { type Refusal, refuseHeader } from '../../operation.js'
import { encryptionInput } from '../../operations/encryption-fields.js'
import { HOLD_PERMISSIONS, holdHeaders } from '../../operations/object/holds.js'
import { etags, storageClass, storedHeaders } from '../../operations/shared.js'
import { optionalElement } from '../../xml.js'
import { withoutAwsChunked } from '../chunked-body.js'
import { CHECKSUMS, type ChecksumName, headerOf } from '../payload.js'
import { CUSTOMER_KEY_CAUSES, customerKeyInput } from './customer-keys.js'
import { CONTEXT_CAUSES, encryptionContext } from './encryption-context.js'

/** Canned ACLs by which only the owner has access, as with one account they all do. */
const PRIVATE = ['private', 'bucket-owner-read', 'bucket-owner-full-control', 'aws-exec-read']

const WORDS = [...PRIVATE, 'public-read', 'public-read-write', 'authenticated-read']

/** S3's canned ACLs of objects that OSS has too. */
export const cannedAcl: Codec<'private' | 'public-read' | 'public-read-write'> = {
  name: 'private | public-read | public-read-write',
  causes: ['invalidObjectAcl', 'headerNotImplemented'],
  decode(value, argument) {
    if (PRIVATE.includes(value)) return 'private'
    if (value === 'public-read' || value === 'public-read-write') return value
    if (value === 'authenticated-read') throw new OssError('headerNotImplemented', { header: argument })
    throw badArgument('invalidObjectAcl', argument, value)
  },
  encode: (value) => value,
}

/** S3's canned ACLs of buckets that OSS has too. */
export const cannedBucketAcl: Codec<'private' | 'public-read' | 'public-read-write'> = {
  ...cannedAcl,
  causes: ['invalidBucketAcl', 'headerNotImplemented'],
  decode(value, argument) {
    if (value === 'log-delivery-write') return 'private'
    if (!WORDS.includes(value)) throw badArgument('invalidBucketAcl', argument, value)
    return cannedAcl.decode(value, argument)
  },
}

/** Causes of the conditions under which a key is written. */
export const WRITE_CONDITION_CAUSES = [
  'preconditionFailed',
  'noSuchKey',
  'conditionTwice',
] as const satisfies readonly Cause[]

/** The conditions under which a key is written; both together are refused. */
export const writeConditions = {
  matches: optional(header('If-Match', etags)),
  differs: optional(header('If-None-Match', etags)),
}

const contentEncoding: Codec<string | undefined> = {
  name: 'text without aws-chunked',
  decode: withoutAwsChunked,
  encode: (value) => value ?? '',
}

/** Grants in headers, each for one permission: `id="…", uri="…"`. */
export const grantHeaders = {
  grantFullControl: optional(header('x-amz-grant-full-control', text)),
  grantRead: optional(header('x-amz-grant-read', text)),
  grantReadAcp: optional(header('x-amz-grant-read-acp', text)),
  grantWrite: optional(header('x-amz-grant-write', text)),
  grantWriteAcp: optional(header('x-amz-grant-write-acp', text)),
}

/** Where a website sends the readers of an object: a path of its bucket, or a URL. */
const redirectLocation: Codec<string> = {
  name: '/path | URL',
  causes: ['redirectLocationInvalid'],
  decode(value) {
    if (!/^(?:\/|https?:\/\/)/.test(value)) throw new OssError('redirectLocationInvalid')
    return value
  },
  encode: (value) => value,
}

/** A field of written objects, and of answers about them. */
export const websiteRedirect = optional(header('x-amz-website-redirect-location', redirectLocation))

/** The headers that describe an object which is written. */
export const description = {
  ...storedHeaders,
  contentType: withDefault(header('Content-Type', text), 'binary/octet-stream'),
  contentEncoding: optionalEvenEmpty(header('Content-Encoding', contentEncoding)),
  objectAcl: optional(header('x-amz-acl', cannedAcl)),
  ...grantHeaders,
  websiteRedirect,
  /** A bucket whose ACLs are off takes none that opens something. */
  obeysOwnership: implied(true),
  storageClass: optional(header('x-amz-storage-class', storageClass)),
  ...omit(encryptionInput, 'dataEncryption'),
  encryptionContext,
  ...customerKeyInput,
  ...holdHeaders,
}

/** The permissions that headers of a write need. */
export const DESCRIPTION_PERMISSIONS = {
  'x-amz-tagging': 'oss:PutObjectTagging',
  'x-amz-acl': 'oss:PutObjectAcl',
  'x-amz-grant-full-control': 'oss:PutObjectAcl',
  'x-amz-grant-read': 'oss:PutObjectAcl',
  'x-amz-grant-read-acp': 'oss:PutObjectAcl',
  'x-amz-grant-write': 'oss:PutObjectAcl',
  'x-amz-grant-write-acp': 'oss:PutObjectAcl',
  ...HOLD_PERMISSIONS,
} as const

const checksumField = (name: ChecksumName) => optional(header(headerOf(name), text))
/** The name of the element of a checksum. */
export const checksumElementName = (name: ChecksumName): string => `Checksum${name.toUpperCase()}`
const checksumElement = (name: ChecksumName) => optionalElement(checksumElementName(name), text)
/** Whether a checksum is that of the whole object, or one over the checksums of its parts. */
export const checksumType = oneOf(['FULL_OBJECT', 'COMPOSITE'])

/** The words for algorithms, which stand for the names of headers in capitals. */
export const checksumAlgorithm: Codec<ChecksumName> = {
  name: 'CRC32 | CRC32C | CRC64NVME | SHA1 | SHA256 | SHA512 | MD5',
  causes: ['checksumUnsupported'],
  decode(value) {
    const name = value.toLowerCase()
    if (!(name in CHECKSUMS)) throw new OssError('checksumUnsupported')
    return name as ChecksumName
  },
  encode: (name) => name.toUpperCase(),
}

/** At most one checksum, and how that of a multipart object was made. */
export const checksumHeaders = {
  crc32: checksumField('crc32'),
  crc32c: checksumField('crc32c'),
  crc64nvme: checksumField('crc64nvme'),
  sha1: checksumField('sha1'),
  sha256: checksumField('sha256'),
  sha512: checksumField('sha512'),
  md5: checksumField('md5'),
  checksumType: optional(header('x-amz-checksum-type', checksumType)),
}

/** The same in a document. */
export const checksumElements = {
  crc32: checksumElement('crc32'),
  crc32c: checksumElement('crc32c'),
  crc64nvme: checksumElement('crc64nvme'),
  sha1: checksumElement('sha1'),
  sha256: checksumElement('sha256'),
  sha512: checksumElement('sha512'),
  md5: checksumElement('md5'),
  checksumType: optionalElement('ChecksumType', checksumType),
}

/** The checksum that an upload requests for its parts and its object. */
export const uploadChecksum = {
  checksumAlgorithm: optional(header('x-amz-checksum-algorithm', checksumAlgorithm)),
  checksumType: checksumHeaders.checksumType,
}

/** Where an object is read, or a part is written, the upload or the object has its encryption already. */
export const refuseEncryption: readonly Refusal[] = refuseEncryptionHeaders('', '-aws-kms-key-id', '-context')
/** The same where the encryption itself may be repeated. */
export const refuseEncryptionKey: readonly Refusal[] = refuseEncryptionHeaders('-aws-kms-key-id', '-context')

function refuseEncryptionHeaders(...ends: readonly string[]): readonly Refusal[] {
  return ends.map((end) => refuseHeader(`x-amz-server-side-encryption${end}`, [], 'encryptionHeaderOnPart'))
}

/** The causes of a key and of an ACL that a write states. */
export const DESCRIPTION_CAUSES = [
  ...CUSTOMER_KEY_CAUSES,
  ...CONTEXT_CAUSES,
  'customerKeyWithEncryption',
  'aclCannedAndGrants',
  'granteeInvalid',
  'grantNotImplemented',
  'aclsOff',
  'publicObjectAclBlocked',
  'redirectLocationInvalid',
] as const satisfies readonly Cause[]
