import type { RecentRequest, ServiceResponse } from '@bindery/service'
import type { Measured } from '../metrics/request-metrics.js'
import { redacted } from './access-log.js'

/** A request that was answered, with what people want to see of it. */
export interface Answered extends Measured {
  readonly answer: Pick<ServiceResponse, 'status' | 'log' | 'body'>
  readonly target: string
  readonly userAgent: string
  /** The client's address, as far as it is known. */
  readonly remote: string
}

/** Requests that a process remembers. */
const KEPT_MAX = 1_000
/** Characters of a target, a name or a user agent. */
const TEXT_MAX = 2_048
/** Characters of a document. It is kept for signatures that did not match: a debugging aid, not a log. */
const DOCUMENT_MAX = 16 * 1024
/** Those that show the requests: a program that reads them every few seconds would hide the rest. */
const UNSEEN: ReadonlySet<string | undefined> = new Set(['ListRequests', 'FollowRequests'])

/** The last requests of this process, in memory, so that someone can see what clients send and what they get. */
export class RecentRequests {
  readonly #kept: RecentRequest[] = []
  /** Where the next one goes, which is the oldest once all places are taken. */
  #next = 0

  note({ answer, method, target, userAgent, remote, bytesReceived, bytesSent, milliseconds }: Answered): void {
    const { log, status } = answer
    if (UNSEEN.has(log.operation)) return
    const { requestId, operation, bucket, key, accessKeyId, code, cause } = log
    this.#kept[this.#next] = {
      requestId,
      at: Date.now(),
      milliseconds: Math.round(milliseconds * 10) / 10,
      method,
      target: target.slice(0, TEXT_MAX),
      operation,
      bucket,
      key: key?.slice(0, TEXT_MAX),
      accessKeyId,
      remoteAddress: remote,
      userAgent: userAgent.slice(0, TEXT_MAX),
      status,
      code,
      cause,
      bytesReceived,
      bytesSent,
      document: code === 'SignatureDoesNotMatch' ? documentOf(answer.body) : undefined,
    }
    this.#next = (this.#next + 1) % KEPT_MAX
  }

  /** Those that were answered at `since` or later, in milliseconds since 1970. */
  since(since: number): readonly RecentRequest[] {
    const found = this.#kept.filter(({ at }) => at >= since)
    return found.map((request) => ({ ...request, target: redacted(request.target) }))
  }
}

function documentOf(body: ServiceResponse['body']): string | undefined {
  return body instanceof Uint8Array ? redacted(Buffer.from(body).toString().slice(0, DOCUMENT_MAX)) : undefined
}
