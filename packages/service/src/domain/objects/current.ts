/**
 * The rows of objects. Nothing else reads, replaces or removes the current version of a key; listings and audits walk over
 * all of them. Versions that are not current lie in rows of their own, and are read and rewritten here too.
 */
import { OssError } from '@bindery/protocol'
import { type Awaitable, andThen, type Bytes, type Reader, type Transaction } from '@bindery/storage'
import type { BucketAndMore, ReadMore } from '../buckets/buckets.js'
import { discardObject } from '../bytes/garbage.js'
import type { Domain } from '../domain.js'
import { count } from '../stored/counters.js'
import { bucketRows, nullVersionRows, objectRows, versionRows } from '../stored/keyspace.js'
import type { ObjectName, ObjectRecord, VersionId } from '../stored/model.js'
import { NULL_VERSION, placeOfId, versionIdOf } from '../stored/version-id.js'

/** The key of the row of the current version: the owner of a blob that is written for it. */
export const currentKey = (name: ObjectName): Bytes => objectRows.key(name)

/** A version that has data, and the key of its row. */
export interface StoredObject {
  readonly row: Bytes
  readonly record: ObjectRecord
}

/** The version that a name denotes; undefined where it does not exist, or is a delete marker. */
export function readStored(reader: Reader, name: ObjectName): Awaitable<StoredObject | undefined> {
  const { version } = name
  return andThen(objectRows.read(reader, name), (record) => {
    const isAsked = record !== undefined && (version === undefined || versionIdOf(record) === version)
    if (isAsked) return { row: currentKey(name), record }
    return version === undefined ? undefined : readOther(reader, name, version)
  })
}

/** A version that is not current. */
function readOther(reader: Reader, name: ObjectName, version: VersionId): Awaitable<StoredObject | undefined> {
  return andThen(readPlace(reader, name, version), (place) => {
    if (place === undefined) return undefined
    const names = { bucket: name.bucket, key: name.key, place }
    return andThen(versionRows.read(reader, names), (record) => {
      if (record === undefined || 'deleteMarker' in record || versionIdOf(record) !== version) return undefined
      return { row: versionRows.key(names), record }
    })
  })
}

function readPlace(reader: Reader, name: ObjectName, version: VersionId): Awaitable<number | undefined> {
  if (version !== NULL_VERSION) return placeOfId(version)
  return andThen(nullVersionRows.read(reader, name), (found) => found?.place)
}

/** The record of the version that a name is of. */
export function readObject(reader: Reader, name: ObjectName): Awaitable<ObjectRecord | undefined> {
  return andThen(readStored(reader, name), (stored) => stored?.record)
}

/** Throws noSuchKey, noSuchVersion. */
export function requireStored(reader: Reader, name: ObjectName): Awaitable<StoredObject> {
  return andThen(readStored(reader, name), (stored) => requireFound(stored, name))
}

/** Throws noSuchKey, noSuchVersion. */
export function requireObject(reader: Reader, name: ObjectName): Awaitable<ObjectRecord> {
  return andThen(readObject(reader, name), (record) => requireFound(record, name))
}

/** Returns what was found by a name. Throws noSuchKey, or noSuchVersion where the name is of a version. */
export function requireFound<T>(found: T | undefined, { key, version }: ObjectName): T {
  if (found !== undefined) return found
  throw version === undefined ? new OssError('noSuchKey', { key }) : new OssError('noSuchVersion')
}

/** A bucket and one object in it, from one state of the store. */
export interface BucketAndObject<T> extends BucketAndMore<T> {
  readonly object: ObjectRecord | undefined
}

/** Throws noSuchBucket. */
export function readBucketAndObject<T>(
  domain: Domain,
  reader: Reader,
  name: ObjectName,
  readMore: ReadMore<T>,
): Awaitable<BucketAndObject<T>> {
  // for almost all requests two rows, read in one go
  return andThen(reader.getMany([bucketRows.key(name), currentKey(name)]), ([bucketRow, row]) => {
    if (bucketRow === undefined) throw new OssError('noSuchBucket', { bucketName: name.bucket })
    const bucket = domain.bucketCache.decode(bucketRow, name.bucket)
    const current = row && objectRows.decode(row, name)
    return andThen(versionAmong(reader, name, current), (object) =>
      andThen(readMore(reader, bucket), (more) => ({ bucket, object, more })),
    )
  })
}

/** The version that a name is of, given the current one. */
function versionAmong(
  reader: Reader,
  name: ObjectName,
  current: ObjectRecord | undefined,
): Awaitable<ObjectRecord | undefined> {
  const { version } = name
  if (version === undefined || (current !== undefined && versionIdOf(current) === version)) return current
  return andThen(readOther(reader, name, version), (other) => other?.record)
}

/** The state that a new version replaces. */
export interface Replacement {
  readonly name: ObjectName
  readonly forbidOverwrite: boolean
  /** The current version, as the same transaction has read it. */
  readonly old: ObjectRecord | undefined
}

/** Makes a record the current version of its key; the version that it replaces is discarded. Throws fileAlreadyExists. */
export function replaceCurrent(
  domain: Domain,
  tx: Transaction,
  { name, forbidOverwrite, old }: Replacement,
  record: ObjectRecord,
): void {
  if (old !== undefined && forbidOverwrite) throw new OssError('fileAlreadyExists')
  const row = currentKey(name)
  const objects = [{ storageClass: record.storageClass, count: 1, bytes: record.size }]
  if (old !== undefined) {
    discardObject(domain, tx, row, old, 'overwritten')
    objects.push({ storageClass: old.storageClass, count: -1, bytes: -old.size })
  }
  tx.set(row, objectRows.encode(record))
  count(tx, name.bucket, { objects })
}

/** Removes the current version of a key, as the same transaction has read it. */
export function removeCurrent(domain: Domain, tx: Transaction, name: ObjectName, record: ObjectRecord): void {
  const row = currentKey(name)
  tx.delete(row)
  discardObject(domain, tx, row, record, 'deleted')
  count(tx, name.bucket, { objects: [{ storageClass: record.storageClass, count: -1, bytes: -record.size }] })
}

/** Describes a version anew, current or not: it stays the same version, with the same data in the same storage class. */
export function rewrite(tx: Transaction, { row }: StoredObject, record: ObjectRecord): void {
  tx.set(row, objectRows.encode(record))
}
