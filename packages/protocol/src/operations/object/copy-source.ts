/** Shared by CopyObject and UploadPartCopy: the source that a header names, and the conditions on it. */

import { percentDecode } from '@bindery/bytes'
import { badArgument, type Codec, httpDate, text } from '../../codec.js'
import type { Cause } from '../../errors/catalogue.js'
import { OssError } from '../../errors/oss-error.js'
import { header, optional } from '../../field.js'
import { type BucketName, bucketName, type ObjectKey, objectKey } from '../../names.js'
import { VERSION_CAUSES, versionIdText } from '../shared.js'

const versionText = versionIdText()

/** The source of a copy, or one of its versions. */
export interface CopySourceName {
  readonly bucket: BucketName
  readonly key: ObjectKey
  /** Absent: the current version. */
  readonly version?: string | undefined
}

/** Causes of a source whose name is valid. */
export const COPY_SOURCE_CAUSES = [
  'sourceProtected',
  'noSuchBucket',
  'noSuchKey',
  ...VERSION_CAUSES,
  'invalidObjectState',
  'preconditionFailed',
  'notModified',
] as const satisfies readonly Cause[]

/**
 * `/bucket/key`, with the key percent-encoded once, its slashes encoded or not, and its spaces possibly as `+`.
 * `?versionId=ID` may follow.
 */
export const copySource: Codec<CopySourceName> = {
  name: '/bucket/encoded-key[?versionId=ID]',
  causes: [
    'copySourceEmpty',
    'copySourceInvalid',
    'copySourceParameter',
    'copySourceVersionEmpty',
    'invalidVersionId',
    'invalidBucketName',
    'objectNameEmpty',
    'objectNameInvalid',
    'objectNameTooLong',
    'objectNameNotUtf8',
  ],
  decode(value, argument) {
    if (value === '') throw badArgument('copySourceEmpty', argument, value)
    const [, path = '', query] = /^([^?]*)(?:\?(.*))?$/s.exec(value) ?? []
    if (!path.startsWith('/')) throw badArgument('copySourceInvalid', argument, value)
    const version = query === undefined ? undefined : readVersion(query, argument)
    // the first Go SDK encodes it like a query; every SDK encodes a plus
    const decoded = percentDecode(path.slice(1).replaceAll('+', ' '))
    if (decoded === undefined) throw new OssError('objectNameNotUtf8')
    const slash = decoded.indexOf('/')
    if (slash === -1) throw badArgument('copySourceInvalid', argument, value)
    return { bucket: bucketName(decoded.slice(0, slash)), key: objectKey(decoded.slice(slash + 1)), version }
  },
  encode: ({ bucket, key, version }) =>
    `/${bucket}/${encodeURIComponent(key)}${version === undefined ? '' : `?versionId=${version}`}`,
}

function readVersion(query: string, argument: string): string {
  const version = /^versionId=(.*)$/s.exec(query)?.[1]
  if (version === undefined) throw badArgument('copySourceParameter', argument, query)
  if (version === '') throw badArgument('copySourceVersionEmpty', argument, query)
  return versionText.decode(percentDecode(version) ?? version, argument)
}

/** The conditions on the source of a copy; tags as sent. */
export const copyConditions = {
  ifMatch: optional(header('x-oss-copy-source-if-match', text)),
  ifNoneMatch: optional(header('x-oss-copy-source-if-none-match', text)),
  ifModifiedSince: optional(header('x-oss-copy-source-if-modified-since', httpDate)),
  ifUnmodifiedSince: optional(header('x-oss-copy-source-if-unmodified-since', httpDate)),
}

/** The version that was copied; absent where the source's bucket never kept versions. */
export const copySourceVersionId = optional(header('x-oss-copy-source-version-id', text))
