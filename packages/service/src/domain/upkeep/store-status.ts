/** The contents of a store besides its objects: garbage that waits to be freed, and the parts of incomplete uploads. */
import { ownBuckets } from '../buckets/buckets.js'
import type { Domain } from '../domain.js'
import { type BucketStat, readCounters } from '../stored/counters.js'
import { garbageRows } from '../stored/keyspace.js'
import type { GarbageKind } from '../stored/model.js'
import { rowsIn } from '../stored/rows-in.js'

/** The garbage of a store. */
export interface GarbageStat {
  readonly rows: number
  /** By kind of garbage row. */
  readonly byKind: Readonly<Record<GarbageKind, number>>
  /**
   * An upper bound of the bytes that will be freed: data that a copy still references stay, and uploads that are being
   * freed are counted twice.
   */
  readonly bytes: number
  /** The number of rows whose bytes are unknown. */
  readonly rowsUnsized: number
  /** There are more rows than were counted. */
  readonly isTruncated: boolean
}

const ROWS_COUNTED_MAX = 10_000
const ROWS_AT_ONCE = 2_000

/** Counts the garbage rows, at most 10,000 of them. */
export async function garbageStat({ metadata }: Domain): Promise<GarbageStat> {
  const byKind: Record<GarbageKind, number> = { blob: 0, manifest: 0, rows: 0 }
  let rows = 0
  let bytes = 0
  let rowsUnsized = 0
  for await (const row of rowsIn(metadata, garbageRows.all, { atOnce: ROWS_AT_ONCE })) {
    if (rows === ROWS_COUNTED_MAX) return { rows, byKind, bytes, rowsUnsized, isTruncated: true }
    const { bytes: size } = garbageRows.decodeRow(row)
    rows += 1
    byKind[garbageRows.namesOf(row.key).garbageKind] += 1
    bytes += size ?? 0
    if (size === undefined) rowsUnsized += 1
  }
  return { rows, byKind, bytes, rowsUnsized, isTruncated: false }
}

/** Objects and their versions, and incomplete uploads. */
export interface StoreTotals {
  readonly buckets: number
  readonly objects: number
  readonly objectBytes: number
  readonly uploads: number
  readonly parts: number
  readonly partBytes: number
}

/** The sums over the buckets of an account, or of all. */
export async function storeTotals(domain: Domain, owner?: string): Promise<StoreTotals> {
  const stats = await bucketStats(domain, owner)
  const sum = (of: (stat: BucketStat) => number) => stats.reduce((total, [, stat]) => total + of(stat), 0)
  return {
    buckets: stats.length,
    objects: sum(({ objects }) => objects),
    objectBytes: sum(({ storage }) => storage),
    uploads: sum(({ uploads }) => uploads),
    parts: sum(({ parts }) => parts),
    partBytes: sum(({ partBytes }) => partBytes),
  }
}

/** The statistics of each bucket of an account, or of all, by name. */
export async function bucketStats(
  domain: Domain,
  owner?: string,
): Promise<readonly (readonly [name: string, stat: BucketStat])[]> {
  return domain.metadata.read(async (reader) => {
    const stats: [string, BucketStat][] = []
    for (const { name } of await ownBuckets(reader, owner))
      stats.push([name, await readCounters(reader, name, domain.clock())])
    return stats
  })
}
