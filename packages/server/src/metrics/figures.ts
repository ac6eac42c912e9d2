import type { StoreTotals } from '@bindery/service'
import type { ProcessMetrics } from './process-metrics.js'
import type { BucketFigures, RequestFigures } from './request-figures.js'
import type { RequestMetrics } from './request-metrics.js'

/** The counts of a process that only grow. */
export interface Counts extends RequestFigures {
  /** Parts that took the place of an earlier one of their number. */
  readonly replacedParts: number
  /** Requests to complete an upload that got the answer of the first. */
  readonly repeatedCompletes: number
  /** Requests to complete an upload that were refused or failed. */
  readonly failedCompletes: number
}

/** They, and the bytes that the process and the stores hold, in a form that can be sent to another process. */
export interface Figures extends Counts {
  readonly memoryBytes: number
  /** Bytes of incomplete uploads. */
  readonly partBytes: number
  /** Bytes of objects and all their versions. */
  readonly objectBytes: number
  /** Seconds by which its event loop was late, 99th percentile since the last reading. */
  readonly loopDelay: number
  /** Requests by the names of buckets. */
  readonly buckets: ReadonlyMap<string, BucketFigures>
}

/** The figures of this process. Reading them begins a new measurement of the delay. */
export function figuresOf(
  requests: RequestMetrics,
  { multipart, loop }: ProcessMetrics,
  { partBytes, objectBytes }: StoreTotals,
): Figures {
  return {
    ...requests.figures(),
    ...{ replacedParts: multipart.replacedParts, repeatedCompletes: multipart.replayed },
    failedCompletes: requests.failedCompletes(),
    ...{ memoryBytes: process.memoryUsage.rss(), partBytes, objectBytes, loopDelay: loop.read() },
    buckets: requests.buckets(),
  }
}
