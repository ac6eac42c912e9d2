/**
 * The way of a request, step by step: the order of the steps is the order in which errors come.
 * No step before the sixth reads anything of the body.
 */
import { upperHex } from '@bindery/bytes'
import {
  ACTIONS,
  bucketName,
  type Cause,
  COMMON_CAUSES,
  causesOf,
  type DeclaredOperation,
  decodeHead,
  encodeError,
  encodeHeaders,
  type Fields,
  httpDate,
  type Operation,
  OssError,
  objectKey,
  parseQuery,
  type Query,
  type Reading,
  readings,
  route,
  type ValuesOf,
} from '@bindery/protocol'
import { type Authenticate, authenticator } from './access/authenticate.js'
import { authorise, type Touched } from './access/authorise.js'
import { aclAuthoriser } from './access/authoriser.js'
import { accountOf } from './access/requester.js'
import { Call, type CallHead, type Found, type Handler, type Reply } from './call.js'
import { findBucket, findBucketIfAny } from './domain/buckets/buckets.js'
import type { Domain } from './domain/domain.js'
import { findBucketAndObject } from './domain/objects/objects.js'
import { openBucketAndObject } from './domain/objects/open-object.js'
import { Scope } from './domain/scope.js'
import { handlers } from './operations/index.js'
import type { ServiceOptions } from './options.js'
import { crossOriginHeaders } from './response/cross-origin.js'
import { toOssError } from './response/failure.js'
import { LentStream } from './response/lent-stream.js'
import type { ResponseLog, ServiceRequest, ServiceResponse } from './service.js'

/** One request on its way, with what the log is to say of it. */
interface Exchange {
  readonly request: ServiceRequest
  readonly startedAt: number
  /** What is open for this request. It closes with the request, or where bytes are lent to the response, behind the last. */
  readonly scope: Scope
  operation?: DeclaredOperation
  /** Headers of the answer, whether it is one of success or of failure. */
  crossOrigin: ServiceResponse['headers']
  readonly log: { -readonly [K in keyof ResponseLog]: ResponseLog[K] }
}

type Answer = Pick<ServiceResponse, 'status' | 'headers' | 'body'>

/** From request to response; never rejects. */
export type Pipeline = (request: ServiceRequest) => Promise<ServiceResponse>

export function createPipeline(options: ServiceOptions, domain: Domain): Pipeline {
  const authenticate = authenticator(options)
  return async (request) => {
    const requestId = upperHex(options.random(12))
    const scope = new Scope()
    const exchange: Exchange = { request, startedAt: options.clock(), scope, crossOrigin: [], log: { requestId } }
    let response: ServiceResponse | undefined
    try {
      const answer = await run(options, domain, authenticate, exchange).catch((thrown: unknown) =>
        fail(options, exchange, toOssError(thrown)),
      )
      response = finish(options, exchange, answer)
      return response
    } finally {
      if (!(response?.body instanceof LentStream)) scope.close()
    }
  }
}

async function run(
  options: ServiceOptions,
  domain: Domain,
  authenticate: Authenticate,
  exchange: Exchange,
): Promise<Answer> {
  const { request, log, scope } = exchange
  const { method, headers } = request

  // 1 address, 2 route: for each reading
  const [path, query] = splitTarget(request.target)
  const found = readings(request.host, path, options)
  const operationOf = ({ level }: Reading) => route(method, level, query, headers)
  const likelier = operationOf(found[0])
  log.uploadId = query.get('uploadId')
  note(log, found[0], likelier?.name)
  exchange.crossOrigin = await crossOriginHeaders(domain, request, log.bucket)

  // 3 authenticate
  const signed = {
    method,
    query,
    headers: headers.host === request.host ? headers : { ...headers, host: request.host },
  }
  const { requester, reading } = await authenticate(signed, found)
  const operation = reading === found[0] ? likelier : operationOf(reading)
  note(log, reading, operation?.name)
  if (reading !== found[0]) exchange.crossOrigin = await crossOriginHeaders(domain, request, log.bucket)
  if (requester.kind === 'account') log.accessKeyId = requester.accessKeyId
  if (operation === undefined) throw new OssError('methodNotAllowed', { Method: method, ResourceType: reading.level })
  if ('absent' in operation) throw new OssError('notImplemented', { Operation: operation.name })
  exchange.operation = operation

  // 4 decode head
  const name = reading.bucket === undefined ? undefined : bucketName(reading.bucket)
  const key = reading.key === undefined ? undefined : objectKey(reading.key)
  const input = decodeHead(operation, { query, headers })
  const { region, callbacks } = options
  const { requestId } = log
  const bucketUrl = urlOf(request, reading)
  const head = {
    operation,
    domain,
    authoriser: aclAuthoriser,
    requester,
    conditions: { request, query, now: exchange.startedAt },
    region,
    callbacks,
    request,
    requestId,
    input,
    bucketName: name,
    key,
    bucketUrl,
    scope,
  }
  return serve(head)
}

async function serve(head: Head): Promise<Answer> {
  const { operation, scope } = head

  // 5 authorise: the declared actions on what is named
  const found = await find(head)
  await authorise(head, touched(head, found))

  // 6 find, 7 decode body, 8 handle: each handler looks for what it needs before it asks for the body
  const { handle } = handlers[operation.name] as unknown as { readonly handle: Handler<Operation> }
  const reply = await handle(new Call<Operation>(head, found))

  // 9 encode
  const answer = encode(operation, reply)
  const { content, contentSize } = reply
  if (content === undefined) return answer
  return { ...answer, body: await LentStream.begin(content, contentSize, () => scope.close()) }
}

/** What steps 1 to 4 tell of a request that asks for an operation. */
type Head = CallHead<Operation> & { readonly operation: DeclaredOperation }

async function find({ operation, domain, requester, scope, bucketName: name, key }: Head): Promise<Found> {
  if (name === undefined) return NOTHING_FOUND
  if (operation.createsBucket === true) {
    // a bucket of another account is for the operation to refuse: its name is taken
    const bucket = await findBucketIfAny(domain, name)
    return { ...NOTHING_FOUND, bucket: bucket?.owner === accountOf(requester)?.id ? bucket : undefined }
  }
  if (operation.reads === 'object' && key !== undefined) {
    const { bucket, object: openObject } = await openBucketAndObject(domain, scope, name, key)
    return { bucket, object: openObject?.record, openObject }
  }
  if (readsObject(operation) && key !== undefined) {
    return { ...(await findBucketAndObject(domain, name, key)), openObject: undefined }
  }
  return { ...NOTHING_FOUND, bucket: await findBucket(domain, name) }
}

const NOTHING_FOUND: Found = { bucket: undefined, object: undefined, openObject: undefined }

/** Only the object of an operation that reads it was looked up with its bucket. */
function touched({ operation, key }: Head, { bucket, object }: Found): Touched {
  return { bucket, key, object: readsObject(operation) ? object : 'unread' }
}

function readsObject({ level, permissions: [action] }: Operation): boolean {
  return level === 'object' && action !== undefined && ACTIONS[action] === 'read'
}

/** The log, as the headers for browsers, speaks of the likelier reading until the signature has told which one is meant. */
function note(log: Exchange['log'], { bucket, key }: Reading, operation: string | undefined): void {
  log.operation = operation
  log.bucket = bucket
  log.key = key
}

function splitTarget(target: string): [path: string, query: Query] {
  const mark = target.indexOf('?')
  return mark === -1 ? [target, parseQuery('')] : [target.slice(0, mark), parseQuery(target.slice(mark + 1))]
}

function urlOf({ scheme, host }: ServiceRequest, { style, bucket }: Reading): string {
  return style === 'host' ? `${scheme}://${host}` : `${scheme}://${host}/${bucket}`
}

/** All of an answer but content that is lent. */
function encode(operation: Operation, reply: Reply<Operation>): Answer {
  const status = reply.status ?? operation.status
  const headers = encodeHeaders(operation, reply.output as ValuesOf<Fields>)
  if (reply.answer !== undefined) {
    const { contentType, body } = reply.answer
    return { status, headers: [...headers, ['Content-Type', contentType]], body }
  }
  const { result } = operation
  if (result === undefined || result === 'bytes') return { status, headers, body: undefined }
  const body = result.encode(reply.result)
  if (body.length > 0) headers.push(['Content-Type', result.contentType ?? 'application/xml'])
  return { status, headers, body }
}

function fail(options: ServiceOptions, { request, operation, log }: Exchange, thrown: OssError): Answer {
  const declared = operation === undefined || options.assertDeclared !== true || declares(operation, thrown.reason)
  const error = declared ? thrown : new OssError('internalError', {}, { cause: undeclared(operation, thrown) })
  log.cause = error.reason
  log.code = error.row.code
  if (error.row.status >= 500) log.failure = error.cause
  return encodeError(error, { requestId: log.requestId, hostId: request.host, method: request.method })
}

function declares(operation: Operation, cause: Cause): boolean {
  return COMMON_CAUSES.includes(cause) || causesOf(operation).has(cause)
}

function undeclared({ name }: Operation, error: OssError): Error {
  return new Error(`${name} does not declare ${error.reason}`, { cause: error })
}

/** The headers of every response. A bodiless one says that its length is 0, unless its status says it; a stream has none. */
function finish(
  options: ServiceOptions,
  { startedAt, crossOrigin, log }: Exchange,
  { status, headers, body }: Answer,
): ServiceResponse {
  const now = options.clock()
  const all: (readonly [string, string])[] = [
    ['Server', 'AliyunOSS'],
    ['Date', httpDate.encode(now)],
    ['x-oss-request-id', log.requestId],
    ['x-oss-server-time', String(Math.max(0, Math.round(now - startedAt)))],
    ...crossOrigin,
  ]
  const sent = body instanceof Uint8Array && body.length === 0 ? undefined : body
  let silent = (sent !== undefined && !(sent instanceof Uint8Array)) || status === 204 || status === 304
  for (const header of headers) {
    all.push(header)
    if (header[0] === 'Content-Length') silent = true
  }
  if (!silent) all.push(['Content-Length', String(sent instanceof Uint8Array ? sent.length : 0)])
  return { status, headers: all, body: sent, log }
}
