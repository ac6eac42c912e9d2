/** The server's recent past in numbers. */
import { admin } from './request.js'

/** The spans of the server's recent past that can be read. */
export const SPANS = ['15m', '1h', '24h', '30d'] as const
/** The name of a span. */
export type Span = (typeof SPANS)[number]

/** A stretch of the recent past. Sizes in bytes, durations in seconds. */
export interface MetricsMoment {
  /** When it ended, in milliseconds since 1970. */
  readonly at: number
  readonly requestsPerSecond: number
  readonly failuresPerSecond: number
  readonly receivedPerSecond: number
  readonly sentPerSecond: number
  readonly partsPerSecond: number
  /** The bounds within which 50, 95 and 99 of 100 requests were answered; 0 without requests. */
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly memory: number
  readonly partBytes: number
  readonly objectBytes: number
  /** Parts that took the place of an earlier one of their number. */
  readonly replacedPerMinute: number
  /** Requests to complete an upload that got the answer of the first. */
  readonly repeatedPerMinute: number
  /** Requests to complete an upload that were refused or failed. */
  readonly failedCompletes: number
  readonly failedCompletesPerMinute: number
  /** By which the event loop of the busiest process was late, 99th percentile. */
  readonly loopDelay: number
}

/** The requests of a span to one bucket. Sizes in bytes. */
export interface BucketMetrics {
  readonly Name: string
  readonly Requests: number
  readonly Failures: number
  readonly BytesReceived: number
  readonly BytesSent: number
  readonly Parts: number
}

/** The server's recent past, the oldest first; empty just after its start. Throws ServerError NoPermission. */
export async function listMoments(span: Span): Promise<readonly MetricsMoment[]> {
  type Raw = Readonly<Record<string, number>> & { readonly EndTime: string }
  type Answer = { readonly Metrics: { readonly Moment: readonly Raw[] } }
  const answer = await admin<Answer>('ListMetrics', { Span: span })
  return answer.Metrics.Moment.map((raw) => {
    const rate = (name: string) => (raw[name] ?? 0) / Math.max(0.001, raw.Seconds ?? 0)
    return {
      at: Date.parse(raw.EndTime),
      requestsPerSecond: rate('Requests'),
      failuresPerSecond: rate('Failures'),
      receivedPerSecond: rate('BytesReceived'),
      sentPerSecond: rate('BytesSent'),
      partsPerSecond: rate('Parts'),
      p50: raw.P50 ?? 0,
      p95: raw.P95 ?? 0,
      p99: raw.P99 ?? 0,
      memory: raw.MemoryBytes ?? 0,
      partBytes: raw.PartBytes ?? 0,
      objectBytes: raw.ObjectBytes ?? 0,
      replacedPerMinute: 60 * rate('ReplacedParts'),
      repeatedPerMinute: 60 * rate('RepeatedCompletes'),
      failedCompletes: raw.FailedCompletes ?? 0,
      failedCompletesPerMinute: 60 * rate('FailedCompletes'),
      loopDelay: raw.LoopDelay ?? 0,
    }
  })
}

/** The requests of a span by bucket, the busiest first. Throws ServerError NoPermission. */
export async function listBucketMetrics(span: Span): Promise<readonly BucketMetrics[]> {
  type Answer = { readonly Buckets: { readonly Bucket: readonly BucketMetrics[] } }
  return (await admin<Answer>('ListBucketMetrics', { Span: span })).Buckets.Bucket
}
