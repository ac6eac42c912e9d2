import type { ServiceResponse } from '@bindery/service'
import type { BucketFigures } from './request-figures.js'

/** Buckets that a process counts at most; requests to others are not counted by bucket. */
const BUCKETS_MAX = 1_000

type Mutable = { -readonly [N in keyof BucketFigures]: BucketFigures[N] }

/** Counts the requests to each bucket since the process started. */
export class BucketCounts {
  readonly #counts = new Map<string, Mutable>()

  /** Adds an answered request; sizes in bytes. A name counts from the first request on that succeeds: others may be invented. */
  add(
    { status, log }: Pick<ServiceResponse, 'status' | 'log'>,
    facts: { readonly bytesReceived: number; readonly bytesSent: number; readonly isPart: boolean },
  ): void {
    if (log.bucket === undefined) return
    const counts = this.#counts.get(log.bucket) ?? this.#begin(log.bucket, status)
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

  #begin(bucket: string, status: number): Mutable | undefined {
    if (status >= 400 || this.#counts.size === BUCKETS_MAX) return undefined
    const counts = { requests: 0, failures: 0, bytesReceived: 0, bytesSent: 0, parts: 0 }
    this.#counts.set(bucket, counts)
    return counts
  }
}
