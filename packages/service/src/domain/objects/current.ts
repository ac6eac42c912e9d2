/**
 * The row of the current version of a key, and reading the others. A key has at most one current version, in a row of its
 * own; its other versions and its delete markers lie in rows from the newest to the oldest. Where the newest version is a
 * delete marker, none is current. No other module reads, replaces or removes the row of one current version; `versions.ts`
 * decides when that happens. Listings and audits walk over all of them. Repair and the renewal of data keys rewrite rows of any
 * space alike, in a store that no server uses, and `bytes/blobs.ts` reads whatever row owns a blob.
 */
import { OssError } from '@bindery/protocol'
import { type Awaitable, andThen, type Bytes, type Reader, type Transaction } from '@bindery/storage'
import { type BucketAndMore, bucketIn, noSuchBucket, type ReadMore } from '../buckets/buckets.js'
import type { Domain } from '../domain.js'
import { bucketRows, nullVersionRows, objectRows, versionRows } from '../stored/keyspace.js'
import type { BucketRecord, DeleteMarker, ObjectName, ObjectRecord, VersionId, VersionRecord } from '../stored/model.js'
import { NULL_VERSION, placeOfId, versionIdOf } from '../stored/version-id.js'

/** The key of the row of the current version: the owner of a blob that is written for it. */
export const currentKey = (name: ObjectName): Bytes => objectRows.key(name)

/** The current version of a key. */
export function readCurrent(reader: Reader, name: ObjectName): Awaitable<ObjectRecord | undefined> {
  return objectRows.read(reader, name)
}

/** Whether a key has a current version, whatever the state of its row. */
export function hasCurrent(reader: Reader, name: ObjectName): Awaitable<boolean> {
  return andThen(reader.get(currentKey(name)), (row) => row !== undefined)
}

/** Makes a record the current version of its key, in place of any other. */
export function setCurrent(tx: Transaction, name: ObjectName, record: ObjectRecord): void {
  tx.set(currentKey(name), objectRows.encode(record), true)
}

/** Leaves a key without a current version. */
export function removeCurrent(tx: Transaction, name: ObjectName): void {
  objectRows.delete(tx, name)
}

/** Replaces the description of a version, current or not. It stays the same version, with the same data and class. */
export function rewrite(tx: Transaction, { row }: StoredObject, record: ObjectRecord): void {
  tx.set(row, objectRows.encode(record))
}

/** A version, and the key of its row. */
export interface Stored<T extends VersionRecord = VersionRecord> {
  readonly row: Bytes
  readonly record: T
}

/** A version that has data. */
export type StoredObject = Stored<ObjectRecord>

/** Whether a version is data rather than a delete marker. */
export const hasData = (stored: Stored): stored is StoredObject => !('deleteMarker' in stored.record)

/** The version that a name denotes, data or a delete marker: the current one for a name without a version. */
function readVersion(reader: Reader, name: ObjectName): Awaitable<Stored | undefined> {
  const { version } = name
  return andThen(readCurrent(reader, name), (record) => {
    const isAsked = record !== undefined && (version === undefined || versionIdOf(record) === version)
    if (isAsked) return { row: currentKey(name), record }
    return version === undefined ? undefined : readOther(reader, name, version)
  })
}

/** A version that is not current. */
export function readOther(reader: Reader, name: ObjectName, version: VersionId): Awaitable<Stored | undefined> {
  return andThen(readPlace(reader, name, version), (place) => {
    if (place === undefined) return undefined
    const names = { bucket: name.bucket, key: name.key, place }
    return andThen(versionRows.read(reader, names), (record) => {
      if (record === undefined || versionIdOf(record) !== version) return undefined
      return { row: versionRows.key(names), record }
    })
  })
}

function readPlace(reader: Reader, name: ObjectName, version: VersionId): Awaitable<number | undefined> {
  if (version !== NULL_VERSION) return placeOfId(version)
  return andThen(nullVersionRows.read(reader, name), (found) => found?.place)
}

/** The newest versions of a key among those that are not current. */
export function readNewest(reader: Reader, { bucket, key }: ObjectName, limit: number): Awaitable<VersionRecord[]> {
  const { from, to } = versionRows.rangeUnder({ bucket, key })
  return andThen(reader.range(from, to, { limit }), (rows) => rows.map((row) => versionRows.decodeRow(row)))
}

/** The delete marker that is the newest version of a key without a current one. */
export function readMarker(reader: Reader, name: ObjectName): Awaitable<DeleteMarker | undefined> {
  return andThen(readNewest(reader, name, 1), ([newest]) =>
    newest !== undefined && 'deleteMarker' in newest ? newest : undefined,
  )
}

/** The version with data that a name denotes; undefined where it does not exist, or is a delete marker. */
export function readStored(reader: Reader, name: ObjectName): Awaitable<StoredObject | undefined> {
  return andThen(readVersion(reader, name), (stored) => (stored !== undefined && hasData(stored) ? stored : undefined))
}

/** The record of the version that a name is of. */
export function readObject(reader: Reader, name: ObjectName): Awaitable<ObjectRecord | undefined> {
  return andThen(readStored(reader, name), (stored) => stored?.record)
}

/**
 * The version that a name denotes, with the key of its row. Throws noSuchKey, noSuchVersion, versionIsDeleteMarker.
 */
export function requireStored(reader: Reader, name: ObjectName): Awaitable<StoredObject> {
  return andThen(readVersion(reader, name), (stored) => {
    if (stored !== undefined && hasData(stored)) return stored
    const marker = stored?.record ?? (name.version === undefined ? readMarker(reader, name) : undefined)
    return andThen(marker as Awaitable<DeleteMarker | undefined>, (found) => {
      throw notFound(name, found)
    })
  })
}

/** The record of the version that a name denotes. Throws noSuchKey, noSuchVersion, versionIsDeleteMarker. */
export function requireObject(reader: Reader, name: ObjectName): Awaitable<ObjectRecord> {
  return andThen(requireStored(reader, name), ({ record }) => record)
}

/** The cause of an error: a name leads to a delete marker instead of an object. */
export class OnDeleteMarker extends Error {
  override readonly name = 'OnDeleteMarker'
  /** The id of the marker. */
  readonly version: VersionId

  constructor(version: VersionId) {
    super('the version is a delete marker')
    this.version = version
  }
}

/** The error of a name that leads to no object, and to a delete marker if one is given. */
export function notFound({ key, version }: ObjectName, marker: DeleteMarker | undefined): OssError {
  const options = marker === undefined ? {} : { cause: new OnDeleteMarker(marker.version.id) }
  if (version === undefined) return new OssError('noSuchKey', { key }, options)
  return marker === undefined ? new OssError('noSuchVersion') : new OssError('versionIsDeleteMarker', {}, options)
}

/** A bucket and one object in it, from one state of the store. */
export interface BucketAndObject<T> extends BucketAndMore<T> {
  readonly object: ObjectRecord | undefined
  /** The delete marker that the name leads to. */
  readonly marker: DeleteMarker | undefined
}

/** A bucket and an object in it, which need not exist. Throws noSuchBucket. */
export function readBucketAndObject<T>(
  domain: Domain,
  reader: Reader,
  name: ObjectName,
  readMore: ReadMore<T>,
): Awaitable<BucketAndObject<T>> {
  // for almost all requests two rows, read in one go
  return andThen(reader.getMany([bucketRows.key(name), currentKey(name)]), ([bucketRow, row]) => {
    if (bucketRow === undefined) throw noSuchBucket(name.bucket)
    const bucket = bucketIn(domain, bucketRow, name.bucket)
    const current = row && domain.objectCache.get(`${name.bucket}/${name.key}`, row, () => objectRows.decode(row, name))
    return andThen(versionAmong(reader, name, bucket, current), (found) =>
      andThen(readMore(reader, bucket), (more) =>
        found !== undefined && 'deleteMarker' in found
          ? { bucket, object: undefined, marker: found, more }
          : { bucket, object: found, marker: undefined, more },
      ),
    )
  })
}

/** The version that a name is of, given the current one; only buckets that keep versions have others. */
function versionAmong(
  reader: Reader,
  name: ObjectName,
  { versioning }: BucketRecord,
  current: ObjectRecord | undefined,
): Awaitable<VersionRecord | undefined> {
  const { version } = name
  if (current !== undefined && (version === undefined || versionIdOf(current) === version)) return current
  if (versioning === undefined) return undefined
  if (version === undefined) return readMarker(reader, name)
  return andThen(readOther(reader, name, version), (other) => other?.record)
}
