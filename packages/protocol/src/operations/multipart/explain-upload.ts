import { integer, oneOf } from '../../codec.js'
import { optional, query, withDefault } from '../../field.js'
import { json } from '../../json.js'
import { OBJECT_SIZE_MAX, PAGE_SIZE_MAX, PART_NUMBER_MAX, PART_SIZE_MAX, PART_SIZE_MIN } from '../../limits.js'
import { operation } from '../../operation.js'
import { uploadId } from '../shared.js'

/** A range of part numbers, both ends included. */
export interface PartNumbers {
  readonly from: number
  readonly to: number
}

/** A part of the list that `x-oss-ext-detail=parts` requests. */
export interface ExplainedPart {
  readonly partNumber: number
  readonly size: number
  /** Without quotes. */
  readonly etag: string
  /** Unsigned decimal. */
  readonly crc64: string
  /** ISO 8601. */
  readonly lastModified: string
}

/** The parts that are left to send for an object of a known size. Offsets and bytes are those of the object. */
export interface ExplainedPlan {
  readonly size: number
  readonly partSize: number
  readonly partCount: number
  /** False if parts would have to be replaced that cannot be: a sequential upload accepts each only once. */
  readonly possible: boolean
  readonly missing: readonly (PartNumbers & { readonly offset: number; readonly bytes: number })[]
  readonly resend: readonly {
    readonly partNumber: number
    readonly offset: number
    readonly bytes: number
    readonly storedBytes: number
  }[]
  /** Stored parts beyond the last: a Complete must leave them out. */
  readonly surplus: readonly PartNumbers[]
  readonly bytesMissing: number
  /** The share of the bytes, with one decimal; 100 only if nothing is missing. */
  readonly percent: number
}

/** The client that initiated an upload. */
export interface ExplainedClient {
  /** The permanent key; absent: the request was anonymous. */
  readonly accessKeyId?: string
  readonly remoteAddress: string
  readonly userAgent?: string
}

/** The object that an upload will become, as its initiator described it. */
export interface PlannedObject {
  readonly contentType?: string
  readonly acl?: string
  readonly encryption?: string
  readonly metadata: Readonly<Record<string, string>>
  readonly tags: readonly { readonly key: string; readonly value: string }[]
}

/** When the stored parts arrived, by the last time of each. Times are ISO 8601. */
export interface ExplainedTimeline {
  /** Absent while there are no parts. */
  readonly firstPart?: string
  /** Milliseconds of each slot; the first begins when the upload did. */
  readonly slotMs: number
  /** Bytes that arrived in each slot. */
  readonly bytes: readonly number[]
  /** The longest spans of a minute and more before the last part without one. */
  readonly pauses: readonly { readonly from: string; readonly to: string }[]
}

/** The explanation of an upload. Times are ISO 8601, sizes bytes. */
export interface ExplainedUpload {
  readonly bucket: string
  readonly key: string
  readonly uploadId: string
  readonly initiator: string
  /** Only for the account of the bucket; absent too where the server did not note it yet. */
  readonly client?: ExplainedClient
  readonly initiated: string
  readonly lastActivity: string
  readonly sequential: boolean
  readonly storageClass: string
  readonly partCount: number
  readonly bytes: number
  /** Those of the parts that were stored in the last 60 seconds. */
  readonly bytesOfLastMinute: number
  readonly runs: readonly (PartNumbers & { readonly size: number })[]
  readonly gaps: readonly PartNumbers[]
  readonly undersized: readonly PartNumbers[]
  readonly completable: boolean
  /** Why a Complete with all parts would fail. */
  readonly obstacle?: { readonly code: string; readonly message: string; readonly partNumber?: number }
  /**
   * The condition under which the server completes the upload; `failure` is the reason why it did not, although it was
   * whole.
   */
  readonly autoComplete?: {
    readonly parts?: number
    readonly size?: number
    /** Unsigned decimal. */
    readonly crc64?: string
    readonly failure?: { readonly code: string; readonly message: string }
  }
  /** With `x-oss-ext-detail=full`, for someone who may read the object. */
  readonly object?: PlannedObject
  /** With `x-oss-ext-detail=full`. */
  readonly timeline?: ExplainedTimeline
  readonly plan?: ExplainedPlan
  readonly parts?: readonly ExplainedPart[]
  /** Where the next page of parts begins; absent at the end. */
  readonly nextPartNumberMarker?: number
}

/** Reads all parts of the upload; ListParts reads one page. */
export const explainUpload = operation({
  name: 'ExplainUpload',
  summary: 'Returns which parts a multipart upload has and lacks, and what is left to send.',
  extension: true,
  source: 'docs/guides/extensions.md#explaining-an-upload',
  method: 'GET',
  level: 'object',
  when: [{ query: ['uploadId', 'x-oss-ext-parts-map'] }],
  permissions: ['oss:ListParts'],
  input: {
    uploadId,
    detail: optional(query('x-oss-ext-detail', oneOf(['parts', 'full']))),
    maxParts: withDefault(query('max-parts', integer(1, PAGE_SIZE_MAX)), PAGE_SIZE_MAX),
    partNumberMarker: withDefault(query('part-number-marker', integer(0, PART_NUMBER_MAX)), 0),
    size: optional(query('x-oss-ext-size', integer(0, OBJECT_SIZE_MAX))),
    partSize: optional(query('x-oss-ext-part-size', integer(PART_SIZE_MIN, PART_SIZE_MAX))),
  },
  status: 200,
  output: {},
  result: json<ExplainedUpload>('ExplainedUpload', [
    'bucket, key, uploadId, initiator, storageClass: text',
    '[client: { [accessKeyId], remoteAddress, [userAgent] }]',
    'initiated, lastActivity: ISO 8601 time',
    'sequential, completable: true | false',
    'partCount, bytes, bytesOfLastMinute: integer',
    'runs[]: { from, to, size }',
    'gaps[], undersized[]: { from, to }',
    '[obstacle: { code, message, [partNumber] }]',
    '[autoComplete: { [parts], [size], [crc64], [failure: { code, message }] }]',
    '[object: { [contentType], [acl], [encryption], metadata, tags[] }]',
    '[timeline: { [firstPart], slotMs, bytes[], pauses[] }]',
    '[plan: { size, partSize, partCount, possible, missing[], resend[], surplus[], bytesMissing, percent }]',
    '[parts[]: { partNumber, size, etag, crc64, lastModified }]',
    '[nextPartNumberMarker: integer]',
  ]),
  // the last is shown as the failure of an upload that completes itself
  errors: ['noSuchBucket', 'noSuchUpload', 'declaredCrcDiffers'],
})
