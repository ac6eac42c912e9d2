import type { CommitCounts } from '@bindery/storage-postgres'
import type { S3BlobStore } from '@bindery/storage-s3'
import { counter, type MetricValues } from '../metrics/metric.js'

/** How the commits of one gateway went. */
export function commitMetrics({ batches, attempts, outdated, lost, seconds }: Readonly<CommitCounts>): MetricValues {
  return [
    counter('bindery_commit_batches_total', 'Batches that the database has committed.', batches),
    counter('bindery_commit_attempts_total', 'Transactions in them.', attempts),
    counter('bindery_commit_outdated_total', 'Transactions whose reads no longer held: they ran again.', outdated),
    counter('bindery_commit_lost_total', 'Batches whose answer was lost and whose outcome was looked up.', lost),
    counter(
      'bindery_commit_seconds_total',
      'Seconds until batches were durable, waits for other gateways included.',
      seconds,
    ),
  ]
}

/** How the requests of one gateway to its S3 store went, by method. */
export function blobStoreMetrics({ requests, repeated }: Pick<S3BlobStore, 'requests' | 'repeated'>): MetricValues {
  const samples = (of: 'answered' | 'failed' | 'seconds') =>
    Object.entries(requests).map(([method, counts]) => ({ labels: { method }, value: counts[of] }))
  return [
    counter('bindery_blobs_requests_total', 'Requests that the S3 store has answered.', samples('answered')),
    counter('bindery_blobs_failures_total', 'Requests that broke, or that the S3 store failed.', samples('failed')),
    counter('bindery_blobs_seconds_total', 'Seconds until the answers of the S3 store began.', samples('seconds')),
    counter(
      'bindery_blobs_repeated_total',
      'Requests that were sent again: after a failure, or because they were late.',
      repeated(),
    ),
  ]
}
