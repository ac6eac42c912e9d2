/** The counters of a bucket, kept exact by every commit. */
import type { Reader, Transaction } from '@bindery/storage'
import { counterRows } from './keyspace.js'
import type { StorageClass } from './model.js'
import { bucketCounters, classCounterAt, STORAGE_CLASSES } from './records/counters.js'

/** The changes of a commit. */
export interface CounterChange {
  /** Versions that have data, current or not, and their bytes, by class. */
  readonly objects?: readonly { readonly storageClass: StorageClass; readonly count: number; readonly bytes: number }[]
  readonly uploads?: number
  readonly parts?: number
  /** Bytes of the parts of incomplete uploads. */
  readonly partBytes?: number
  /** Versions that have data and are not current; they count as objects too. */
  readonly versions?: number
  readonly deleteMarkers?: number
  /** Bytes of the versions that are not current; they count as bytes of objects too. */
  readonly versionBytes?: number
}

/** The versions with data of one storage class. */
export interface ClassStat {
  objects: number
  /** Bytes. */
  bytes: number
}

/** The figures of a bucket, as GetBucketStat reports them. */
export interface BucketStat {
  /** Current versions. */
  readonly objects: number
  /** Bytes of all versions. */
  readonly storage: number
  /** All versions. */
  readonly byClass: Readonly<Record<StorageClass, ClassStat>>
  readonly uploads: number
  readonly parts: number
  /** Bytes of the parts of incomplete uploads. */
  readonly partBytes: number
  /** Versions that are not current, delete markers left out. */
  readonly versions: number
  readonly deleteMarkers: number
  /** Bytes of the versions that are not current. */
  readonly versionBytes: number
  /** The time at which these figures were true: now; 0 for a bucket that never held anything. */
  readonly lastModifiedAt: number
}

/** Adds a change to the counters of a bucket, without a conflict with other commits that do the same. */
export function count(tx: Transaction, bucket: string, change: CounterChange): void {
  tx.add(counterRows.key({ bucket }), deltasOf(change))
}

/** The numbers of a row that holds only this change. */
export function deltasOf(change: CounterChange): number[] {
  const deltas = bucketCounters.deltas(change)
  for (const { storageClass, count, bytes } of change.objects ?? []) {
    const at = classCounterAt(storageClass)
    deltas[at] = (deltas[at] ?? 0) + count
    deltas[at + 1] = (deltas[at + 1] ?? 0) + bytes
  }
  return deltas
}

/** The figures of a bucket in the reader's state; `now` in milliseconds since 1970. */
export async function readCounters(reader: Reader, bucket: string, now: number): Promise<BucketStat> {
  const counters = await counterRows.read(reader, { bucket })
  const { uploads = 0, parts = 0, partBytes = 0, versions = 0, deleteMarkers = 0, versionBytes = 0 } = counters ?? {}
  const byClass = Object.fromEntries(
    STORAGE_CLASSES.map((name) => [
      name,
      { objects: counters?.[`${name}.objects`] ?? 0, bytes: counters?.[`${name}.bytes`] ?? 0 },
    ]),
  ) as Record<StorageClass, ClassStat>
  const all = Object.values(byClass)
  return {
    objects: all.reduce((sum, { objects }) => sum + objects, 0) - versions,
    storage: all.reduce((sum, { bytes }) => sum + bytes, 0),
    byClass,
    uploads,
    parts,
    partBytes,
    versions,
    deleteMarkers,
    versionBytes,
    lastModifiedAt: now,
  }
}
