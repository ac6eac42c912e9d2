/** The steps of a request, in the order in which errors are reported. A step that waits for nothing is followed at once. */
import { upperHex } from '@bindery/bytes'
import {
  boundName,
  bucketName,
  type DeclaredOperation,
  decodeBody as decodeDocument,
  decodeHead as decodeInput,
  HeadCircumstances,
  isBucketName,
  isTakenAtAccessPoint,
  isUnlimited,
  type ObjectKey,
  type Operation,
  OssError,
  type Head as Parts,
  parseQuery,
  type Reading,
  type Readings,
  type Routed,
  soughtKey,
  splitTarget,
} from '@bindery/protocol'
import { type Awaitable, andThen, settle } from '@bindery/storage'
import type { Identified } from './access/authenticate.js'
import { authorise as requireAllowed } from './access/authorise.js'
import { type Conditions, requestTagsOf } from './access/conditions.js'
import { editionOf } from './access/requester.js'
import { noteEarlyFailure, noteRequest, onSentOf } from './access-log/log-request.js'
import { contentOf, readDocument } from './body.js'
import { type Call, type Found, type Reply, UnreadCall } from './call.js'
import { findBucket } from './domain/buckets/buckets.js'
import { requireLease } from './domain/cluster/cluster.js'
import { letOthersRun } from './domain/domain.js'
import { withForesight } from './domain/foresight.js'
import type { VersionId } from './domain/stored/model.js'
import { enterAccessPoints, leadsNowhere, refuseAtMissing } from './enter-access-points.js'
import { createSurroundings, dialectOf, Exchange } from './exchange.js'
import { findNamed, type Head, readsObject, requireMeant, touched } from './find-named.js'
import { identifyForm } from './form/identify-form.js'
import { notAllowed } from './not-allowed.js'
import { handlers } from './operations/index.js'
import { RepeatedReads } from './repeated/repeated-reads.js'
import { type Answer, encodeFailure, toResponse } from './response/answer.js'
import { beginAnswer, isReadLater } from './response/begin-answer.js'
import { concealed } from './response/concealed.js'
import { crossOriginHeaders } from './response/cross-origin.js'
import { notTooLate } from './response/early-answer.js'
import type { ServiceResponse } from './service.js'
import { Steps } from './steps.js'
import { enterStyle } from './styled-keys.js'
import type { Handle, Shared } from './surface.js'
import { leavingTrail } from './trail-of-call.js'
import { enterSite, leaveSite } from './website/site.js'
import { withKeys } from './with-keys.js'
import { parserOf } from './xml-parser.js'

const STEPS = Steps.first(address) // 1
  .next(route) // 2
  .next(authenticate) // 3
  .next(decodeHead) // 4
  .next(authorise) // 5
  .next(find) // 6
  .next(decodeBody) // 7
  .next(answer) // 8

const ANSWER = Steps.first(handle).next(({ call, reply }) => beginAnswer(call, reply))

/** The steps behind the fourth, for a page that a website shows in place of what was requested. */
const SERVE = Steps.first(authorise).next(find).next(decodeBody).next(answer)

/** From request to response; never throws or rejects. */
export function createPipeline(shared: Shared): Handle {
  const { options, domain } = shared
  const surroundings = createSurroundings(shared)
  const repeated = new RepeatedReads(surroundings)
  return (request) => {
    const kind = repeated.kindOf(request)
    const known = kind && repeated.answer(kind, request)
    if (known !== undefined) return known
    const recording = kind && repeated.begin(kind)
    const exchange = new Exchange(surroundings, request, upperHex(options.random(12)), recording)
    return settle(
      () => andThen(requireLease(domain.cluster), () => STEPS.run(exchange)),
      (answer) => {
        const response = end(exchange, answer)
        if (kind !== undefined && recording !== undefined) repeated.keep(kind, exchange, recording, response)
        return response
      },
      (thrown) => fail(exchange, thrown),
    )
  }
}

/** The website of a bucket may answer a read in place of its failure. */
function fail(exchange: Exchange, thrown: unknown): Awaitable<ServiceResponse> {
  return settle(
    () => andThen(noteEarlyFailure(exchange), () => leaveSite(exchange, thrown, (head) => SERVE.run(head))),
    (answer) => end(exchange, answer),
    (failure) => andThen(concealed(exchange, failure), (error) => end(exchange, encodeFailure(exchange, error))),
  )
}

/** Closes what is open for a request, unless its response is still to be read from it. */
function end(exchange: Exchange, answer: Answer): ServiceResponse {
  if (!isReadLater(answer.body)) exchange.scope.close()
  return toResponse(exchange, answer, onSentOf(exchange, answer.status))
}

interface Addressed {
  readonly exchange: Exchange
  readonly parts: Parts
  /** The likelier first. */
  readonly readings: Readings
}

/** 1. Host and path → at most two readings of (level, bucket, key); query and headers → the protocol of the request. */
function address(exchange: Exchange): Awaitable<Addressed> {
  const { target, host } = exchange.request
  const { path, query: rawQuery } = splitTarget(target)
  const query = parseQuery(rawQuery)
  const sent = { query, headers: exchange.request.headers }
  const dialect = dialectOf(exchange.surroundings.options, sent)
  exchange.dialect = dialect
  exchange.log.uploadId = query.get(dialect.nameOf('uploadId') ?? '')
  const parts = dialect.headOf?.(sent) ?? sent
  exchange.judgedHeaders = parts.headers
  const { domains } = exchange.surroundings.options
  const named = boundName(host, domains)
  const { domain } = exchange.surroundings
  const bound = named === undefined ? undefined : domain.boundDomains.find(domain, named)
  return andThen(bound, (boundBucket) => {
    const entered = enterAccessPoints(exchange, dialect.readings(host, path, { domains, boundBucket }))
    return andThen(entered, (readings) => ({ exchange, parts, readings }))
  })
}

type RoutedOperation = Routed | undefined

interface RoutedRequest extends Addressed {
  /** The operation of the likelier reading. */
  readonly operation: RoutedOperation
}

/**
 * 2. Method, level, query and headers → operation. The log, as the headers for browsers, speaks of the likelier
 * reading until the signature has shown which one is meant.
 */
function route({ exchange, parts, readings }: Addressed): Awaitable<RoutedRequest> {
  const operation = operationOf(exchange, parts, readings[0])
  return andThen(take(exchange, readings[0], operation), () => ({ exchange, parts, readings, operation }))
}

function operationOf({ dialect, request }: Exchange, { query, headers }: Parts, { level }: Reading): RoutedOperation {
  return dialect.route(request.method, level, query, headers)
}

function take(exchange: Exchange, { bucket, key }: Reading, operation: RoutedOperation): Awaitable<void> {
  const { log, request, surroundings, dialect } = exchange
  log.operation = operation?.name
  log.dialect = dialect.name
  log.bucket = bucket
  log.key = key
  return andThen(crossOriginHeaders(surroundings.domain, request, bucket, dialect), (headers) => {
    exchange.crossOrigin = headers
  })
}

interface Authenticated extends Identified {
  readonly exchange: Exchange
  readonly parts: Parts
  readonly operation: DeclaredOperation
}

/** 3. Signature → requester, and of the readings the one whose signature verifies. */
function authenticate(routed: RoutedRequest): Awaitable<Authenticated> {
  const { exchange, parts, readings } = routed
  if (routed.operation?.name === 'PostObject' && !('absent' in routed.operation)) return authenticatePost(routed)
  const { method, target, host, headers } = exchange.request
  const { query } = parts
  const { remoteAddress } = exchange.request
  const signed = {
    method,
    target,
    query,
    headers: headers.host === host ? headers : { ...headers, host },
    remoteAddress,
  }
  return settle(
    () => exchange.surroundings.access.authenticate(signed, readings, exchange.dialect.readClaim),
    (identified) => {
      const { requester, reading } = identified
      if (requester.kind !== 'anonymous') exchange.log.accessKeyId = requester.accessKeyId
      if (reading === readings[0]) return authenticated(routed, identified, routed.operation)
      const operation = operationOf(exchange, parts, reading)
      return andThen(take(exchange, reading, operation), () => authenticated(routed, identified, operation))
    },
    (error) => refuseRequester(routed, error),
  )
}

/** The fields of a form take the place of headers; those of the request sign nothing. */
async function authenticatePost(routed: RoutedRequest): Promise<Authenticated> {
  const { exchange, readings } = routed
  const { dialect } = exchange
  const { identified, parts } = await identifyForm(exchange, readings[0])
  const isOther = exchange.dialect !== dialect
  const operation = isOther ? operationOf(exchange, parts, readings[0]) : routed.operation
  return authenticated({ ...routed, parts }, identified, operation)
}

/** A signature that cannot be read is refused at once; a key that may not enter, only where there is something to enter. */
function refuseRequester(
  { exchange, readings: [reading], operation }: RoutedRequest,
  error: unknown,
): Awaitable<never> {
  const isDenied = error instanceof OssError && error.row.status === 403
  const needsBucket = operation === undefined || 'absent' in operation || operation.createsBucket !== true
  if (isDenied && needsBucket) return refuseInBucket(exchange, { requester: UNKNOWN_REQUESTER, reading }, error)
  throw error
}

const UNKNOWN_REQUESTER: Identified['requester'] = { kind: 'anonymous' }

/** That there is no such bucket comes before anything that is wrong with a request to it. */
function refuseInBucket(
  exchange: Exchange,
  { requester, reading }: Pick<Identified, 'requester' | 'reading'>,
  error: OssError,
): Awaitable<never> {
  const { bucket: name } = reading
  if (name === undefined || !isBucketName(name)) throw error
  return andThen(findBucket(exchange.surroundings.domain, name), (bucket) => {
    noteRequest(exchange, requester, { bucket, object: undefined })
    throw error
  })
}

function authenticated(
  { exchange, parts }: RoutedRequest,
  identified: Identified,
  operation: RoutedOperation,
): Awaitable<Authenticated> {
  const { reading } = identified
  exchange.requester = identified.requester
  if (operation === undefined) {
    return refuseInBucket(exchange, identified, notAllowed(exchange, reading.level, parts))
  }
  if ('absent' in operation) {
    return refuseInBucket(exchange, identified, new OssError('notImplemented', { operation: operation.name }))
  }
  if (reading.entrance !== undefined && !isTakenAtAccessPoint(operation)) {
    throw notAllowed(exchange, reading.level, parts, isTakenAtAccessPoint)
  }
  exchange.operation = operation
  const { requester, signedIn, chunkChain } = identified
  return { requester, reading, signedIn, chunkChain, exchange, parts, operation }
}

/** 4. Query and headers → typed input. */
function decodeHead(authenticated: Authenticated): Head {
  const { exchange, parts, requester, reading, signedIn, chunkChain, operation } = authenticated
  const { startedAt, surroundings } = exchange
  const isNamed = reading.bucket !== undefined && !leadsNowhere(reading)
  const bucket = isNamed ? bucketName(reading.bucket) : undefined
  const key = reading.key === undefined ? undefined : keyOf(exchange, operation, reading.key)
  const input = decodeInput(operation, parts, exchange.dialect)
  const objectName = bucket === undefined || key === undefined ? undefined : { bucket, key, version: versionIn(input) }
  const domain = withKeys(exchange, input)
  const judged = { headers: exchange.judgedHeaders, query: parts.query }
  const conditions: Conditions = {
    request: exchange.request,
    stated: new HeadCircumstances(judged, exchange.dialect),
    requestTags: requestTagsOf(operation, input),
    signedIn,
    now: startedAt,
  }
  return {
    exchange,
    operation,
    domain: objectName === undefined || readsObject(operation) ? domain : withForesight(domain, objectName, input),
    access: surroundings.access,
    requester,
    parts,
    chunkChain,
    conditions: exchange.recording?.conditions(conditions, judged, exchange.dialect) ?? conditions,
    input,
    bucketName: bucket,
    objectName,
    style: reading.style,
    entrance: reading.entrance,
  }
}

/** The version that a request names, of an operation that declares such an input. */
function versionIn(input: { readonly versionId?: VersionId }): VersionId | undefined {
  return input.versionId
}

/** A HEAD has no body to explain an invalid name, so it responds that no such object exists. */
function keyOf({ dialect }: Exchange, { method }: Operation, key: string): ObjectKey {
  return method === 'HEAD' ? soughtKey(key) : dialect.keyOf(key)
}

/** 5. Declared actions on what the head names → allowed, or the cause of the denial. The body stays shut until here. */
function authorise(head: Head): Awaitable<UnreadCall<Operation>> {
  return andThen(findNamed(head), (found) => {
    if (found.edition !== editionOf(head.requester)) return andThen(withCurrentKey(head), authorise)
    head.access.keys.used(head.requester, head.exchange.startedAt)
    noteRequest(head.exchange, head.requester, found)
    if (leadsNowhere(head)) throw refuseAtMissing(head)
    requireMeant(head, found)
    if (head.operation.createsBucket === true && found.bucket === undefined)
      head.exchange.dialect.newBucketName(head.bucketName ?? '')
    const page = enterSite(head, found)
    if (page !== undefined) return authorise(page)
    const styled = enterStyle(head, found)
    if (styled === undefined) return allow(head, found)
    return andThen(styled, (image) => (image === undefined ? allow(head, found) : authorise(image)))
  })
}

function allow(head: Head, found: Found): Awaitable<UnreadCall<Operation>> {
  return andThen(requireAllowed(head, touched(head, found)), () => {
    const call = new UnreadCall(head, found)
    head.exchange.allowed = call
    return andThen(call.limits.require(), () => call)
  })
}

/** The same request, after what its signer may do was changed. Throws invalidAccessKeyId, accessKeyDisabled. */
function withCurrentKey(head: Head): Awaitable<Head> {
  return andThen(head.access.keys.renewed(head.requester), (requester) => ({ ...head, requester }))
}

/** A call with what its handler has looked up. */
interface Prepared<C extends UnreadCall<Operation>> {
  readonly call: C
  readonly found: unknown
}

/** Any handler, as the pipeline calls it: only with what its own `find` has found. */
interface AnyHandler {
  readonly find?: (call: UnreadCall<Operation>) => Awaitable<unknown>
  readonly handle: (call: Call<Operation>, found: unknown) => Awaitable<Reply<Operation>>
}

function handlerOf(call: UnreadCall<Operation>): AnyHandler {
  const { operation } = call
  const name = 'handledAs' in operation ? operation.handledAs : operation.name
  return handlers[name as keyof typeof handlers] as unknown as AnyHandler
}

/** 6. What the operation itself looks up before its body is read, an upload for one. */
function find(call: UnreadCall<Operation>): Awaitable<Prepared<UnreadCall<Operation>>> {
  return andThen(handlerOf(call).find?.(call), (found) => ({ call, found }))
}

/** 7. Document → typed value; content stays a source of bytes. */
function decodeBody({ call, found }: Prepared<UnreadCall<Operation>>): Awaitable<Prepared<Call<Operation>>> {
  const { body, checksumOfObject } = call.operation
  if (body === undefined) return { call: call.withBody({}), found }
  const source = call.exchange.bodyOf(call)
  const { parts, chunkChain } = call.head
  const payload = call.exchange.dialect.readPayload?.(parts, {
    content: body === 'bytes',
    checksum: checksumOfObject !== true,
    isUnlimited: isUnlimited(call.exchange.request.headers),
  })
  if (body === 'bytes')
    return { call: call.withBody({ content: contentOf(source, parts, payload, chunkChain) }), found }
  return andThen(readDocument(source, parts, payload, call), (bytes) =>
    andThen(
      parserOf(bytes, () => letOthersRun(call.domain)),
      (parser) => {
        const document = decodeDocument(call.operation, parser, bytes, call.input, call.exchange.dialect)
        return { call: call.withBody({ document }), found }
      },
    ),
  )
}

/** 8. The result as status, headers and body; a late one may begin before it is known. */
function answer(prepared: Prepared<Call<Operation>>): Awaitable<Answer> {
  return notTooLate(prepared.call, ANSWER.run(prepared))
}

interface Handled {
  readonly call: Call<Operation>
  readonly reply: Reply<Operation>
}

/** One small function per operation. */
function handle({ call, found }: Prepared<Call<Operation>>): Awaitable<Handled> {
  return andThen(
    leavingTrail(call, () => handlerOf(call).handle(call, found)),
    (reply) => ({ call, reply }),
  )
}
