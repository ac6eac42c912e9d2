/** Notes requests to buckets whose access is logged; a request to any other bucket costs nothing. */
import { HeadCircumstances, isBucketName, parseQuery } from '@bindery/protocol'
import { type Awaitable, settle } from '@bindery/storage'
import { type Requester, requesterId } from '../access/requester.js'
import type { Found } from '../call.js'
import { findBucketIfAny } from '../domain/buckets/buckets.js'
import type { BucketRecord, ObjectRecord } from '../domain/stored/model.js'
import type { Exchange } from '../exchange.js'
import type { SentAnswer } from '../service.js'
import { type LoggedRequest, loggedName, logLine } from './line.js'

/** A request to a bucket that is logged. */
interface LoggedExchange {
  readonly bucket: BucketRecord
  readonly requester: Requester
  readonly object: ObjectRecord | undefined
}

const logged = new WeakMap<Exchange, LoggedExchange>()

/** Notes that a request is to a bucket, if that is logged. */
export function noteRequest(
  exchange: Exchange,
  requester: Requester,
  { bucket, object }: Pick<Found, 'bucket' | 'object'>,
): void {
  exchange.isBucketRead = true
  if (bucket?.documents?.logging !== undefined) logged.set(exchange, { bucket, requester, object })
}

/** Notes a request that failed before its bucket was looked up, such as one whose signature or parameters are malformed. */
export function noteEarlyFailure(exchange: Exchange): Awaitable<void> {
  const { domain } = exchange.surroundings
  const { bucket: name } = exchange.log
  if (exchange.isBucketRead || name === undefined || !isBucketName(name)) return undefined
  return settle(
    () => findBucketIfAny(domain, name, () => undefined),
    (found) => noteRequest(exchange, exchange.requester ?? UNKNOWN, { bucket: found?.bucket, object: undefined }),
    // the failure of the request is answered, whatever comes of its line
    () => undefined,
  )
}

const UNKNOWN: Requester = { kind: 'anonymous' }

/** Writes the line of a request when it was answered completely; undefined where its bucket is not logged. */
export function onSentOf(exchange: Exchange, status: number): ((sent: SentAnswer) => void) | undefined {
  const found = logged.get(exchange)
  if (found === undefined) return undefined
  const { options, domain } = exchange.surroundings
  const serviceMilliseconds = options.clock() - exchange.startedAt
  return (sent) => {
    const line = logLine({ ...factsOf(exchange, found, sent), status, serviceMilliseconds, region: options.region })
    domain.logLines.add(found.bucket.name, exchange.startedAt, line)
  }
}

type Facts = Omit<LoggedRequest, 'status' | 'serviceMilliseconds' | 'region'>

function factsOf({ request, dialect, log, startedAt }: Exchange, found: LoggedExchange, sent: SentAnswer): Facts {
  const stated = new HeadCircumstances({ headers: request.headers, query: parseQuery('') }, dialect)
  const { bucket, requester, object } = found
  const isWritten = WRITES.has(log.operation ?? '') && log.code === undefined
  return {
    remoteAddress: request.remoteAddress,
    receivedAt: startedAt,
    requestLine: `${request.method} ${request.target} HTTP/${sent.httpVersion}`,
    sentBytes: sent.bytes,
    milliseconds: sent.milliseconds,
    referer: stated.referer,
    userAgent: stated.userAgent,
    host: request.host,
    requestId: log.requestId,
    requesterId: requester.kind === 'anonymous' ? undefined : requesterId(requester),
    accessKeyId: log.accessKeyId,
    operation: loggedName(log.operation),
    bucket: bucket.name,
    owner: bucket.owner,
    key: log.key,
    objectSize: isWritten ? sent.receivedBytes : object?.size,
    errorCode: log.code,
    requestBytes: sent.requestBytes,
    addedBytes: isWritten ? sent.receivedBytes : undefined,
    storageClass: object?.storageClass ?? (log.key === undefined ? undefined : bucket.storageClass),
  }
}

/** Operations whose body is stored as the bytes of an object. */
const WRITES: ReadonlySet<string> = new Set(['PutObject', 'AppendObject', 'UploadPart'])
