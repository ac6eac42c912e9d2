import type { Notation, Spelling } from '../notation.js'

/** OSS's names that S3 has in another form than the usual one. */
const NAMES: Readonly<Record<string, string | undefined>> = {
  'x-oss-object-acl': 'x-amz-acl',
  'x-oss-server-side-encryption-key-id': 'x-amz-server-side-encryption-aws-kms-key-id',
  'x-oss-object-worm-mode': 'x-amz-object-lock-mode',
  'x-oss-object-worm-retain-until-date': 'x-amz-object-lock-retain-until-date',
  'x-oss-object-worm-legal-hold': 'x-amz-object-lock-legal-hold',
  // S3 has no such headers
  'x-oss-hash-crc64ecma': undefined,
  'x-oss-object-type': undefined,
  'x-oss-qos-delay-time': undefined,
  'x-oss-traffic-limit': undefined,
  'x-oss-server-side-data-encryption': undefined,
  'x-oss-forbid-overwrite': undefined,
  'x-oss-next-append-position': undefined,
  'x-oss-sealed-time': undefined,
  'x-oss-transition-time': undefined,
}

/** OSS's classes by S3's words; several of S3's are one of OSS's. */
const CLASSES: readonly (readonly [word: string, storageClass: string])[] = [
  ['STANDARD', 'Standard'],
  ['REDUCED_REDUNDANCY', 'Standard'],
  ['STANDARD_IA', 'IA'],
  ['ONEZONE_IA', 'IA'],
  ['INTELLIGENT_TIERING', 'IA'],
  ['GLACIER_IR', 'IA'],
  ['GLACIER', 'Archive'],
  ['GLACIER', 'ColdArchive'],
  ['DEEP_ARCHIVE', 'DeepColdArchive'],
]

const storageClass: Spelling = {
  read: (text) => CLASSES.find(([word]) => word === text)?.[1] ?? `not ${text}`,
  write: (text) => CLASSES.find(([, own]) => own === text)?.[0] ?? text,
}

/** S3's words for ciphers. SM4 has none, and is shown as AES256. */
const sseAlgorithm: Spelling = {
  read: (text) => (text === 'AES256' ? text : /^aws:kms(:dsse)?$/.test(text) ? 'KMS' : `not ${text}`),
  write: (text) => (text === 'KMS' ? 'aws:kms' : 'AES256'),
}

/** The id of a key, which S3 also writes as an ARN. */
const keyId: Spelling = {
  read: (text) => text.replace(/^arn:aws[\w-]*:kms:[^:]*:[^:]*:key\//, ''),
  write: (text) => text,
}

/** How S3 writes what the declarations describe in OSS's words. */
export const S3_NOTATION: Notation = {
  nameOf: (documented) => (documented in NAMES ? NAMES[documented] : documented.replace(/^x-oss-/, 'x-amz-')),
  metadataPrefix: 'x-amz-meta-',
  metadataName: /^[a-z0-9!#$%&'*+.^_`|~-]+$/,
  keepsSlashes: true,
  namespace: 'http://s3.amazonaws.com/doc/2006-03-01/',
  spellings: {
    etag: { read: (text) => text, write: (text) => text.toLowerCase() },
    storageClass,
    sseAlgorithm,
    keyId,
  },
}
