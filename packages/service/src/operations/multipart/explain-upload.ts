import { textOfByteString } from '@bindery/bytes'
import {
  badArgument,
  type ExplainedPart,
  type ExplainedPlan,
  type ExplainedTimeline,
  type Operations,
  type OssError,
  PART_NUMBER_MAX,
  type PlannedObject,
  type ResultOf,
} from '@bindery/protocol'
import { andThen } from '@bindery/storage'
import { isAllowed } from '../../access/refusal.js'
import { type CallOf, handler } from '../../call.js'
import type { AutoComplete, UploadRecord } from '../../domain/stored/model.js'
import type { PartTable } from '../../domain/stored/part-table.js'
import { type Explanation, explainUpload as explain } from '../../domain/uploads/explain.js'
import { likelyPartSize, partCountOf, planResume } from '../../domain/uploads/resume-plan.js'
import { bytesSince, type Timeline, timelineOf } from '../../domain/uploads/timeline.js'
import { shownAlgorithm } from '../encryption.js'

export const explainUpload = handler('ExplainUpload', (call) => {
  const { uploadId, detail } = call.input
  const { domain, bucket, key, isOfOwner } = call
  return andThen(explain(domain, { bucket: bucket.name, key, uploadId }), async (found) => {
    const { upload, parts } = found
    const size = call.input.size ?? upload.autoComplete?.size
    const showsObject = detail === 'full' && (await isAllowed(() => call.authoriseRead({ bucket: bucket.name, key })))
    const result = {
      ...explained(found, domain.clock()),
      ...(isOfOwner && upload.client !== undefined && { client: upload.client }),
      ...(size !== undefined && { plan: planOf(call, found, size) }),
      ...(showsObject && { object: objectElement(upload) }),
      ...(detail === 'full' && { timeline: timelineElement(timelineOf(upload.initiatedAt, parts)) }),
      ...(detail === 'parts' && pageOf(parts, call.input.partNumberMarker, call.input.maxParts)),
    }
    return { output: {}, result }
  })
})

const MINUTE_MS = 60_000

function explained(
  { upload, parts, obstacle, autoCompleteFailure: failure, ...found }: Explanation,
  now: number,
): ResultOf<Operations['ExplainUpload']> {
  const { bucket, key, uploadId, initiator, sequential, storageClass } = upload
  return {
    bucket,
    key,
    uploadId,
    initiator,
    initiated: isoTime(upload.initiatedAt),
    lastActivity: isoTime(found.lastActivityAt),
    sequential,
    storageClass,
    partCount: parts.length,
    bytes: found.bytes,
    bytesOfLastMinute: bytesSince(now - MINUTE_MS, parts),
    runs: found.runs,
    gaps: found.gaps,
    undersized: found.undersized,
    completable: obstacle === undefined,
    ...(upload.autoComplete !== undefined && { autoComplete: autoCompleteElement(upload.autoComplete, failure) }),
    ...(obstacle !== undefined && { obstacle: obstacleElement(obstacle) }),
  }
}

function obstacleElement({ code, message, details }: OssError) {
  const { partNumber } = details
  return { code, message, ...(typeof partNumber === 'number' && { partNumber }) }
}

function autoCompleteElement({ parts, size, crc64 }: AutoComplete, failure: Explanation['autoCompleteFailure']) {
  return {
    ...(parts === undefined ? {} : { parts }),
    ...(size === undefined ? {} : { size }),
    ...(crc64 === undefined ? {} : { crc64: String(crc64) }),
    ...(failure === undefined ? {} : { failure: { code: failure.code, message: failure.message } }),
  }
}

function objectElement({ headers, acl, encryption, userMetadata, tagging }: UploadRecord): PlannedObject {
  const texts = Object.entries(userMetadata).map(([name, value]) => [name, textOfByteString(value) ?? value] as const)
  const algorithm = shownAlgorithm(encryption)
  return {
    ...(headers.contentType !== undefined && { contentType: headers.contentType }),
    ...(acl !== undefined && { acl }),
    ...(algorithm !== undefined && { encryption: algorithm }),
    metadata: Object.fromEntries(texts),
    tags: tagging.map(([key, value]) => ({ key, value })),
  }
}

function timelineElement({ firstPartAt, slotMs, bytes, pauses }: Timeline): ExplainedTimeline {
  return {
    ...(firstPartAt !== undefined && { firstPart: isoTime(firstPartAt) }),
    slotMs,
    bytes,
    pauses: pauses.map(({ from, to }) => ({ from: isoTime(from), to: isoTime(to) })),
  }
}

function planOf(call: CallOf<'ExplainUpload'>, { upload, parts: table }: Explanation, size: number): ExplainedPlan {
  const parts = Array.from(table.partNumbers, (partNumber, index) => ({ partNumber, size: table.size(index) }))
  const partSize = call.input.partSize ?? likelyPartSize(size, parts)
  if (partCountOf(size, partSize) > PART_NUMBER_MAX) {
    throw badArgument('invalidArgument', call.nameOf('partSize'), String(partSize))
  }
  const plan = planResume(size, partSize, parts)
  const isWhole = plan.missing.length === 0 && plan.resend.length === 0
  const part = size === 0 ? 0 : (size - plan.bytesMissing) / size
  return {
    ...plan,
    possible: !upload.sequential || plan.resend.length === 0,
    percent: isWhole ? 100 : Math.floor(part * 1_000) / 10,
  }
}

function pageOf(parts: PartTable, after: number, maxParts: number) {
  const numbers = parts.partNumbers
  const passed = numbers.findIndex((partNumber) => partNumber > after)
  const first = passed === -1 ? numbers.length : passed
  const page = Array.from(numbers.subarray(first, first + maxParts), (partNumber, index): ExplainedPart => {
    const position = first + index
    return {
      partNumber,
      size: parts.size(position),
      etag: parts.etag(position),
      crc64: String(parts.crc64(position)),
      lastModified: isoTime(parts.modifiedAt(position)),
    }
  })
  const next = page.at(-1)?.partNumber
  const isTruncated = first + maxParts < numbers.length
  return { parts: page, ...(isTruncated && next !== undefined && { nextPartNumberMarker: next }) }
}

function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
