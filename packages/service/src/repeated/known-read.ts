/** Which reads are remembered with their answers, and with all that these were derived from. */
import {
  type BucketSettings,
  type Operation,
  operations,
  ossDialect,
  RepeatedV4,
  V4_ALGORITHM,
} from '@bindery/protocol'
import type { AccessKey, KeyHolder } from '../access/requester.js'
import type { UnreadCall } from '../call.js'
import type { ObjectRecord } from '../domain/stored/model.js'
import type { Exchange, Surroundings } from '../exchange.js'
import { LentPassable } from '../response/lent-passable.js'
import { LentWhole } from '../response/lent-whole.js'
import { STANDARD_RANGES } from '../response/range.js'
import type { RequestHead, ServiceRequest, ServiceResponse } from '../service.js'
import type { Recording } from './recording.js'

type Headers = ServiceRequest['headers']

/** A read that was answered, and what its answer was derived from. */
export interface KnownRead {
  readonly scheme: string
  readonly host: string
  /** The headers that count, and their number. */
  readonly headers: Headers
  readonly count: number
  readonly requester: KeyHolder
  readonly key: AccessKey
  readonly signature: RepeatedV4
  /** If the read stands for those of all ranges of its object: whether these are cut to it or refused, as the standard has it. */
  readonly ranges: { readonly areStandard: boolean } | undefined
  /** Whether the store still has all rows that were read for it. */
  readonly isUnchanged: () => boolean
  readonly response: ServiceResponse
  /** The object whose bytes are read each time; undefined where the response has them, or needs none. */
  readonly object: ObjectRecord | undefined
  /** The headers behind those that all answers have, without those that state a range. */
  readonly kept: ServiceResponse['headers']
}

/** Operations that look at nothing besides head and rows, as far as their recording shows. */
const READS: ReadonlySet<Operation> = new Set<Operation>([operations.HeadObject, operations.GetObject])

/** Settings of buckets that change nothing about that; the rows of those that count are among the rows of the read. */
const HARMLESS: ReadonlySet<string> = new Set<keyof BucketSettings>([
  ...(['policy', 'publicAccessBlock', 'ownershipControls', 'tagging', 'resourceGroup', 'responseHeader'] as const),
  ...(['lifecycle', 'worm', 'cors', 'encryption', 'inventory', 'transferAcceleration'] as const),
])

/** Inputs that those reads may state: headers that are the same, or a range, which is looked at each time. */
const KNOWN_INPUTS: ReadonlySet<string> = new Set(['acceptEncoding', 'range', 'rangeBehavior'])

/** States the length of a range in an answer. */
export const LENGTH = 'Content-Length'
/** States the place of a range in an answer. */
export const CONTENT_RANGE = 'Content-Range'

/** Headers that do not count: these reads state nothing by them, except for time and signature, which are verified each time. */
export const PASSED_OVER: ReadonlySet<string> = new Set([
  ...['authorization', 'date', 'x-oss-date'],
  ...['user-agent', 'connection', 'traceparent', 'tracestate', 'x-request-id', 'x-amzn-trace-id', 'cf-ray'],
  ...['via', 'forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-port', 'x-forwarded-proto', 'x-real-ip'],
])

/** A longer name is not remembered: names are kept of requests that are not verified yet, and their senders choose the length. */
export const NAME_LENGTH_MAX = 4_096

/** Whether a read is of a range, so that its Range header does not count. */
export const isOfRange = ({ method, headers }: Pick<RequestHead, 'method' | 'headers'>): boolean =>
  method === 'GET' && headers.range !== undefined

/** Whether equal reads have the same header. */
export const counts = (name: string, ofRange: boolean): boolean =>
  !PASSED_OVER.has(name) && !(ofRange && name === 'range')

/** Names the kind of a request, by method, address, access key and whether it is of a range; undefined of those that are never known. */
export function nameOf(head: RequestHead): string | undefined {
  const { method, host, target, headers } = head
  const { authorization, origin } = headers
  const isRead = method === 'HEAD' || method === 'GET'
  if (!isRead || authorization?.startsWith(V4_ALGORITHM) !== true || origin !== undefined || target.includes('?'))
    return undefined
  const keyEnd = authorization.indexOf('/')
  const isShort = host.length + target.length + keyEnd <= NAME_LENGTH_MAX
  if (keyEnd === -1 || !isShort) return undefined
  return `${isOfRange(head) ? 'range' : method} ${host}${target} ${authorization.slice(0, keyEnd)}`
}

/** The read that was answered by a response; undefined where that depends on more than its head and the recorded rows. */
export function knownRead(
  surroundings: Surroundings,
  exchange: Exchange,
  recording: Recording,
  response: ServiceResponse,
): KnownRead | undefined {
  const { allowed: call, request, startedAt, log, dialect } = exchange
  if (call === undefined || !recording.isWhole) return undefined
  const ofRange = isOfRange(request)
  if (!dependsOnRows(call, response, ofRange ? 206 : 200)) return undefined
  const { requester, parts } = call
  const isUnchanged = surroundings.domain.metadata.comparing?.(recording.rows)
  if (requester.kind === 'anonymous' || isUnchanged === undefined) return undefined
  const key = keyOf(surroundings, requester.accessKeyId, request.headers)
  const claim = ossDialect.readClaim(parts)
  if (key === undefined || claim?.scheme !== 'v4' || claim.place !== 'header') return undefined
  const signed = { method: request.method, bucket: log.bucket, key: log.key, ...parts }
  const { digests } = surroundings.options
  const signature = RepeatedV4.of(claim, signed, { accessKeySecret: key.accessKeySecret, digests })
  if (signature?.verifies(request.headers, startedAt) !== true) return undefined
  const counting = Object.entries(request.headers).filter(([name]) => counts(name, ofRange))
  const own = response.headers.slice(dialect.commonHeaders({ requestId: '', at: startedAt, took: 0 }).length)
  return {
    scheme: request.scheme,
    host: request.host,
    headers: Object.assign(Object.create(null), Object.fromEntries(counting)),
    count: counting.length,
    requester,
    key,
    signature,
    ranges: ofRange ? { areStandard: isStandard(call.input) } : undefined,
    isUnchanged,
    response,
    object: ofRange || isLent(response) ? call.object : undefined,
    kept: ofRange ? own.filter(([name]) => name !== LENGTH && name !== CONTENT_RANGE) : own,
  }
}

function dependsOnRows(
  { operation, bucket, input }: UnreadCall<Operation>,
  { status, headers, body, onSent }: ServiceResponse,
  expected: 200 | 206,
): boolean {
  const isWhole = body === undefined || body instanceof Uint8Array || isLent({ body })
  if (status !== expected || !isWhole || onSent !== undefined || !READS.has(operation)) return false
  // a bucket may hide headers from answers
  const statesRange = [LENGTH, CONTENT_RANGE].every((sought) => headers.some(([name]) => name === sought))
  if (expected === 206 && !statesRange) return false
  const isPlain = Object.entries(input).every(([name, value]) => value === undefined || KNOWN_INPUTS.has(name))
  return isPlain && Object.keys(bucket.documents ?? {}).every((kind) => HARMLESS.has(kind))
}

const isStandard = (input: UnreadCall<Operation>['input']): boolean =>
  'rangeBehavior' in input && input.rangeBehavior === STANDARD_RANGES

/** Whether bytes are lent that were at hand. */
const isLent = ({ body }: Pick<ServiceResponse, 'body'>): boolean =>
  body instanceof LentWhole || body instanceof LentPassable

/** The key that signed, if it is at hand. */
export function keyOf({ access }: Surroundings, accessKeyId: string, headers: Headers): AccessKey | undefined {
  try {
    const found = access.keys.find(accessKeyId, headers['x-oss-security-token'] || undefined)
    if (!(found instanceof Promise)) return found
    found.catch(() => {})
  } catch {
    // the steps find the failure again, and answer it
  }
  return undefined
}
