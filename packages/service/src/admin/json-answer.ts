/** Answers of the interfaces that speak JSON: the admin interface, and the sign-in of the console. */
import { utf8Bytes, utf8Text } from '@bindery/bytes'
import { ossDialect, RamError, shownDetails } from '@bindery/protocol'
import { Refusal } from '../access/refusal.js'
import { toOssError } from '../response/failure.js'
import { uncachedResponse } from '../response/uncached.js'
import type { LentBody, RequestLog, ServiceRequest, ServiceResponse } from '../service.js'

/** An answer before it is JSON. */
export interface JsonAnswer {
  readonly status: number
  readonly body: object
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/** Facts that every response has. `at` is the time and `took` a duration, both in milliseconds. */
interface AnswerFacts {
  readonly log: RequestLog
  readonly at: number
  readonly took: number
}

/** A response of server-sent events. */
export function eventResponse(body: LentBody, { log, at, took }: AnswerFacts): ServiceResponse {
  const headers = [
    ...ossDialect.commonHeaders({ requestId: log.requestId, at, took }),
    ['Content-Type', 'text/event-stream'],
    ['Cache-Control', 'no-store'],
    // proxies such as nginx buffer answers unless this header disables it
    ['X-Accel-Buffering', 'no'],
  ] as const
  return { status: 200, headers, body, log }
}

/** The response, with the id of the request. */
export function jsonResponse({ status, body, headers }: JsonAnswer, { log, at, took }: AnswerFacts): ServiceResponse {
  const { requestId } = log
  return uncachedResponse({
    status,
    headers: [...ossDialect.commonHeaders({ requestId, at, took }), ...headers],
    contentType: 'application/json',
    body: utf8Bytes(JSON.stringify({ ...body, RequestId: requestId })),
    log,
  })
}

/** The members of the JSON object in a body; none if it is empty. Throws bodyInvalid. */
export function membersOf(bytes: Uint8Array): ReadonlyMap<string, unknown> {
  if (bytes.length === 0) return new Map()
  let value: unknown
  try {
    value = JSON.parse(utf8Text(bytes) ?? '')
  } catch {
    throw new RamError('bodyInvalid')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new RamError('bodyInvalid')
  return new Map(Object.entries(value))
}

/** A failure as RAM's interfaces write it; one of OSS keeps its code. */
export function failed({ host }: ServiceRequest, log: RequestLog, thrown: unknown): JsonAnswer {
  if (thrown instanceof RamError) {
    log.cause = thrown.reason
    log.code = thrown.code
    const { status, code: Code, message: Message, cause } = thrown
    const allow = thrown.reason === 'methodInvalid' ? ([['Allow', 'POST']] as const) : []
    if (!(cause instanceof Refusal)) return { status, body: { HostId: host, Code, Message }, headers: allow }
    log.refusal = cause
    return { status, body: { HostId: host, Code, Message, ...shownDetails(cause.details) }, headers: [] }
  }
  const error = toOssError(thrown)
  const { code, status, ec } = error.row
  log.cause = error.reason
  log.code = code
  if (status >= 500) log.failure = error.cause
  const body = {
    HostId: host,
    Code: code,
    Message: error.message,
    ...shownDetails(error.details),
    ...(ec !== undefined && { EC: ec }),
  }
  return { status, body, headers: ec === undefined ? [] : [['x-oss-ec', ec]] }
}
