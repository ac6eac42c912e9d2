/** The requests of a stretch of time, and what the server held at its end. */
export interface MetricsMoment {
  /** When the stretch ended, in milliseconds since 1970. */
  readonly at: number
  /** The length of the stretch. */
  readonly seconds: number
  readonly requests: number
  /** Requests whose answer has a status from 400 on. */
  readonly failures: number
  readonly bytesReceived: number
  readonly bytesSent: number
  /** Parts that were stored. */
  readonly parts: number
  /** Seconds in which half, 95 of 100 and 99 of 100 requests were answered, rounded up; null without requests. */
  readonly durations: readonly [p50: number, p95: number, p99: number] | null
  /** Memory of the processes that serve. */
  readonly memoryBytes: number
  /** Bytes of incomplete uploads. */
  readonly partBytes: number
  /** Bytes of objects and all their versions. */
  readonly objectBytes: number
  /** Parts that took the place of an earlier one of their number: most were sent again by a client that had lost the answer. */
  readonly replacedParts: number
  /** Requests to complete an upload that got the answer of the first. */
  readonly repeatedCompletes: number
  /** Requests to complete an upload that were refused or failed. */
  readonly failedCompletes: number
  /** Seconds by which the event loop of the busiest process was late, 99th percentile. */
  readonly loopDelay: number
}

/** The requests to one bucket in a stretch of time. */
export interface BucketMoment {
  readonly name: string
  readonly requests: number
  readonly failures: number
  readonly bytesReceived: number
  readonly bytesSent: number
  readonly parts: number
}
