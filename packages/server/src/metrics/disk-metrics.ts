import { Histogram, histogram, type MetricValues } from './metric.js'

/** Seconds: from a disk with a cache of its own to one that is overloaded. */
const SYNC_BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]

/** Times that one process waits for its disk. */
export class DiskMetrics {
  readonly #syncs = new Histogram(SYNC_BUCKETS)

  /** A file or folder of the blob store was made durable. */
  readonly synced = (milliseconds: number): void => this.#syncs.observe(milliseconds / 1_000)

  values(): MetricValues {
    const help = 'What it took to make bytes of objects durable: fsync of a file or folder.'
    return [histogram('bindery_fsync_duration_seconds', help, [[{}, this.#syncs]])]
  }
}

/** Commits to the metadata file, which one process makes for all. */
export class CommitMetrics {
  readonly #commits = new Histogram(SYNC_BUCKETS)

  /** A batch of transactions was made durable. */
  readonly committed = (milliseconds: number): void => this.#commits.observe(milliseconds / 1_000)

  values(): MetricValues {
    const help = 'What it took to commit a batch of transactions to the metadata file, with its sync.'
    return [histogram('bindery_metadata_commit_duration_seconds', help, [[{}, this.#commits]])]
  }
}
