/**
 * Writing the rows of objects: new versions of a key, changes of their records, and the end of versions. No other module
 * of the domain writes these rows. The state of the bucket decides whether the version that was current is replaced or
 * kept.
 *
 * A blob's owner moves with its record: a commit that moves a record also writes the blob's owner row.
 */
import { OssError } from '@bindery/protocol'
import { type Awaitable, andThen, carriesBytes, type Reader, type Transaction, together } from '@bindery/storage'
import { readBucket } from '../buckets/buckets.js'
import { defaultHolds, type ObjectWorm } from '../buckets/object-worm.js'
import { readRetentionMs } from '../buckets/worm.js'
import { discardObject } from '../bytes/garbage.js'
import type { Domain } from '../domain.js'
import { count } from '../stored/counters.js'
import { readDocument } from '../stored/documents.js'
import { nullVersionRows, ownerRows, versionRows } from '../stored/keyspace.js'
import type {
  BucketRecord,
  DeleteMarker,
  GarbageRecord,
  ObjectName,
  ObjectRecord,
  StorageClass,
  Version,
  VersionId,
  VersionRecord,
} from '../stored/model.js'
import { NULL_VERSION, newVersionId, nextPlace, placeOf, versionIdOf } from '../stored/version-id.js'
import {
  currentKey,
  hasData,
  readCurrent,
  readMarker,
  readNewest,
  readOther,
  removeCurrent,
  rewrite,
  type Stored,
  type StoredObject,
  setCurrent,
} from './current.js'
import { requireCondition, type WriteCondition } from './write-condition.js'

/** The versions of a key that a new one follows or replaces, as one transaction has read them. */
export interface Standing {
  readonly bucket: BucketRecord
  /** Names the key. */
  readonly name: ObjectName
  readonly current: ObjectRecord | undefined
  /** Where no version is current: the newest one, in a bucket that keeps versions. */
  readonly marker: DeleteMarker | undefined
  /** The null version, where a new one replaces it and it is not current. */
  readonly nullVersion: Stored | undefined
  /** Milliseconds for which versions may not be discarded, from the time of their last change. */
  readonly retentionMs: number
  /** How new versions are retained; undefined where the bucket has no ObjectWorm. */
  readonly objectWorm: ObjectWorm | undefined
}

/**
 * Reads the standing of a key. A bucket that never kept versions costs two parallel reads and no more. Throws
 * noSuchBucket.
 */
export function readStanding(domain: Domain, reader: Reader, { bucket, key }: ObjectName): Awaitable<Standing> {
  const name = { bucket, key }
  return andThen(together(readBucket(domain, reader, bucket), readCurrent(reader, name)), ([record, current]) => {
    const { versioning } = record
    const others = together(
      versioning !== undefined && current === undefined ? readMarker(reader, name) : undefined,
      versioning === 'Suspended' ? readOther(reader, name, NULL_VERSION) : undefined,
      readRetentionMs(domain, reader, record),
      readDocument(reader, record, 'objectWorm'),
    )
    return andThen(others, ([marker, nullVersion, retentionMs, objectWorm]) => {
      return { bucket: record, name, current, marker, nullVersion, retentionMs, objectWorm }
    })
  })
}

/** The standing after a version of the key was rewritten in the same transaction. */
export function withRewritten(standing: Standing, rewritten: ObjectRecord): Standing {
  const { current, nullVersion } = standing
  if (current?.reference === rewritten.reference) return { ...standing, current: rewritten }
  const isNull =
    nullVersion !== undefined && hasData(nullVersion) && nullVersion.record.reference === rewritten.reference
  return isNull ? { ...standing, nullVersion: { row: nullVersion.row, record: rewritten } } : standing
}

/** The conditions under which a new version may replace the current one. */
interface Overwriting {
  readonly forbidOverwrite: boolean
  readonly condition?: WriteCondition | undefined
}

/**
 * Makes a record the current version of its key, and returns it as it is stored. Throws fileAlreadyExists, in a bucket
 * that never kept versions, fileImmutable, and what requireCondition throws.
 */
export function putCurrent(
  domain: Domain,
  tx: Transaction,
  standing: Standing,
  { forbidOverwrite, condition }: Overwriting,
  record: ObjectRecord,
): ObjectRecord {
  const { bucket, name, current } = standing
  const isVersioned = bucket.versioning !== undefined
  if (!isVersioned && forbidOverwrite && current !== undefined) throw new OssError('fileAlreadyExists')
  if (condition !== undefined) requireCondition(current, name.key, condition)
  const { modifiedAt } = record
  const placed = isVersioned
    ? { ...defaultHolds(standing.objectWorm, modifiedAt), ...record, version: newVersion(domain, standing, modifiedAt) }
    : record
  giveWay(domain, tx, standing, 'overwritten')
  setCurrent(tx, name, placed)
  count(tx, name.bucket, { objects: [{ storageClass: placed.storageClass, count: 1, bytes: placed.size }] })
  return placed
}

/** The effect of a deletion, as its answer shows it. */
export interface Deleted {
  /** The version that was deleted, or the delete marker that was made; absent in a bucket that never kept versions. */
  readonly version?: VersionId
  readonly isMarker: boolean
}

/**
 * Deletes the current version of a key; a bucket that keeps versions gets a delete marker, whether there was one or not.
 * Throws fileImmutable.
 */
export function deleteCurrent(domain: Domain, tx: Transaction, standing: Standing, now: number): Deleted {
  const { bucket, name, current } = standing
  const version = bucket.versioning === undefined ? undefined : newVersion(domain, standing, now)
  giveWay(domain, tx, standing, 'deleted')
  if (current !== undefined) removeCurrent(tx, name)
  if (version === undefined) return { isMarker: false }
  const marker: DeleteMarker = { deleteMarker: true, owner: bucket.owner, modifiedAt: now, version }
  placeAmongOthers(tx, name, marker)
  count(tx, name.bucket, { deleteMarkers: 1 })
  return { version: version.id, isMarker: true }
}

function newVersion(domain: Domain, { bucket, current, marker }: Standing, now: number): Version {
  const place = nextPlace(now, current ?? marker)
  return { place, id: bucket.versioning === 'Enabled' ? newVersionId(place, domain) : NULL_VERSION }
}

/** Makes way for a new version: keeps the current one among the others, or discards it, as versioning requires. */
function giveWay(domain: Domain, tx: Transaction, standing: Standing, why: GarbageRecord['why']): void {
  const { bucket, name, current, nullVersion, retentionMs } = standing
  const removal = { domain, tx, name, why, retentionMs, bypassGovernance: false }
  if (nullVersion !== undefined) discardOther(removal, nullVersion)
  if (current === undefined) return
  const isNull = versionIdOf(current) === NULL_VERSION
  if (bucket.versioning === 'Enabled' || (bucket.versioning === 'Suspended' && !isNull)) keep(tx, name, current)
  else discardData(removal, { row: currentKey(name), record: current })
}

/** Adds the version that was current to the others; its row as the current one is for the caller to replace or remove. */
export function keep(tx: Transaction, name: ObjectName, record: ObjectRecord): void {
  placeAmongOthers(tx, name, record)
  const { bytes } = record
  if (bytes.kind === 'blob' && !carriesBytes(bytes.blob)) {
    ownerRows.set(tx, { blob: bytes.blob }, versionRows.key({ ...name, place: placeOf(record) }))
  }
  count(tx, name.bucket, { versions: 1, versionBytes: record.size })
}

function placeAmongOthers(tx: Transaction, name: ObjectName, record: VersionRecord): void {
  const place = placeOf(record)
  versionRows.set(tx, { ...name, place }, record)
  if (versionIdOf(record) === NULL_VERSION) nullVersionRows.set(tx, name, { place })
}

/** Removes a version that is not current from among the others. */
function takeFromOthers(tx: Transaction, name: ObjectName, record: VersionRecord): void {
  versionRows.delete(tx, { ...name, place: placeOf(record) })
  if (versionIdOf(record) === NULL_VERSION) nullVersionRows.delete(tx, name)
}

/** The end of a version in a transaction. */
interface Removal {
  readonly domain: Domain
  readonly tx: Transaction
  /** Names the key. */
  readonly name: ObjectName
  readonly why: GarbageRecord['why']
  readonly retentionMs: number
  /** A retention in the mode GOVERNANCE does not count. */
  readonly bypassGovernance: boolean
}

/** Throws fileImmutable. */
function discardOther(removal: Removal, stored: Stored): void {
  const { tx, name } = removal
  takeFromOthers(tx, name, stored.record)
  if (!hasData(stored)) {
    count(tx, name.bucket, { deleteMarkers: -1 })
    return
  }
  discardData(removal, stored)
  count(tx, name.bucket, { versions: -1, versionBytes: -stored.record.size })
}

/** Unlinks the data of a version whose row is deleted or replaced in the same commit. Throws fileImmutable. */
function discardData(removal: Removal, { row, record }: StoredObject): void {
  const { domain, tx, why, name } = removal
  requireMutable(removal, record)
  discardObject(domain, tx, row, record, why)
  count(tx, name.bucket, { objects: [{ storageClass: record.storageClass, count: -1, bytes: -record.size }] })
}

/** Moves a version to another class; it stays the same version, and its time too. */
export function changeStorageClass(
  tx: Transaction,
  bucket: string,
  stored: StoredObject,
  storageClass: StorageClass,
  now: number,
): void {
  const { restore: _, ...record } = stored.record
  rewrite(tx, stored, { ...record, storageClass, movedAt: now })
  const objects = [
    { storageClass: record.storageClass, count: -1, bytes: -record.size },
    { storageClass, count: 1, bytes: record.size },
  ]
  count(tx, bucket, { objects })
}

/** Refuses to change the data of a version that is held, or that its bucket retains. Throws fileImmutable. */
export function requireMutable(
  { domain, retentionMs, bypassGovernance }: Pick<Removal, 'domain' | 'retentionMs' | 'bypassGovernance'>,
  { modifiedAt, retention, legalHold }: ObjectRecord,
): void {
  const now = domain.clock()
  const isBypassed = bypassGovernance && retention?.mode === 'GOVERNANCE'
  const isRetained = retention !== undefined && now < retention.until && !isBypassed
  if (legalHold === 'ON' || isRetained || (retentionMs > 0 && now < modifiedAt + retentionMs)) {
    throw new OssError('fileImmutable')
  }
}

/**
 * Deletes one version for good. Where it was the newest, the next one becomes current, unless that is a delete marker.
 * Throws fileImmutable.
 */
export async function deleteVersion(
  domain: Domain,
  tx: Transaction,
  bucket: BucketRecord,
  name: ObjectName & { readonly version: VersionId },
  bypassGovernance = false,
): Promise<Deleted> {
  const { version } = name
  const [retentionMs, current, other, newest] = await together(
    readRetentionMs(domain, tx, bucket),
    readCurrent(tx, name),
    readOther(tx, name, version),
    readNewest(tx, name, 2),
  )
  const removal = { domain, tx, name, why: 'deleted', retentionMs, bypassGovernance } as const
  if (current !== undefined && versionIdOf(current) === version) {
    removeCurrent(tx, name)
    discardData(removal, { row: currentKey(name), record: current })
    succeed(tx, name, newest[0])
    return { version, isMarker: false }
  }
  if (other === undefined) return { version, isMarker: false }
  discardOther(removal, other)
  const [first, second] = newest
  const wasNewest = current === undefined && first !== undefined && placeOf(first) === placeOf(other.record)
  if (wasNewest) succeed(tx, name, second)
  return { version, isMarker: !hasData(other) }
}

/** Makes the newest of the others current, where it has data. */
function succeed(tx: Transaction, name: ObjectName, newest: VersionRecord | undefined): void {
  if (newest === undefined || 'deleteMarker' in newest) return
  takeFromOthers(tx, name, newest)
  setCurrent(tx, name, newest)
  const { bytes } = newest
  // the header of the blob names this row, so that an owner row is no longer needed
  if (bytes.kind === 'blob' && !carriesBytes(bytes.blob)) ownerRows.delete(tx, { blob: bytes.blob })
  count(tx, name.bucket, { versions: -1, versionBytes: -newest.size })
}
