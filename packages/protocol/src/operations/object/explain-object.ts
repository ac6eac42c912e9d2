import { integer } from '../../codec.js'
import { query, withDefault } from '../../field.js'
import { json } from '../../json.js'
import { PAGE_SIZE_MAX, PART_NUMBER_MAX } from '../../limits.js'
import { operation } from '../../operation.js'
import { VERSION_CAUSES, versionId } from '../shared.js'

/** A part of an object, as its upload stored it. Sizes and offsets in bytes. */
export interface ManifestPart {
  readonly partNumber: number
  /** From the start of the object. */
  readonly offset: number
  readonly size: number
  /** Without quotes. */
  readonly etag: string
  /** Unsigned decimal. */
  readonly crc64: string
  /** ISO 8601. */
  readonly lastModified: string
}

/** The parts of an object; none of one that was put at once, or joined by appends. */
export interface ExplainedObject {
  readonly size: number
  readonly type: string
  /** Without quotes. */
  readonly etag: string
  /** Unsigned decimal. */
  readonly crc64: string
  readonly partCount: number
  readonly parts: readonly ManifestPart[]
  /** Where the next page of parts begins; absent at the end. */
  readonly nextPartNumberMarker?: number
}

export const explainObject = operation({
  name: 'ExplainObject',
  summary: 'Returns the parts that an object consists of, page by page.',
  extension: true,
  source: 'docs/guides/extensions.md#parts-of-an-object',
  method: 'GET',
  level: 'object',
  when: [{ query: ['x-oss-ext-manifest'] }],
  permissions: ['oss:GetObject'],
  reads: 'object',
  input: {
    versionId,
    maxParts: withDefault(query('max-parts', integer(1, PAGE_SIZE_MAX)), PAGE_SIZE_MAX),
    partNumberMarker: withDefault(query('part-number-marker', integer(0, PART_NUMBER_MAX)), 0),
  },
  status: 200,
  output: {},
  result: json<ExplainedObject>('ExplainedObject', [
    'size, partCount: integer',
    'type, etag, crc64: text',
    'parts[]: { partNumber, offset, size, etag, crc64, lastModified }',
    '[nextPartNumberMarker: integer]',
  ]),
  errors: ['noSuchBucket', 'noSuchKey', ...VERSION_CAUSES],
})
