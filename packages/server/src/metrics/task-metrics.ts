import type { SweepReport } from '@bindery/service'
import { counter, gauge, type MetricValues } from './metric.js'
import { abortedUploads } from './request-metrics.js'

/** Counts what the background tasks of one process do. They run in one process at a time, and their sums are of all. */
export class TaskMetrics {
  #freedBlobs = 0
  #freedBytes = 0
  #waiting = 0
  #scrubbedBytes = 0
  #damaged = 0
  #aborted = 0
  #recoverySeconds = 0

  /** A pass of the garbage collector: blobs that it deleted, and garbage rows that still wait for a reader. */
  swept({ freed, freedBytes, waiting }: Omit<SweepReport, 'more'>): void {
    this.#freedBlobs += freed
    this.#freedBytes += freedBytes
    this.#waiting = waiting
  }

  /** Stored bytes that the scrubber has read and found intact. */
  scrubbed(bytes: number): void {
    this.#scrubbedBytes += bytes
  }

  /** The scrubber has found a damaged blob that a record names. */
  foundDamage(): void {
    this.#damaged += 1
  }

  /** A lifecycle rule has aborted an upload. */
  abortedUpload(): void {
    this.#aborted += 1
  }

  /** The seconds that it took to recover what earlier processes left. */
  recovered(seconds: number): void {
    this.#recoverySeconds = seconds
  }

  values(): MetricValues {
    return [
      counter('bindery_gc_freed_blobs_total', 'Blobs that the garbage collector has deleted.', this.#freedBlobs),
      counter(
        'bindery_gc_reclaimed_bytes_total',
        'Bytes of the blobs that the garbage collector has deleted.',
        this.#freedBytes,
      ),
      gauge('bindery_gc_waiting', 'Garbage that waits for a running read.', this.#waiting),
      counter('bindery_scrub_bytes_total', 'Stored bytes that the scrubber has read.', this.#scrubbedBytes),
      counter('bindery_scrub_corrupt_total', 'Damaged blobs that the scrubber has found.', this.#damaged),
      abortedUploads({ lifecycle: this.#aborted }),
      gauge('bindery_recovery_seconds', 'What the last recovery at a start took.', this.#recoverySeconds),
    ]
  }
}
