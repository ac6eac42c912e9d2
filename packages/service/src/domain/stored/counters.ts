/** The counters of a bucket, kept exact by every commit. The order of the row's numbers is fixed: append only. */
import type { Reader, Transaction } from '@bindery/storage'
import { counterRows } from './keyspace.js'
import type { StorageClass } from './model.js'

const CLASSES = ['Standard', 'IA', 'Archive', 'ColdArchive', 'DeepColdArchive'] as const
const UPLOADS_AT = CLASSES.length * 2

/** What a commit changes. */
export interface CounterChange {
  /** Objects and their bytes, by class. */
  readonly objects?: readonly { readonly storageClass: StorageClass; readonly count: number; readonly bytes: number }[]
  readonly uploads?: number
  readonly parts?: number
  /** Bytes of the parts of incomplete uploads. */
  readonly partBytes?: number
}

export interface ClassStat {
  objects: number
  /** Bytes. */
  bytes: number
}

export interface BucketStat {
  readonly objects: number
  /** Bytes of all objects. */
  readonly storage: number
  readonly byClass: Readonly<Record<StorageClass, ClassStat>>
  readonly uploads: number
  readonly parts: number
  /** Bytes of the parts of incomplete uploads. */
  readonly partBytes: number
  /** When these figures were true: now; 0 for a bucket that never held anything. */
  readonly lastModifiedAt: number
}

export function count(tx: Transaction, bucket: string, change: CounterChange): void {
  tx.add(counterRows.key({ bucket }), deltasOf(change))
}

/** The numbers of a row that holds nothing but this change. */
export function deltasOf(change: CounterChange): number[] {
  const deltas = new Array<number>(UPLOADS_AT + 3).fill(0)
  const add = (index: number, delta: number): void => {
    deltas[index] = (deltas[index] ?? 0) + delta
  }
  for (const { storageClass, count, bytes } of change.objects ?? []) {
    const at = CLASSES.indexOf(storageClass) * 2
    add(at, count)
    add(at + 1, bytes)
  }
  add(UPLOADS_AT, change.uploads ?? 0)
  add(UPLOADS_AT + 1, change.parts ?? 0)
  add(UPLOADS_AT + 2, change.partBytes ?? 0)
  return deltas
}

export async function readCounters(reader: Reader, bucket: string, now: number): Promise<BucketStat> {
  const values = await counterRows.read(reader, { bucket })
  const at = (index: number): number => values?.[index] ?? 0
  const byClass = Object.fromEntries(
    CLASSES.map((name, index) => [name, { objects: at(index * 2), bytes: at(index * 2 + 1) }]),
  ) as Record<StorageClass, ClassStat>
  const all = Object.values(byClass)
  return {
    objects: all.reduce((sum, { objects }) => sum + objects, 0),
    storage: all.reduce((sum, { bytes }) => sum + bytes, 0),
    byClass,
    uploads: at(UPLOADS_AT),
    parts: at(UPLOADS_AT + 1),
    partBytes: at(UPLOADS_AT + 2),
    lastModifiedAt: values === undefined ? 0 : now,
  }
}
