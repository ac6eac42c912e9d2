/** The contents of a store besides its objects: garbage that waits to be freed, and the parts of incomplete uploads. */
import type { Bytes } from '@bindery/storage'
import { type Domain, letOthersRun } from '../domain.js'
import { type BucketStat, readCounters } from '../stored/counters.js'
import { bucketRows, garbageRows } from '../stored/keyspace.js'
import type { GarbageKind } from '../stored/model.js'
import { readPage, rowsIn } from '../stored/rows-in.js'

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
  /** Those of `objectBytes` that belong to versions that are not current. */
  readonly versionBytes: number
  readonly uploads: number
  readonly parts: number
  readonly partBytes: number
  /** The buckets with the most bytes, at most as many as the caller requested. */
  readonly largest: readonly (readonly [name: string, stat: BucketStat])[]
}

/** The sums over all buckets, and the figures of the `largest` ones. */
export async function storeTotals(domain: Domain, largest = 0): Promise<StoreTotals> {
  const stats = await bucketStats(domain)
  const bytesOf = ({ storage, partBytes }: BucketStat) => storage + partBytes
  const sum = (of: (stat: BucketStat) => number) => stats.reduce((total, [, stat]) => total + of(stat), 0)
  return {
    buckets: stats.length,
    objects: sum(({ objects }) => objects),
    objectBytes: sum(({ storage }) => storage),
    versionBytes: sum(({ versionBytes }) => versionBytes),
    uploads: sum(({ uploads }) => uploads),
    parts: sum(({ parts }) => parts),
    partBytes: sum(({ partBytes }) => partBytes),
    largest: stats.toSorted(([, a], [, b]) => bytesOf(b) - bytesOf(a)).slice(0, largest),
  }
}

/** The statistics of each bucket of an account, or of all, by name; of many buckets in steps, each in a state of its own. */
export async function bucketStats(
  domain: Domain,
  owner?: string,
): Promise<readonly (readonly [name: string, stat: BucketStat])[]> {
  const stats: (readonly [string, BucketStat])[] = []
  const now = domain.clock()
  const { all, declaration } = bucketRows
  for (let from: Bytes | undefined = all.from; from !== undefined; ) {
    const range = { from, to: all.to }
    const page = await domain.metadata.read(async (reader) => {
      const { rows, next } = await readPage(reader, range, { atOnce: declaration.rowsAtOnce })
      const buckets = rows.map((row) => bucketRows.decodeRow(row))
      const own = buckets.filter((bucket) => owner === undefined || bucket.owner === owner)
      const read = own.map(async ({ name }) => [name, await readCounters(reader, name, now)] as const)
      return { next, stats: await Promise.all(read) }
    })
    stats.push(...page.stats)
    from = page.next
    if (from !== undefined) await letOthersRun(domain)
  }
  return stats
}
