/** Traces: a span per request, sent to a collector of OpenTelemetry. This module is loaded only where one is configured. */
import { randomBytes } from 'node:crypto'
import type { Log } from '../log.js'
import type { Measured } from '../metrics/request-metrics.js'

/** Spans that wait to be sent; further ones are dropped while the collector does not keep up. */
const WAITING_MAX = 4_096
const SEND_INTERVAL_MS = 2_000
const SEND_MS_MAX = 10_000
/** Values of OTLP: a span of a server, and the status of a failure. */
const KIND_SERVER = 2
const STATUS_ERROR = 2

/** The collector, and the release that spans name. */
export interface OtlpTracesOptions {
  /** `http://127.0.0.1:4318` */
  readonly endpoint: string
  /** The version of Bindery. */
  readonly version: string
  readonly log: Log
}

/** Collects spans and sends them every two seconds as OTLP over HTTP, in JSON. */
export class OtlpTraces {
  readonly #options: OtlpTracesOptions
  readonly #timer: NodeJS.Timeout
  #waiting: object[] = []
  #dropped = 0
  #sending: Promise<void> = Promise.resolve()

  constructor(options: OtlpTracesOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.#flush(), SEND_INTERVAL_MS).unref()
  }

  /** Adds the span of a request that has just been answered. */
  observe(measured: Measured): void {
    if (this.#waiting.length < WAITING_MAX) this.#waiting.push(spanOf(measured, Date.now()))
    else this.#dropped += 1
  }

  /** Sends the rest. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#flush()
    await this.#sending
  }

  #flush(): void {
    const spans = this.#waiting
    if (spans.length === 0) return
    this.#waiting = []
    this.#sending = this.#sending.then(() => this.#send(spans))
  }

  async #send(spans: readonly object[]): Promise<void> {
    const { endpoint, version, log } = this.#options
    const attributes = attributesOf({ 'service.name': 'bindery', 'service.version': version })
    const scopeSpans = [{ scope: { name: 'bindery' }, spans }]
    const body = JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans }] })
    const headers = { 'content-type': 'application/json' }
    try {
      const signal = AbortSignal.timeout(SEND_MS_MAX)
      const answer = await fetch(`${endpoint}/v1/traces`, { method: 'POST', headers, body, signal })
      await answer.arrayBuffer()
      if (!answer.ok) log.warn({ status: answer.status, spans: spans.length }, 'the collector refused traces')
    } catch (error) {
      log.warn({ err: error, spans: spans.length }, 'traces could not be sent')
    }
    if (this.#dropped > 0) log.warn({ spans: this.#dropped }, 'traces were dropped')
    this.#dropped = 0
  }
}

/** The span of a request that ended at `now`; it continues the trace that the client began, if it names one. */
export function spanOf({ answer, method, traceparent, bytesReceived, bytesSent, milliseconds }: Measured, now: number) {
  const { operation, bucket, key, uploadId, requestId, code } = answer.log
  const [, traceId, parentSpanId] = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-/.exec(traceparent ?? '') ?? []
  return {
    traceId: traceId ?? randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name: operation ?? method,
    kind: KIND_SERVER,
    startTimeUnixNano: nanoseconds(now - milliseconds),
    endTimeUnixNano: nanoseconds(now),
    attributes: attributesOf({
      'http.request.method': method,
      'http.response.status_code': answer.status,
      'http.request.body.size': bytesReceived,
      'http.response.body.size': bytesSent,
      'error.type': code,
      'bindery.request_id': requestId,
      'bindery.bucket': bucket,
      'bindery.key': key,
      'bindery.upload_id': uploadId,
    }),
    ...(answer.status >= 500 ? { status: { code: STATUS_ERROR } } : {}),
  }
}

/** Milliseconds since 1970 as nanoseconds, with the precision of microseconds. */
function nanoseconds(milliseconds: number): string {
  return `${Math.round(milliseconds * 1_000)}000`
}

function attributesOf(values: Readonly<Record<string, string | number | undefined>>) {
  return Object.entries(values).flatMap(([key, value]) => {
    if (value === undefined) return []
    return [{ key, value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value } }]
  })
}
