/** ListObjectVersions: current versions and the others, which lie in rows of their own, as one listing. */
import type { BucketName, ObjectKey } from '@bindery/protocol'
import { type Awaitable, andThen, type Bytes, type Reader, together } from '@bindery/storage'
import { findBucket } from '../buckets/buckets.js'
import type { Domain } from '../domain.js'
import { following, successor } from '../stored/key-range.js'
import { nullVersionRows, objectRows, versionRows } from '../stored/keyspace.js'
import type { VersionId, VersionRecord } from '../stored/model.js'
import { checkNames, isGroup, rangeOf, scan, type Track } from '../stored/scan.js'
import { NULL_VERSION, placeOf, placeOfId, versionIdOf } from '../stored/version-id.js'
import { readCurrent, readNewest } from './current.js'

/** Which versions of a bucket are listed. */
export interface VersionQuery {
  readonly bucket: BucketName
  readonly prefix: string
  /** '' groups nothing. */
  readonly delimiter: string
  /** Only versions of later keys; with `versionIdMarker` also the older ones of this key. '' for all. */
  readonly keyMarker: string
  /** Undefined: none. Only effective with a `keyMarker`. */
  readonly versionIdMarker?: VersionId | undefined
  readonly maxKeys: number
}

/** One version, or delete marker, of a listing. */
export interface ListedVersion {
  readonly kind: 'version'
  readonly key: ObjectKey
  readonly record: VersionRecord
  /** It is the newest of its key. */
  readonly isLatest: boolean
}

/** An entry of a listing of versions. */
export type VersionEntry = ListedVersion | { readonly kind: 'prefix'; readonly prefix: string }

/** A page of a listing of versions. Where it is truncated, the next page begins after its last entry. */
export interface VersionPage {
  readonly entries: readonly VersionEntry[]
  readonly isTruncated: boolean
}

/** Versions by key, the newest of a key first. Throws noSuchBucket, invalidPrefix, invalidMarker. */
export async function listVersions(domain: Domain, query: VersionQuery): Promise<VersionPage> {
  const { bucket, prefix, delimiter, keyMarker, maxKeys } = query
  checkNames(prefix, keyMarker)
  await findBucket(domain, bucket)
  if (maxKeys === 0) return { entries: [], isTruncated: false }
  const start = await domain.metadata.read((reader) => readStart(reader, query))
  const { entries, isTruncated } = await scan<ListedVersion>({
    metadata: domain.metadata,
    tracks: tracksOf(query, start),
    prefix,
    delimiter,
    max: maxKeys,
  })
  return { entries: entries.map((entry) => (entry.kind === 'row' ? entry.row : entry)), isTruncated }
}

/** Where a page begins in each of the two spaces; undefined for the first page. */
interface Start {
  readonly objects: Bytes | undefined
  readonly versions: Bytes | undefined
  /** The key whose newest version an earlier page has listed. */
  readonly begun: string | undefined
}

function readStart(reader: Reader, query: VersionQuery): Awaitable<Start> {
  const { bucket, prefix, delimiter, keyMarker: key, versionIdMarker } = query
  if (key === '') return { objects: undefined, versions: undefined, begun: undefined }
  const object = objectRows.key({ bucket, key })
  if (versionIdMarker !== undefined) return readStartWithin(reader, query, versionIdMarker)
  if (isGroup(key, prefix, delimiter)) {
    return { objects: successor(object), versions: successor(versionRows.prefix({ bucket, key })), begun: undefined }
  }
  return { objects: following(object), versions: versionRows.rangeUnder({ bucket, key }).to, begun: undefined }
}

/**
 * Continues after a version of a key. Versions may have been deleted since, that one included, and others have become
 * current, so the listing continues by place. The place of a deleted null version is unknown: its key is listed from
 * the beginning.
 */
function readStartWithin(
  reader: Reader,
  { bucket, keyMarker }: VersionQuery,
  versionIdMarker: VersionId,
): Awaitable<Start> {
  const name = { bucket, key: keyMarker as ObjectKey }
  const found = together(
    readCurrent(reader, name),
    readNewest(reader, name, 1),
    versionIdMarker === NULL_VERSION ? nullVersionRows.read(reader, name) : undefined,
  )
  return andThen(found, ([current, [newest], nullVersion]) => {
    const isNull = current !== undefined && versionIdOf(current) === versionIdMarker
    const place = isNull ? placeOf(current) : (placeOfId(versionIdMarker) ?? nullVersion?.place)
    const object = objectRows.key(name)
    if (place === undefined) return { objects: object, versions: versionRows.rangeUnder(name).from, begun: undefined }
    const isNewer = (record: VersionRecord | undefined) => record !== undefined && placeOf(record) >= place
    return {
      objects: isNewer(current) ? following(object) : object,
      versions: following(versionRows.key({ ...name, place })),
      begun: isNewer(current) || isNewer(newest) ? keyMarker : undefined,
    }
  })
}

function tracksOf({ bucket, prefix }: VersionQuery, start: Start): Track<ListedVersion>[] {
  let begun = start.begun
  const listed = (key: ObjectKey, record: VersionRecord): ListedVersion => {
    const isLatest = key !== begun
    begun = key
    return { kind: 'version', key, record, isLatest }
  }
  const objectKeyOf = (name: string): Bytes => objectRows.key({ bucket, key: name })
  const versionKeyOf = (name: string): Bytes => versionRows.prefix({ bucket, key: name })
  return [
    {
      range: rangeOf(objectKeyOf, prefix, start.objects),
      keyOf: objectKeyOf,
      nameOf: ({ key }) => objectRows.namesOf(key).key,
      decode: (row) => listed(objectRows.namesOf(row.key).key, objectRows.decodeRow(row)),
    },
    {
      range: rangeOf(versionKeyOf, prefix, start.versions),
      keyOf: versionKeyOf,
      nameOf: ({ key }) => versionRows.namesOf(key).key,
      decode: (row) => listed(versionRows.namesOf(row.key).key, versionRows.decodeRow(row)),
    },
  ]
}
