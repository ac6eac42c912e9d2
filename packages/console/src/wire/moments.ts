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
  /** The bound within which 95 of 100 requests were answered; 0 without requests. */
  readonly p95: number
  readonly memory: number
  readonly partBytes: number
  readonly objectBytes: number
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
      p95: raw.P95 ?? 0,
      memory: raw.MemoryBytes ?? 0,
      partBytes: raw.PartBytes ?? 0,
      objectBytes: raw.ObjectBytes ?? 0,
    }
  })
}
