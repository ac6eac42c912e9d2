import type { ServiceResponse } from '@bindery/service'
import {
  AggregatorRegistry,
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type MetricObject,
  Registry,
} from 'prom-client'

/** Metrics of a process in a form that can be sent to another process. */
export type MetricValues = readonly MetricObject[]

/** A request that was answered. */
export interface Measured {
  readonly answer: Pick<ServiceResponse, 'status' | 'log'>
  readonly bytesReceived: number
  readonly bytesSent: number
  readonly milliseconds: number
}

/** Seconds: from a read of metadata to a part of 5 GB on a slow line. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]
/** The label of requests that are no operation. */
const NO_OPERATION = 'none'

/**
 * Metrics of the requests of one process, and of the process itself. Labels are operations, statuses and OSS codes, so
 * that their number is bounded by the catalogue, whatever clients send.
 */
export class RequestMetrics {
  readonly #registry = new Registry()
  readonly #requests = this.#counter('bindery_http_requests_total', 'Requests by operation and status.', [
    'op',
    'status',
  ])
  readonly #errors = this.#counter('bindery_errors_total', 'Refused and failed requests by OSS code.', ['code'])
  readonly #received = this.#counter('bindery_http_received_bytes_total', 'Bytes of bodies of requests.', [])
  readonly #sent = this.#counter('bindery_http_sent_bytes_total', 'Bytes of bodies of responses.', [])
  readonly #durations = new Histogram({
    name: 'bindery_http_request_duration_seconds',
    help: 'From the head of a request to the last byte of its response, by operation.',
    labelNames: ['op'],
    buckets: DURATION_BUCKETS,
    registers: [this.#registry],
  })
  /** Bound to their labels once, since that costs more than counting. */
  readonly #requestsOf = new Map<string, Counter.Internal>()
  readonly #durationsOf = new Map<string, Histogram.Internal<'op'>>()

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
    const { operation: op = NO_OPERATION, code } = answer.log
    const status = String(answer.status)
    const key = `${op} ${status}`
    let requests = this.#requestsOf.get(key)
    if (requests === undefined) {
      requests = this.#requests.labels({ op, status })
      this.#requestsOf.set(key, requests)
    }
    requests.inc()
    let durations = this.#durationsOf.get(op)
    if (durations === undefined) {
      durations = this.#durations.labels({ op })
      this.#durationsOf.set(op, durations)
    }
    durations.observe(milliseconds / 1_000)
    if (bytesReceived > 0) this.#received.inc(bytesReceived)
    if (bytesSent > 0) this.#sent.inc(bytesSent)
    if (code !== undefined) this.#errors.inc({ code })
  }

  values(): Promise<MetricValues> {
    return this.#registry.getMetricsAsJSON()
  }

  #counter<L extends string>(name: string, help: string, labelNames: L[]): Counter<L> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] })
  }
}

/** The text of Prometheus for the metrics of all processes: sums, and averages of event loop delays. */
export async function metricsText(ofProcesses: readonly MetricValues[]): Promise<string> {
  return AggregatorRegistry.aggregate(ofProcesses as MetricObject[][]).metrics()
}
