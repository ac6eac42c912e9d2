import type { ServiceResponse } from '@bindery/service'
import { AggregatorRegistry, collectDefaultMetrics, Gauge, type MetricObject, Registry } from 'prom-client'

/** Metrics of a process in a form that can be sent to another process. */
export type MetricValues = readonly Metric[]

/** A metric as the library exports it for aggregation. */
interface Metric {
  readonly name: string
  readonly help: string
  readonly type: string
  readonly aggregator: string
  readonly values: readonly Sample[]
}

interface Sample {
  readonly labels: Readonly<Partial<Record<string, string | number>>>
  readonly value: number
  /** The series of a histogram that it belongs to. */
  readonly metricName?: string
}

/** The metrics that the library holds. */
export async function valuesOf(registry: Registry): Promise<MetricValues> {
  // its type declares an enumeration where it has text
  return (await registry.getMetricsAsJSON()) as unknown as MetricValues
}

/** A request that was answered. */
export interface Measured {
  readonly answer: Pick<ServiceResponse, 'status' | 'log'>
  readonly method: string
  /** The header by which a client names the trace that the request belongs to. */
  readonly traceparent: string | undefined
  readonly bytesReceived: number
  readonly bytesSent: number
  readonly milliseconds: number
}

/** Seconds: from a read of metadata to a part of 5 GB on a slow line. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]
const DURATION = 'bindery_http_request_duration_seconds'
/** The label of requests that match no operation. */
const NO_OPERATION = 'none'

/**
 * Metrics of the requests of one process, and of the process itself. Labels are operations, statuses and OSS codes, so
 * that their number is bounded by the catalogue, whatever clients send. Requests are counted in plain numbers, because
 * the library looks for a label's series each time.
 */
export class RequestMetrics {
  readonly #registry = new Registry()
  readonly #operations = new Map<string, OperationCounts>()
  readonly #errors = new Map<string, number>()
  /** Answers of status 403, by their cause in the error catalogue. */
  readonly #denials = new Map<string, number>()
  #bytesReceived = 0
  #bytesSent = 0

  /** `inFlight`: requests being answered. */
  constructor(inFlight: () => number) {
    collectDefaultMetrics({ register: this.#registry })
    new Gauge({
      name: 'bindery_http_inflight',
      help: 'Requests being answered.',
      registers: [this.#registry],
      collect() {
        this.set(inFlight())
      },
    })
  }

  observe({ answer, bytesReceived, bytesSent, milliseconds }: Measured): void {
    const { operation = NO_OPERATION, code, cause } = answer.log
    let counts = this.#operations.get(operation)
    if (counts === undefined) {
      counts = new OperationCounts()
      this.#operations.set(operation, counts)
    }
    counts.add(answer.status, milliseconds / 1_000)
    this.#bytesReceived += bytesReceived
    this.#bytesSent += bytesSent
    if (code !== undefined) increment(this.#errors, code)
    if (answer.status === 403 && cause !== undefined) increment(this.#denials, cause)
  }

  async values(): Promise<MetricValues> {
    return [...this.#counted(), ...(await valuesOf(this.#registry))]
  }

  #counted(): Metric[] {
    const operations = [...this.#operations]
    const requests = operations.flatMap(([op, { statuses }]) =>
      [...statuses].map(([status, value]) => ({ labels: { op, status: String(status) }, value })),
    )
    const errors = [...this.#errors].map(([code, value]) => ({ labels: { code }, value }))
    const denials = [...this.#denials].map(([reason, value]) => ({ labels: { reason }, value }))
    return [
      counter('bindery_http_requests_total', 'Requests by operation and status.', requests),
      counter('bindery_errors_total', 'Refused and failed requests by OSS code.', errors),
      counter('bindery_auth_failures_total', 'Requests that were denied, by cause.', denials),
      counter('bindery_http_received_bytes_total', 'Bytes of bodies of requests.', this.#bytesReceived),
      counter('bindery_http_sent_bytes_total', 'Bytes of bodies of responses.', this.#bytesSent),
      {
        name: DURATION,
        help: 'From the head of a request to the last byte of its response, by operation.',
        type: 'histogram',
        aggregator: 'sum',
        values: operations.flatMap(([op, counts]) => counts.durationValues(op)),
      },
    ]
  }
}

function increment(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

/** The requests of one operation. */
class OperationCounts {
  readonly statuses = new Map<number, number>()
  /** By the least bucket that holds the duration; the last: longer than all of them. */
  readonly #durations = new Array<number>(DURATION_BUCKETS.length + 1).fill(0)
  #seconds = 0

  add(status: number, seconds: number): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1)
    let bucket = 0
    while (bucket < DURATION_BUCKETS.length && seconds > (DURATION_BUCKETS[bucket] ?? 0)) bucket += 1
    this.#durations[bucket] = (this.#durations[bucket] ?? 0) + 1
    this.#seconds += seconds
  }

  /** In the form of a histogram: each bucket counts everything up to its bound. */
  durationValues(op: string): readonly Sample[] {
    let count = 0
    const buckets = this.#durations.map((own, index) => {
      count += own
      const labels = { le: DURATION_BUCKETS[index] ?? '+Inf', op }
      return { labels, value: count, metricName: `${DURATION}_bucket` }
    })
    const sum = { labels: { op }, value: this.#seconds, metricName: `${DURATION}_sum` }
    return [...buckets, sum, { labels: { op }, value: count, metricName: `${DURATION}_count` }]
  }
}

/** A counter of one process: one value, or one per combination of labels. */
export function counter(name: string, help: string, values: number | readonly Sample[]): Metric {
  return { name, help, type: 'counter', aggregator: 'sum', values: samplesOf(values) }
}

/** A value of one process that may fall again. */
export function gauge(name: string, help: string, value: number): Metric {
  return { name, help, type: 'gauge', aggregator: 'sum', values: samplesOf(value) }
}

function samplesOf(values: number | readonly Sample[]): readonly Sample[] {
  return typeof values === 'number' ? [{ labels: {}, value: values }] : values
}

/** The text of Prometheus for the metrics of all processes: sums, and averages of event loop delays. */
export async function metricsText(ofProcesses: readonly MetricValues[]): Promise<string> {
  return AggregatorRegistry.aggregate(ofProcesses as unknown as MetricObject[][]).metrics()
}
