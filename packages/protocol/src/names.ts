import { utf8Bytes } from '@bindery/bytes'
import { OssError } from './errors/oss-error.js'
import { KEY_BYTES_MAX, OSS_KEY_BYTES_MAX } from './limits.js'

declare const brand: unique symbol
type Branded<T, Name> = T & { readonly [brand]: Name }

/** The name of a bucket, checked by `bucketName` or `isBucketName`. */
export type BucketName = Branded<string, 'BucketName'>
/** The key of an object, checked by `objectKey` or `soughtKey`. */
export type ObjectKey = Branded<string, 'ObjectKey'>

/** The name of a bucket that may exist: one of OSS's, or one of S3's with dots. Throws invalidBucketName. */
export function bucketName(text: string): BucketName {
  if (!isBucketName(text)) throw invalidBucketName(text)
  return text
}

/** Whether a bucket may have this name. */
export function isBucketName(text: string): text is BucketName {
  return isOssBucketName(text) || (WITH_DOTS.test(text) && text.length <= 63 && !IP_ADDRESS.test(text))
}

/** The name of a bucket that OSS creates: 3 to 63 of `a-z0-9-`, the ends no hyphen. Throws invalidBucketName. */
export function ossBucketName(text: string): BucketName {
  if (!isOssBucketName(text)) throw invalidBucketName(text)
  return text
}

/** Whether OSS creates a bucket of this name. */
export function isOssBucketName(text: string): text is BucketName {
  return WITHOUT_DOTS.test(text)
}

const WITHOUT_DOTS = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/
/** Labels between dots, each with letters or digits at its ends. */
const WITH_DOTS = /^(?=.{3})[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/
const IP_ADDRESS = /^\d+\.\d+\.\d+\.\d+$/

function invalidBucketName(text: string): OssError {
  return new OssError('invalidBucketName', { bucketName: text })
}

const ALIAS_END = '-ossalias'

/** Whether a name in place of a bucket's is the alias of an access point. No bucket may be created with such a name. */
export function isAccessPointAlias(name: string): boolean {
  return name.endsWith(ALIAS_END)
}

/** The alias of an access point; `random` is at most 32 characters, so that the alias has the form of a bucket's name. */
export function accessPointAlias(name: string, random: string): string {
  return `${name}-${random}${ALIAS_END}`
}

/** The first label of an access point's Host. */
export function accessPointLabel(name: string, account: string): string {
  return `${name}-${account}`
}

/** Whether a Host's first label names an access point of this account, which may exist or not. */
export function isLabelOfAccount(label: string, account: string): boolean {
  return label.endsWith(accessPointLabel('', account))
}

/**
 * 1 to 1,023 bytes of UTF-8, not beginning with a slash of either kind, without NUL, and without U+FFFE and U+FFFF,
 * which no XML document can hold. Throws the objectName… causes.
 */
export function objectKey(text: string): ObjectKey {
  if (text.startsWith('/') || text.startsWith('\\')) throw new OssError('objectNameInvalid')
  return keyWithin(text, OSS_KEY_BYTES_MAX)
}

/**
 * As objectKey, for a key of S3, or one that is only looked for: it may begin with a slash, and has at most 1,024 bytes.
 * Throws the objectName… causes.
 */
export function soughtKey(text: string): ObjectKey {
  return keyWithin(text, KEY_BYTES_MAX)
}

function keyWithin(text: string, bytesMax: number): ObjectKey {
  if (text === '') throw new OssError('objectNameEmpty')
  if (/[\0\ufffe\uffff]/.test(text)) throw new OssError('objectNameInvalid')
  const size = utf8Bytes(text).length
  if (size > bytesMax) throw new OssError('objectNameTooLong', { size, maxSizeAllowed: bytesMax })
  return text as ObjectKey
}

/** The resource group of buckets that were put into none. */
export const DEFAULT_RESOURCE_GROUP = 'rg-default-id'
