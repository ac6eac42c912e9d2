/** Walks over all versions of a bucket's objects whose keys begin with a prefix, and passes damaged rows by. */
import type { BucketName, ObjectKey } from '@bindery/protocol'
import type { Domain } from '../domain.js'
import { currentKey, readCurrent } from '../objects/current.js'
import { isDamage } from '../stored/damage.js'
import { startingWith } from '../stored/key-range.js'
import { objectRows, versionRows } from '../stored/keyspace.js'
import type { ObjectRecord, VersionRecord } from '../stored/model.js'

/** Records of 40 kB stay within the limit of one read. */
const ROWS_AT_ONCE = 200

/** A version as a walk meets it. */
export interface WalkedVersion<T extends VersionRecord = VersionRecord> {
  readonly key: ObjectKey
  readonly record: T
  /**
   * When a newer version came, in milliseconds; undefined for the newest of a key. Infinity where the current version is
   * damaged.
   */
  readonly noncurrentSince?: number | undefined
}

/** The current versions, by key. Throws StorageError except for damage. */
export async function* currentVersions(
  domain: Domain,
  bucket: BucketName,
  prefix: string,
): AsyncGenerator<WalkedVersion<ObjectRecord>, void, undefined> {
  const range = startingWith(objectRows.prefix({ bucket, key: prefix }))
  for await (const row of domain.damage.rowsIn(domain.metadata, range, ROWS_AT_ONCE)) {
    const record = domain.damage.skip(row.key, () => objectRows.decodeRow(row))
    if (record !== undefined) yield { key: objectRows.namesOf(row.key).key, record }
  }
}

/** Versions that are not current, and delete markers, by key and from the newest. Throws StorageError except for damage. */
export async function* otherVersions(
  domain: Domain,
  bucket: BucketName,
  prefix: string,
): AsyncGenerator<WalkedVersion, void, undefined> {
  const range = startingWith(versionRows.prefix({ bucket, key: prefix }))
  let before: { readonly key: ObjectKey; readonly time: number } | undefined
  for await (const row of domain.damage.rowsIn(domain.metadata, range, ROWS_AT_ONCE)) {
    const record = domain.damage.skip(row.key, () => versionRows.decodeRow(row))
    if (record === undefined) continue
    const { key } = versionRows.namesOf(row.key)
    const noncurrentSince = before?.key === key ? before.time : await findTimeOfCurrent(domain, bucket, key)
    before = { key, time: record.modifiedAt }
    yield { key, record, noncurrentSince }
  }
}

/** The time of the current version of a key, if it has one. A damaged one is newer than all others. */
async function findTimeOfCurrent(
  { metadata, damage }: Domain,
  bucket: BucketName,
  key: ObjectKey,
): Promise<number | undefined> {
  try {
    return (await metadata.read((reader) => readCurrent(reader, { bucket, key })))?.modifiedAt
  } catch (error) {
    if (!isDamage(error)) throw error
    damage.add(currentKey({ bucket, key }), error)
    return Number.POSITIVE_INFINITY
  }
}
