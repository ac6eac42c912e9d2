import { upperHex } from '@bindery/bytes'
import { type ObjectKey, type Operations, OssError } from '@bindery/protocol'
import { type Awaitable, andThen, type ByteRange } from '@bindery/storage'
import { type CallOf, type HandledInput, handler, type Reply } from '../../call.js'
import { verifyCustomerKey } from '../../domain/bytes/encryption.js'
import type { OpenObject, TakeBytes } from '../../domain/objects/open-object.js'
import type { ObjectRecord, StoredHeaders } from '../../domain/stored/model.js'
import { isWanted, rangeHolds } from '../../response/conditions.js'
import { compress, isCompressed } from '../../response/gzip.js'
import { rangesBody, selectRanges } from '../../response/multi-range.js'
import { contentRange, STANDARD_RANGES, selectRange } from '../../response/range.js'
import { type Pace, paceOf } from '../../traffic.js'
import { obeyRedirect } from '../../website/site.js'
import { checksumsOf, given, notModified, objectHeaders } from '../describe.js'
import { readableObject } from './follow-symlink.js'
import { partAsked } from './part-of-object.js'
import { processImage } from './process-image.js'

type Input = HandledInput<Operations['GetObject']>
type Answer = Reply<Operations['GetObject']>

export const getObject = handler('GetObject', (call) => {
  const overrides = overridesOf(call.input)
  if (call.requester.kind === 'anonymous' && overrides !== undefined) throw new OssError('anonymousOverride')
  return andThen(readableObject(call, noteAccess(call)), (object) => {
    obeyRedirect(call, object.record)
    const { encryption, manifest } = object.record
    const verified = verifyCustomerKey(call.domain, encryption, manifest, call.input.customerKey)
    return andThen(verified, () => answerWith(call, object, overrides))
  })
})

function answerWith(
  call: CallOf<'GetObject'>,
  object: OpenObject,
  overrides: StoredHeaders | undefined,
): Awaitable<Answer> {
  const { input } = call
  const stored = objectHeaders(call, object.record)
  const whole = overrides === undefined ? stored : { ...stored, ...overrides }
  if (input.process !== undefined) return processed(call, input.process, object, stored, overrides)
  if (input.partNumber === undefined) return answer(call, object, whole)
  const pace = paceOf(call, 'Download')
  if (!isWanted(input, object.record, call.domain.clock)) throw notModified(whole)
  return andThen(partAsked(call.domain, object.record, input), ({ status, headers, range }) => ({
    status,
    output: { ...whole, ...headers },
    content: object.read(range, takeAt(pace)),
    contentSize: headers.contentLength,
  }))
}

/** Notes a read in a bucket that records them. */
function noteAccess({ domain, bucket }: CallOf<'GetObject'>) {
  if (bucket.documents?.accessmonitor === undefined) return undefined
  return (key: ObjectKey, record: ObjectRecord) => domain.accessNotes.add({ bucket: bucket.name, key }, record)
}

/** `whole`: the headers of the whole object. */
function answer(call: CallOf<'GetObject'>, object: OpenObject, whole: ReturnType<typeof objectHeaders>): Answer {
  const { input } = call
  const pace = paceOf(call, 'Download')
  const { record } = object
  if (!isWanted(input, record, call.domain.clock)) throw notModified(whole)
  const asked = rangeHolds(input.ifRange, record) ? input.range : undefined
  const isStandard = input.rangeBehavior === STANDARD_RANGES
  const isSeveral = asked !== undefined && input.multiRangeBehavior === 'multi-range'
  const ranges = isSeveral ? selectRanges(asked, record.size, isStandard) : undefined
  if (ranges !== undefined && ranges.length > 0) return answerRanges(call, object, whole, { ranges, pace })
  const range = ranges === undefined ? selectRange(asked, record.size, isStandard) : undefined
  const checksum = input.checksumMode === 'ENABLED' ? checksumsOf(record.checksum) : undefined
  const take = takeAt(pace)
  if (range === undefined) {
    const qosDelayTime = pace?.delayFor(record.size)
    if (input.acceptEncoding !== undefined && isCompressed(input.acceptEncoding, { size: record.size, ...whole })) {
      return { output: { ...whole, ...COMPRESSED, qosDelayTime }, content: compress(object.read(undefined, take)) }
    }
    const content = contentOf(call, object, undefined, take)
    const isPlain = checksum === undefined && qosDelayTime === undefined
    const output = isPlain ? whole : { ...whole, ...checksum, qosDelayTime }
    return { output, content, contentSize: record.size }
  }
  const output = {
    ...whole,
    qosDelayTime: pace?.delayFor(range.end - range.start),
    contentLength: range.end - range.start,
    contentRange: contentRange(range, record.size),
    // it is the digest of the whole object, and a range cannot be checked against it
    contentMd5: undefined,
    ...(range.end - range.start === record.size && checksum),
  }
  return { status: 206, output, content: contentOf(call, object, range, take), contentSize: output.contentLength }
}

/** All of several ranges. */
function answerRanges(
  call: CallOf<'GetObject'>,
  object: OpenObject,
  whole: ReturnType<typeof objectHeaders>,
  { ranges, pace }: { readonly ranges: readonly ByteRange[]; readonly pace: Pace | undefined },
): Answer {
  const { size, contentType, content } = rangesBody({
    boundary: call.requestId,
    contentType: whole.contentType,
    size: object.record.size,
    ranges,
    read: (range) => object.read(range, takeAt(pace)),
  })
  const body = { contentType, contentLength: size, contentMd5: undefined, qosDelayTime: pace?.delayFor(size) }
  return { status: 206, output: { ...whole, ...body }, content, contentSize: size }
}

function takeAt(pace: Pace | undefined): TakeBytes | undefined {
  return pace && ((wanted) => pace.take(wanted))
}

/** Bytes that are there need no stream. */
function contentOf(
  { origin }: CallOf<'GetObject'>,
  object: OpenObject,
  range: ByteRange | undefined,
  take: TakeBytes | undefined,
) {
  if (take !== undefined) return object.read(range, take)
  return (origin.passes ? object.passNow(range) : undefined) ?? object.readNow(range) ?? object.read(range)
}

/** An image that is processed: conditions are of its source, and ranges are ignored. */
async function processed(
  call: CallOf<'GetObject'>,
  process: string,
  source: OpenObject,
  whole: ReturnType<typeof objectHeaders>,
  overrides: StoredHeaders | undefined,
): Promise<Answer> {
  if (!isWanted(call.input, source.record)) throw notModified(whole)
  const { bytes, contentType } = await processImage(call, process, source)
  const output = { ...whole, ...PROCESSED, contentType, ...overrides, contentLength: bytes.length }
  const etag = upperHex(call.domain.digests.md5(bytes))
  return { output: { ...output, etag }, content: bytes, contentSize: bytes.length }
}

/** Headers of the source that do not apply to an image that was made of it. */
const PROCESSED = {
  acceptRanges: undefined,
  contentEncoding: undefined,
  contentMd5: undefined,
  crc64: undefined,
} as const

/** How the headers of an object change when its bytes are compressed: what describes other bytes is left out. */
const COMPRESSED = {
  contentEncoding: 'gzip',
  contentLength: undefined,
  contentMd5: undefined,
  etag: undefined,
  variesByEncoding: true,
} as const

/** The headers that the query replaces; undefined in most requests. */
function overridesOf(input: Input): StoredHeaders | undefined {
  const overrides = given({
    contentType: input.responseContentType,
    contentLanguage: input.responseContentLanguage,
    expires: input.responseExpires,
    cacheControl: input.responseCacheControl,
    contentDisposition: input.responseContentDisposition,
    contentEncoding: input.responseContentEncoding,
  })
  return Object.keys(overrides).length === 0 ? undefined : overrides
}
