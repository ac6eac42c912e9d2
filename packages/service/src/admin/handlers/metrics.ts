import type { BucketMoment, MetricsMoment } from '../../metrics-moment.js'
import type { AdminHandlers } from '../context.js'

/** Milliseconds of the spans that can be requested. */
const SPANS = { '15m': 900_000, '1h': 3_600_000, '24h': 86_400_000, '30d': 2_592_000_000 } as const

/** The handlers of the server's recent past in numbers. */
export const metricsHandlers: AdminHandlers<'ListMetrics' | 'ListBucketMetrics'> = {
  async ListMetrics({ metricsHistory, input: { Span = '1h' } }) {
    const moments = await metricsHistory(SPANS[Span as keyof typeof SPANS])
    return { Metrics: { Moment: moments.map(shown) } }
  },

  async ListBucketMetrics({ bucketMetrics, input: { Span = '1h' } }) {
    const buckets = await bucketMetrics(SPANS[Span as keyof typeof SPANS])
    return { Buckets: { Bucket: buckets.map(shownBucket) } }
  },
}

function shown(moment: MetricsMoment) {
  const [p50, p95, p99] = moment.durations ?? []
  return {
    EndTime: new Date(moment.at).toISOString(),
    Seconds: moment.seconds,
    Requests: moment.requests,
    Failures: moment.failures,
    BytesReceived: moment.bytesReceived,
    BytesSent: moment.bytesSent,
    Parts: moment.parts,
    P50: p50,
    P95: p95,
    P99: p99,
    MemoryBytes: moment.memoryBytes,
    PartBytes: moment.partBytes,
    ObjectBytes: moment.objectBytes,
    ReplacedParts: moment.replacedParts,
    RepeatedCompletes: moment.repeatedCompletes,
    FailedCompletes: moment.failedCompletes,
    LoopDelay: moment.loopDelay,
  }
}

function shownBucket({ name, requests, failures, bytesReceived, bytesSent, parts }: BucketMoment) {
  return {
    Name: name,
    Requests: requests,
    Failures: failures,
    BytesReceived: bytesReceived,
    BytesSent: bytesSent,
    Parts: parts,
  }
}
