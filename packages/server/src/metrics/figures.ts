import type { StoreTotals } from '@bindery/service'
import type { RequestMetrics } from './request-metrics.js'

/** Counts of the requests to one process since it started. */
export interface RequestFigures {
  readonly requests: number
  readonly failures: number
  readonly bytesReceived: number
  readonly bytesSent: number
  readonly parts: number
  /** Requests by the least of `DURATION_BUCKETS` that holds their duration; the last: longer than all. */
  readonly durations: readonly number[]
}

/** They, and the bytes that the process and the stores hold, in a form that can be sent to another process. */
export interface Figures extends RequestFigures {
  readonly memoryBytes: number
  /** Bytes of incomplete uploads. */
  readonly partBytes: number
  /** Bytes of objects and all their versions. */
  readonly objectBytes: number
}

/** The figures of this process. */
export function figuresOf(metrics: RequestMetrics, { partBytes, objectBytes }: StoreTotals): Figures {
  return { ...metrics.figures(), memoryBytes: process.memoryUsage.rss(), partBytes, objectBytes }
}
