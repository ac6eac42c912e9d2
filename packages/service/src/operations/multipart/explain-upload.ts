import {
  badArgument,
  type ExplainedPart,
  type ExplainedPlan,
  type Operations,
  type OssError,
  PART_NUMBER_MAX,
  type ResultOf,
} from '@bindery/protocol'
import { andThen } from '@bindery/storage'
import { type CallOf, handler } from '../../call.js'
import type { AutoComplete } from '../../domain/stored/model.js'
import type { PartTable } from '../../domain/stored/part-table.js'
import { type Explanation, explainUpload as explain } from '../../domain/uploads/explain.js'
import { likelyPartSize, partCountOf, planResume } from '../../domain/uploads/resume-plan.js'

export const explainUpload = handler('ExplainUpload', (call) => {
  const { uploadId, detail } = call.input
  return andThen(explain(call.domain, { bucket: call.bucket.name, key: call.key, uploadId }), (found) => {
    const size = call.input.size ?? found.upload.autoComplete?.size
    const result = {
      ...explained(found),
      ...(size !== undefined && { plan: planOf(call, found, size) }),
      ...(detail === 'parts' && pageOf(found.parts, call.input.partNumberMarker, call.input.maxParts)),
    }
    return { output: {}, result }
  })
})

function explained({
  upload,
  parts,
  obstacle,
  autoCompleteFailure: failure,
  ...found
}: Explanation): ResultOf<Operations['ExplainUpload']> {
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
