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
}
