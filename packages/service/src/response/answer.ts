import {
  type Cause,
  COMMON_CAUSES,
  causesOf,
  deleteMarkerHeaders,
  encodeFields,
  encodeHeaders,
  type Fields,
  missingDetails,
  type Notation,
  type Operation,
  OssError,
  requestCharged,
  type ValuesOf,
} from '@bindery/protocol'
import { Refusal } from '../access/refusal.js'
import type { Call, Reply } from '../call.js'
import { OnDeleteMarker } from '../domain/objects/current.js'
import type { Exchange } from '../exchange.js'
import type { ServiceResponse } from '../service.js'
import { withoutHidden } from './hidden-headers.js'
import { isolate } from './shared-origin.js'

/** The response of an operation, without the headers that all responses have. */
export type Answer = Pick<ServiceResponse, 'status' | 'headers' | 'body'>

const CHARGED_FIELDS = { requestCharged }

/** All of an answer except lent content. A status that the operation does not declare is treated as such an error. */
export function encodeReply(call: Call<Operation>, reply: Reply<Operation>): Answer {
  const { operation, exchange, isCharged, hidingRules } = call
  const { dialect } = exchange
  const status = reply.status ?? operation.status
  if (reply.status !== undefined) noteStatus(exchange, operation, reply.status)
  const all = encodeHeaders(operation, reply.output as ValuesOf<Fields>, dialect)
  const headers = hidingRules === undefined ? all : withoutHidden(hidingRules, operation.name, all)
  if (operation.result === 'bytes') isolate(call, headers)
  if (isCharged) headers.push(...encodeFields(CHARGED_FIELDS, { requestCharged: 'requester' }, dialect))
  if (reply.answer !== undefined) {
    const { contentType, body } = reply.answer
    return { status, headers: [...headers, ['Content-Type', contentType]], body }
  }
  const { result } = operation
  if (result === undefined || result === 'bytes') return { status, headers, body: undefined }
  const body = result.encode(reply.result, dialect)
  if (body.length > 0) headers.push(['Content-Type', result.contentType ?? 'application/xml'])
  return { status, headers, body }
}

function noteStatus({ log, surroundings }: Exchange, operation: Operation, status: number): void {
  if (status === operation.status || operation.otherStatuses?.includes(status) === true) return
  const failure = new Error(`undeclared: ${operation.name} answers ${status}`)
  if (surroundings.options.assertDeclared === true) throw new OssError('internalError', {}, { cause: failure })
  log.failure = failure
}

/**
 * The response of an error, in the dialect of the request. Notes its cause in the log. An error that the operation does
 * not declare is logged as a failure of the server, and with `assertDeclared` becomes one.
 */
export function encodeFailure(exchange: Exchange, thrown: OssError): Answer {
  const { surroundings, request, operation, log, dialect } = exchange
  const fault = operation && faultOf(operation, thrown)
  const declared = surroundings.options.assertDeclared === true ? fault : undefined
  const error = aboutMarker(declared ?? asOwn(operation, thrown), request.method)
  log.cause = error.reason
  log.code = error.row.code
  if (error.row.status >= 500) log.failure = error.cause
  else if (fault !== undefined) log.failure = fault.cause
  if (error.cause instanceof Refusal) log.refusal = error.cause
  const [resource = ''] = request.target.split('?')
  const { method, host: hostId } = request
  const { region } = surroundings.options
  return dialect.encodeError(error, { requestId: log.requestId, hostId, resource, method, region })
}

/** The error as the operation answers it. */
function asOwn(operation: Operation | undefined, error: OssError): OssError {
  const own = operation?.answersAs?.[error.reason]
  return own === undefined ? error : new OssError(own, error.details, { headers: error.headersIn, cause: error.cause })
}

/** The error with what answers about a delete marker show, where a name led to one. */
function aboutMarker(error: OssError, method: string): OssError {
  const { cause, row, details, headersIn } = error
  if (!(cause instanceof OnDeleteMarker)) return error
  const isRefused = row.status === 405
  const headers = (notation: Notation) => {
    const shown = encodeFields(deleteMarkerHeaders, { deleteMarker: true, versionId: cause.version }, notation)
    const allow: [string, string][] = isRefused ? [['Allow', 'DELETE']] : []
    return [...headersIn(notation), ...shown, ...allow]
  }
  const refused = isRefused ? { method, resourceType: 'DeleteMarker' } : {}
  return new OssError(error.reason, { ...details, ...refused }, { headers, cause })
}

function declares(operation: Operation, cause: Cause): boolean {
  return COMMON_CAUSES.includes(cause) || causesOf(operation).has(cause)
}

/** A failure that an operation must not answer: of a cause that it does not declare, or without what its message shows. */
function faultOf(operation: Operation, error: OssError): OssError | undefined {
  const missing = missingDetails(error)
  let fault: string | undefined
  if (!declares(operation, error.reason)) fault = `undeclared: ${operation.name} answers ${error.reason}`
  else if (missing.length > 0) fault = `undeclared: the message of ${error.reason} needs ${missing.join(', ')}`
  return fault === undefined
    ? undefined
    : new OssError('internalError', {}, { cause: new Error(fault, { cause: error }) })
}

/**
 * Adds the headers of every response. Without a body Content-Length is 0, unless the status implies it;
 * streams have no Content-Length.
 */
export function toResponse(
  { surroundings, startedAt, crossOrigin, log, dialect }: Exchange,
  { status, headers, body }: Answer,
  onSent?: ServiceResponse['onSent'],
): ServiceResponse {
  const now = surroundings.options.clock()
  const common = dialect.commonHeaders({ requestId: log.requestId, at: now, took: now - startedAt })
  const all: (readonly [string, string])[] = [...common, ...crossOrigin]
  const sent = body instanceof Uint8Array && body.length === 0 ? undefined : body
  let silent = (sent !== undefined && !(sent instanceof Uint8Array)) || status === 204 || status === 304
  for (const header of headers) {
    all.push(header)
    if (header[0] === 'Content-Length') silent = true
  }
  if (!silent) all.push(['Content-Length', String(sent instanceof Uint8Array ? sent.length : 0)])
  return { status, headers: all, body: sent, log, onSent }
}
