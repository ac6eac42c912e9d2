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

/** Counts of the requests to one bucket. */
export type BucketFigures = Omit<RequestFigures, 'durations'>
