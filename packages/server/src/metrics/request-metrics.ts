import type { ServiceResponse } from '@bindery/service'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { BucketCounts } from './bucket-counts.js'
import {
  byLabel,
  counter,
  gauge,
  Histogram,
  histogram,
  largest,
  type Metric,
  type MetricValues,
  valuesOf,
} from './metric.js'
import type { BucketFigures, RequestFigures } from './request-figures.js'

/** A request that was answered. */
export interface Measured {
  readonly answer: Pick<ServiceResponse, 'status' | 'log'>
  readonly method: string
  /** The header by which a client names the trace that the request belongs to. */
  readonly traceparent: string | undefined
  readonly bytesReceived: number
  readonly bytesSent: number
  readonly milliseconds: number
  /** Until the head of the response was handed over. */
  readonly headMilliseconds: number
}

/** Seconds: from a read of metadata to a part of 5 GB on a slow line. */
export const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]
/** The label of requests that match no operation. */
const NO_OPERATION = 'none'
/** The label of requests to programs of the server itself, such as the console. */
const NO_DIALECT = 'none'
const INITIATE = ['InitiateMultipartUpload', 'CreateMultipartUpload']
const COMPLETE = 'CompleteMultipartUpload'
const ABORT = 'AbortMultipartUpload'
const UPLOAD_PART = 'UploadPart'
/** Causes that refuse bytes because their checksum is not the one that the client has sent. */
const WRONG_CHECKSUM = new Set(['invalidDigestMismatch', 'checksumMismatch', 'payloadMismatch'])
/** The library's metric for the delay of the event loop since it was last read. */
const LOOP_DELAY = 'nodejs_eventloop_lag_p99_seconds'

/** Facts about the requests of a process that are known elsewhere. */
export interface RequestSources {
  /** Requests being answered, by operation; under undefined those that have none, or none yet. */
  readonly running: () => ReadonlyMap<string | undefined, number>
  /** Repeated requests to complete an upload that got the answer of the first. */
  readonly replayed: () => number
  /** Uploads that the console aborted. */
  readonly consoleAborts: () => number
}

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
  readonly #sources: RequestSources
  readonly #buckets = new BucketCounts()
  #bytesReceived = 0
  #bytesSent = 0
  #wrongParts = 0

  constructor(sources: RequestSources) {
    this.#sources = sources
    collectDefaultMetrics({ register: this.#registry })
  }

  observe({ answer, bytesReceived, bytesSent, milliseconds, headMilliseconds }: Measured): void {
    const { operation = NO_OPERATION, dialect = NO_DIALECT, code, cause } = answer.log
    let counts = this.#operations.get(operation)
    if (counts === undefined) {
      counts = new OperationCounts()
      this.#operations.set(operation, counts)
    }
    counts.add(dialect, answer.status)
    counts.durations.observe(milliseconds / 1_000)
    counts.firstBytes.observe(headMilliseconds / 1_000)
    this.#buckets.add(answer, { bytesReceived, bytesSent, isPart: operation === UPLOAD_PART })
    this.#bytesReceived += bytesReceived
    this.#bytesSent += bytesSent
    if (code === undefined) return
    increment(this.#errors, code)
    if (operation === UPLOAD_PART && WRONG_CHECKSUM.has(cause ?? '')) this.#wrongParts += 1
    if (answer.status === 403 && cause !== undefined) increment(this.#denials, cause)
  }

  /** Sums over all operations. Reading them changes nothing, unlike `values`. */
  figures(): RequestFigures {
    const durations = new Array<number>(DURATION_BUCKETS.length + 1).fill(0)
    let [requests, failures] = [0, 0]
    for (const { answers, durations: own } of this.#operations.values()) {
      own.counts.forEach((count, index) => {
        durations[index] = (durations[index] ?? 0) + count
      })
      for (const [status, count] of [...answers.values()].flatMap((counts) => [...counts])) {
        requests += count
        if (status >= 400) failures += count
      }
    }
    const parts = this.#operations.get(UPLOAD_PART)?.succeeded ?? 0
    return { requests, failures, bytesReceived: this.#bytesReceived, bytesSent: this.#bytesSent, parts, durations }
  }

  /** Requests to complete an upload that were refused or failed. */
  failedCompletes(): number {
    const completes = this.#operations.get(COMPLETE)
    return completes === undefined ? 0 : completes.durations.count - completes.succeeded
  }

  /** Requests by the names of buckets. */
  buckets(): ReadonlyMap<string, BucketFigures> {
    return this.#buckets.all()
  }

  async values(): Promise<MetricValues> {
    const ofProcess = await valuesOf(this.#registry)
    const delay = ofProcess.find(({ name }) => name === LOOP_DELAY)?.values[0]?.value ?? 0
    const help = 'Delay of the event loop of the busiest process, 99th percentile since the last reading.'
    return [...this.#counted(), largest('bindery_event_loop_lag_seconds', help, delay), ...ofProcess]
  }

  #counted(): Metric[] {
    const operations = [...this.#operations]
    const requests = operations.flatMap(([op, { answers }]) =>
      [...answers].flatMap(([dialect, counts]) =>
        [...counts].map(([status, value]) => ({ labels: { op, dialect, status: String(status) }, value })),
      ),
    )
    const running = [...this.#sources.running()].map(([op, count]) => [op ?? NO_OPERATION, count] as const)
    return [
      counter('bindery_http_requests_total', 'Requests by operation, protocol and status.', requests),
      counter('bindery_errors_total', 'Refused and failed requests by OSS code.', byLabel('code', this.#errors)),
      counter('bindery_auth_failures_total', 'Requests that were denied, by cause.', byLabel('reason', this.#denials)),
      gauge('bindery_http_inflight', 'Requests being answered, by operation.', byLabel('op', running)),
      counter('bindery_http_received_bytes_total', 'Bytes of bodies of requests.', this.#bytesReceived),
      counter('bindery_http_sent_bytes_total', 'Bytes of bodies of responses.', this.#bytesSent),
      histogram(
        'bindery_http_request_duration_seconds',
        'From the head of a request to the last byte of its response, by operation.',
        operations.map(([op, { durations }]) => [{ op }, durations]),
      ),
      histogram(
        'bindery_http_ttfb_seconds',
        'From the head of a request to the first byte of its response, by operation.',
        operations.map(([op, { firstBytes }]) => [{ op }, firstBytes]),
      ),
      ...this.#multipart(),
    ]
  }

  /** Uploads as clients began and ended them, in either protocol. */
  #multipart(): Metric[] {
    const succeeded = (name: string) => this.#operations.get(name)?.succeeded ?? 0
    const completes = this.#operations.get(COMPLETE)
    const replayed = this.#sources.replayed()
    const consoleAborts = this.#sources.consoleAborts()
    const results = {
      ok: Math.max(0, succeeded(COMPLETE) - replayed),
      replayed,
      failed: this.failedCompletes(),
    }
    const completed = byLabel('result', Object.entries(results))
    const initiated = INITIATE.reduce((sum, name) => sum + succeeded(name), 0)
    return [
      counter('bindery_multipart_initiated_total', 'Uploads that were initiated.', initiated),
      counter('bindery_multipart_completed_total', 'Requests to complete an upload, by result.', completed),
      abortedUploads({ client: Math.max(0, succeeded(ABORT) - consoleAborts), console: consoleAborts }),
      counter(
        'bindery_multipart_part_checksum_mismatch_total',
        'Parts that were refused because their bytes had another checksum than their request.',
        this.#wrongParts,
      ),
      histogram(
        'bindery_multipart_complete_duration_seconds',
        'From the head of a request to complete an upload to the last byte of its response.',
        [[{}, completes?.durations ?? new Histogram(DURATION_BUCKETS)]],
      ),
    ]
  }
}

function increment<T>(counts: Map<T, number>, counted: T): void {
  counts.set(counted, (counts.get(counted) ?? 0) + 1)
}

/** The requests of one operation. */
class OperationCounts {
  /** By protocol, then by status. */
  readonly answers = new Map<string, Map<number, number>>()
  readonly durations = new Histogram(DURATION_BUCKETS)
  readonly firstBytes = new Histogram(DURATION_BUCKETS)
  succeeded = 0

  add(dialect: string, status: number): void {
    let counts = this.answers.get(dialect)
    if (counts === undefined) {
      counts = new Map()
      this.answers.set(dialect, counts)
    }
    increment(counts, status)
    if (status < 300) this.succeeded += 1
  }
}

/** Uploads that were aborted: by a request of a client or of the console, or by a lifecycle rule. */
export function abortedUploads(by: Readonly<Partial<Record<'client' | 'console' | 'lifecycle', number>>>): Metric {
  return counter(
    'bindery_multipart_aborted_total',
    'Uploads that were aborted, by their cause.',
    byLabel('by', Object.entries(by)),
  )
}
