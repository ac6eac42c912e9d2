import { utf8Bytes, utf8Text } from '@bindery/bytes'
import { type BucketName, KEY_BYTES_MAX, type ObjectKey, OssError } from '@bindery/protocol'
import type { Bytes } from '@bindery/storage'
import { findBucket } from '../buckets/buckets.js'
import type { Domain } from '../domain.js'
import { following, successor } from '../stored/key-range.js'
import { objectRows, uploadRows } from '../stored/keyspace.js'
import type { ObjectRecord, UploadRecord } from '../stored/model.js'
import { commonPrefix, rangeOf, scan } from '../stored/scan.js'

export interface ObjectQuery {
  readonly bucket: BucketName
  readonly prefix: string
  /** '' groups nothing. */
  readonly delimiter: string
  /** Only names after this one; '' for all. */
  readonly after: string
  /** An `after` that equals a common prefix skips its whole group, like the end of an earlier page. */
  readonly wholeGroups: boolean
  readonly maxKeys: number
}

export type ObjectEntry =
  | { readonly kind: 'object'; readonly key: ObjectKey; readonly record: ObjectRecord }
  | { readonly kind: 'prefix'; readonly prefix: string }

export interface ObjectPage {
  readonly entries: readonly ObjectEntry[]
  /** The last entry's key or prefix, if more follow. */
  readonly next: string | undefined
}

/** Objects and common prefixes in the byte order of their names. Throws noSuchBucket, invalidPrefix, invalidMarker. */
export async function listObjects(domain: Domain, query: ObjectQuery): Promise<ObjectPage> {
  const { bucket, prefix, delimiter, after, maxKeys } = query
  checkNames(prefix, 'marker', after)
  await findBucket(domain, bucket)
  if (maxKeys === 0) return { entries: [], next: undefined }
  const keyOf = (name: string): Bytes => objectRows.key({ bucket, key: name })
  const nameAt = keyOf('').length
  const skipsGroup = query.wholeGroups && isGroup(after, prefix, delimiter)
  const from = after === '' ? undefined : skipsGroup ? successor(keyOf(after)) : following(keyOf(after))
  const { entries, isTruncated } = await scan<ObjectEntry & { kind: 'object' }>({
    metadata: domain.metadata,
    range: rangeOf(keyOf, prefix, from),
    keyOf,
    nameOf: ({ key }) => utf8Text(key.subarray(nameAt)) ?? '',
    decode: ({ value }, name) => {
      const key = name as ObjectKey
      return { kind: 'object', key, record: objectRows.decode(value, { bucket, key }) }
    },
    prefix,
    delimiter,
    max: maxKeys,
  })
  const listed = entries.map((entry) => (entry.kind === 'row' ? entry.row : entry))
  const last = listed.at(-1)
  const end = last?.kind === 'object' ? last.key : last?.prefix
  return { entries: listed, next: isTruncated ? end : undefined }
}

export interface UploadQuery {
  readonly bucket: BucketName
  readonly prefix: string
  readonly delimiter: string
  /** Uploads of later keys; with `uploadIdMarker` also those of this key with a later id. '' for all. */
  readonly keyMarker: string
  /** Only effective with a `keyMarker`. */
  readonly uploadIdMarker: string
  readonly maxUploads: number
}

export type UploadEntry =
  | { readonly kind: 'upload'; readonly upload: UploadRecord }
  | { readonly kind: 'prefix'; readonly prefix: string }

export interface UploadPage {
  readonly entries: readonly UploadEntry[]
  readonly isTruncated: boolean
}

/** Incomplete uploads by key, then by id. Throws noSuchBucket, invalidPrefix, invalidMarker. */
export async function listUploads(domain: Domain, query: UploadQuery): Promise<UploadPage> {
  const { bucket, prefix, delimiter, keyMarker, maxUploads } = query
  checkNames(prefix, 'key-marker', keyMarker)
  await findBucket(domain, bucket)
  const keyOf = (name: string): Bytes => uploadRows.prefix({ bucket, key: name })
  const { entries, isTruncated } = await scan<UploadRecord>({
    metadata: domain.metadata,
    range: rangeOf(keyOf, prefix, uploadsFrom(query)),
    keyOf,
    nameOf: ({ key }) => uploadRows.namesOf(key).key,
    decode: (row) => uploadRows.decodeRow(row),
    prefix,
    delimiter,
    max: maxUploads,
  })
  return {
    entries: entries.map((entry) => (entry.kind === 'row' ? { kind: 'upload', upload: entry.row } : entry)),
    isTruncated,
  }
}

function uploadsFrom({ bucket, prefix, delimiter, keyMarker, uploadIdMarker }: UploadQuery): Bytes | undefined {
  if (keyMarker === '') return undefined
  if (uploadIdMarker !== '') return following(uploadRows.key({ bucket, key: keyMarker, uploadId: uploadIdMarker }))
  if (isGroup(keyMarker, prefix, delimiter)) return successor(uploadRows.prefix({ bucket, key: keyMarker }))
  return uploadRows.within({ bucket, key: keyMarker }).to
}

function isGroup(name: string, prefix: string, delimiter: string): boolean {
  return name.startsWith(prefix) && commonPrefix(name, prefix, delimiter) === name
}

function checkNames(prefix: string, markerName: string, marker: string): void {
  if (utf8Bytes(prefix).length > KEY_BYTES_MAX) {
    throw new OssError('invalidPrefix', { ArgumentName: 'prefix', ArgumentValue: prefix })
  }
  if (utf8Bytes(marker).length > KEY_BYTES_MAX) {
    throw new OssError('invalidMarker', { ArgumentName: markerName, ArgumentValue: marker })
  }
}
