import type { ServiceResponse } from '@bindery/service'
import type { BucketFigures } from './request-figures.js'

/** Buckets that a process counts at most; the one whose last request is the oldest makes room for another. */
const BUCKETS_MAX = 1_000

type Mutable = { -readonly [N in keyof BucketFigures]: BucketFigures[N] }

/** Counts the requests to each bucket since the process started. */
export class BucketCounts {
  /** Once they are as many as there may be, the most recently used last. */
  readonly #counts = new Map<string, Mutable>()

  /** Adds an answered request; sizes in bytes. A name counts from the first request on that succeeds: others may be invented. */
  add(
    { status, log }: Pick<ServiceResponse, 'status' | 'log'>,
    facts: { readonly bytesReceived: number; readonly bytesSent: number; readonly isPart: boolean },
  ): void {
    if (log.bucket === undefined) return
    const counts = this.#find(log.bucket) ?? this.#begin(log.bucket, status)
    if (counts === undefined) return
    counts.requests += 1
    if (status >= 400) counts.failures += 1
    if (facts.isPart && status < 300) counts.parts += 1
    counts.bytesReceived += facts.bytesReceived
    counts.bytesSent += facts.bytesSent
  }

  /** The counts as they are now. */
  all(): ReadonlyMap<string, BucketFigures> {
    return new Map([...this.#counts].map(([name, counts]) => [name, { ...counts }]))
  }

  #find(bucket: string): Mutable | undefined {
    const counts = this.#counts.get(bucket)
    if (counts !== undefined && this.#counts.size === BUCKETS_MAX) {
      this.#counts.delete(bucket)
      this.#counts.set(bucket, counts)
    }
    return counts
  }

  #begin(bucket: string, status: number): Mutable | undefined {
    if (status >= 400) return undefined
    const [oldest] = this.#counts.keys()
    if (this.#counts.size === BUCKETS_MAX && oldest !== undefined) this.#counts.delete(oldest)
    const counts = { requests: 0, failures: 0, bytesReceived: 0, bytesSent: 0, parts: 0 }
    this.#counts.set(bucket, counts)
    return counts
  }
}
