import type { BucketStat, ClusterState, StoreTotals, UploadAges } from '@bindery/service'
import { Gauge, Registry } from 'prom-client'
import type { Disk } from '../deployment.js'
import { byLabel, gauge as labelled, type MetricValues, valuesOf } from './metric.js'

/** The amount of data that a server stores, and its disk. */
export interface StoreFacts {
  readonly totals: StoreTotals
  readonly uploads: UploadAges
  readonly disk: Disk | undefined
  readonly cluster: Pick<ClusterState, 'members' | 'choresWithoutMember' | 'graves'>
  readonly reserveBytes: number
  readonly version: string
}

/** The metrics of the stores, which one process reports for all. */
export async function storeMetrics(facts: StoreFacts): Promise<MetricValues> {
  const { totals, uploads, disk, cluster, reserveBytes, version } = facts
  const registry = new Registry()
  const gauge = (name: string, help: string, value: number) =>
    new Gauge({ name, help, registers: [registry] }).set(value)
  gauge('bindery_buckets', 'Buckets.', totals.buckets)
  gauge('bindery_storage_objects', 'Objects; current versions only.', totals.objects)
  gauge('bindery_multipart_parts', 'Parts of incomplete uploads.', totals.parts)
  gauge('bindery_multipart_part_bytes', 'Bytes of the parts of incomplete uploads.', totals.partBytes)
  const age = 'Age of the oldest incomplete upload, of the first 10,000; 0 without one.'
  gauge('bindery_multipart_oldest_upload_seconds', age, (uploads.oldest ?? 0) / 1_000)
  const behind = Math.max(0, ...cluster.members.map((member) => member.behind ?? 0))
  gauge('bindery_cluster_members', 'Processes that serve the same stores.', cluster.members.length)
  gauge(
    'bindery_cluster_reports_behind',
    'Reports of reads that the slowest of them owes; freeing waits for it.',
    behind,
  )
  gauge(
    'bindery_cluster_orphaned_chores',
    'Background tasks of a process that has gone.',
    cluster.choresWithoutMember.length,
  )
  gauge('bindery_cluster_graves', 'Ended processes whose blobs are still searched for orphans.', cluster.graves)
  if (disk !== undefined) {
    gauge('bindery_disk_free_bytes', 'Free bytes of the disk of the data folder.', disk.freeBytes)
    gauge('bindery_disk_total_bytes', 'Bytes of the disk of the data folder.', disk.totalBytes)
    gauge('bindery_disk_reserve_bytes', 'Bytes of the disk that uploads leave free: --reserve.', reserveBytes)
  }
  const labels = { version, node: process.versions.node }
  new Gauge({
    name: 'bindery_build_info',
    help: 'The versions of Bindery and Node.js, as labels; always 1.',
    labelNames: ['version', 'node'],
    registers: [registry],
  }).set(labels, 1)
  return [...(await valuesOf(registry)), ...amounts(facts), ...ofBuckets(totals.largest)]
}

/** The amounts by kind or state. */
function amounts({ totals, uploads }: StoreFacts): MetricValues {
  const { objectBytes, versionBytes, partBytes } = totals
  const bytes = bytesByKind(objectBytes, versionBytes, partBytes)
  const seen = Object.values(uploads.states).reduce((sum, count) => sum + count, 0)
  const states = { ...uploads.states, unknown: Math.max(0, totals.uploads - seen) }
  return [
    labelled(
      'bindery_storage_bytes',
      'Bytes of objects, of their versions that are not current, and of the parts of incomplete uploads.',
      byLabel('kind', bytes),
    ),
    labelled(
      'bindery_multipart_uploads',
      'Incomplete uploads: a part came within a minute (active), within 7 days (idle), or before that (stalled); unknown: beyond the first 10,000.',
      byLabel('state', Object.entries(states)),
    ),
  ]
}

/** The objects' bytes without those of versions that are not current. */
function bytesByKind(allVersions: number, versionBytes: number, partBytes: number): [kind: string, bytes: number][] {
  return [
    ['object', allVersions - versionBytes],
    ['version', versionBytes],
    ['part', partBytes],
  ]
}

/** The amounts of single buckets: one series of each for every bucket of the list. */
function ofBuckets(buckets: StoreTotals['largest']): MetricValues {
  if (buckets.length === 0) return []
  const each = (of: (stat: BucketStat) => number) =>
    byLabel(
      'bucket',
      buckets.map(([name, stat]) => [name, of(stat)]),
    )
  const bytes = buckets.flatMap(([bucket, { storage, versionBytes, partBytes }]) =>
    bytesByKind(storage, versionBytes, partBytes).map(([kind, value]) => ({ labels: { bucket, kind }, value })),
  )
  return [
    labelled('bindery_bucket_storage_bytes', 'Bytes of a bucket, as those of the store.', bytes),
    labelled(
      'bindery_bucket_storage_objects',
      'Objects of a bucket; current versions only.',
      each(({ objects }) => objects),
    ),
    labelled(
      'bindery_bucket_multipart_uploads',
      'Incomplete uploads of a bucket.',
      each(({ uploads }) => uploads),
    ),
  ]
}
