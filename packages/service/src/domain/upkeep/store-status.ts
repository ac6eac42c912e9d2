/** What a store holds beside its objects: garbage that waits to be freed, and the parts of incomplete uploads. */
import { BUCKETS_MAX } from '@bindery/protocol'
import type { Bytes, Row } from '@bindery/storage'
import { listBuckets } from '../buckets/buckets.js'
import type { GarbageKind } from '../bytes/garbage.js'
import type { Domain } from '../domain.js'
import { type BucketStat, readCounters } from '../stored/counters.js'
import { allGarbage, following, namesOf } from '../stored/keyspace.js'
import { decodeGarbage } from '../stored/records.js'

export interface GarbageStat {
  readonly rows: number
  /** By what they name. */
  readonly byKind: Readonly<Record<GarbageKind, number>>
  /** Bytes that go with them at most: what a copy still holds stays, and what is being taken apart is counted twice. */
  readonly bytes: number
  /** Rows whose bytes are not known. */
  readonly rowsUnsized: number
  /** There are more rows than were counted. */
  readonly isTruncated: boolean
}

const ROWS_COUNTED_MAX = 10_000
const ROWS_AT_ONCE = 2_000

/** Counts the garbage rows, at most 10,000 of them. */
export async function garbageStat({ metadata }: Domain): Promise<GarbageStat> {
  const byKind: Record<GarbageKind, number> = { blob: 0, manifest: 0, rows: 0 }
  const { from, to } = allGarbage()
  let counted = 0
  let bytes = 0
  let rowsUnsized = 0
  let start: Bytes = from
  for (;;) {
    const first = start
    const rows: Row[] = await metadata.read((reader) => reader.range(first, to, { limit: ROWS_AT_ONCE }))
    for (const { key, value } of rows) {
      const [kind] = namesOf(key)
      byKind[kind as GarbageKind] += 1
      const record = decodeGarbage(value)
      bytes += record.bytes ?? 0
      if (record.bytes === undefined) rowsUnsized += 1
    }
    counted += rows.length
    const last = rows.at(-1)
    const isTruncated = counted >= ROWS_COUNTED_MAX
    if (rows.length < ROWS_AT_ONCE || last === undefined || isTruncated) {
      return { rows: counted, byKind, bytes, rowsUnsized, isTruncated }
    }
    start = following(last.key)
  }
}

/** What each bucket of an account holds, by name. */
export async function bucketStats(
  domain: Domain,
  owner: string,
): Promise<readonly (readonly [name: string, stat: BucketStat])[]> {
  const { buckets } = await listBuckets(domain, { owner, prefix: '', marker: '', maxKeys: BUCKETS_MAX })
  return domain.metadata.read(async (reader) => {
    const stats: [string, BucketStat][] = []
    for (const { name } of buckets) stats.push([name, await readCounters(reader, name, domain.clock())])
    return stats
  })
}
