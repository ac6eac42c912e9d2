import type { ServiceResponse } from '@bindery/service'
import type { Log } from '../log.js'
import { logExchange } from './access-log.js'
import type { Answered } from './recent-requests.js'
import type { Sent } from './send-response.js'

/** Where requests are reported that were answered. */
export interface ExchangeObservers {
  /** Called after each answered request, health checks excepted. */
  readonly onAnswered: (answered: Answered) => void
  readonly log: Log
}

/** A request with its answer, after the last byte was sent or the connection was cut. */
export interface Exchanged {
  readonly method: string
  readonly target: string
  readonly httpVersion: string
  readonly traceparent: string | undefined
  readonly userAgent: string
  /** The client's address, as far as it is known. */
  readonly remote: string
  /** Bytes of the request before its body. */
  readonly headBytes: () => number
  readonly answer: ServiceResponse
  readonly sent: Sent
  readonly bytesReceived: number
  /** From the head of the request until its answer was sent, and until the answer was known. */
  readonly milliseconds: number
  readonly headMilliseconds: number
}

/** Passes on what is to be known of a request that was answered. */
export function noteExchange({ onAnswered, log }: ExchangeObservers, exchanged: Exchanged): void {
  const { answer, sent, method, target, httpVersion, traceparent, userAgent, remote } = exchanged
  const { bytesReceived, milliseconds, headMilliseconds } = exchanged
  // Health checks have no request id and are not logged: they would hide the other lines.
  if (answer.log.requestId === '') return
  if (sent.whole && answer.onSent !== undefined) {
    const requestBytes = exchanged.headBytes() + bytesReceived
    answer.onSent({ bytes: sent.bytes, milliseconds, requestBytes, receivedBytes: bytesReceived, httpVersion })
  }
  // one literal: a spread costs a microsecond
  onAnswered({
    answer,
    method,
    traceparent,
    bytesReceived,
    bytesSent: sent.bytes,
    milliseconds,
    headMilliseconds,
    target,
    userAgent,
    remote,
  })
  logExchange(log, { method, remote, answer, sent, bytesReceived, milliseconds })
}
