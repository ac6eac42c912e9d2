import { crc64Decimal, integer, orEmpty, text, truth } from '../../codec.js'
import { query, withDefault } from '../../field.js'
import { OBJECT_SIZE_MAX, PAGE_SIZE_MAX, PART_NUMBER_MAX } from '../../limits.js'
import { operation } from '../../operation.js'
import { element, list, optionalElement, xml } from '../../xml.js'
import {
  encodingType,
  encodingTypeElement,
  etagElement,
  lastModifiedElement,
  page,
  partNumber,
  storageClass,
  uploadId,
} from '../shared.js'
import { envelopeElements } from './client-encryption.js'

const marker = integer(0, PART_NUMBER_MAX)

/** Headers meant for Initiate, which resuming uploaders repeat here, are ignored. */
export const listParts = operation({
  name: 'ListParts',
  summary: 'Lists the stored parts of a multipart upload by number.',
  source: page(31998),
  method: 'GET',
  level: 'object',
  when: [{ query: ['uploadId'] }],
  permissions: ['oss:ListParts'],
  input: {
    uploadId,
    maxParts: withDefault(query('max-parts', integer(1, PAGE_SIZE_MAX)), PAGE_SIZE_MAX),
    partNumberMarker: withDefault(query('part-number-marker', marker), 0),
    encodingType,
  },
  status: 200,
  output: {},
  // NextPartNumberMarker is present but empty if no part is listed: SDKs fail without it, and treat 0 as a number
  result: xml('ListPartsResult', {
    encodingType: optionalElement('EncodingType', encodingTypeElement),
    bucket: element('Bucket', text),
    key: element('Key', text, { url: true }),
    uploadId: element('UploadId', text),
    storageClass: element('StorageClass', storageClass),
    partNumberMarker: element('PartNumberMarker', marker),
    nextPartNumberMarker: element('NextPartNumberMarker', orEmpty(marker)),
    maxParts: element('MaxParts', integer(1, PAGE_SIZE_MAX)),
    isTruncated: element('IsTruncated', truth()),
    ...envelopeElements,
    parts: list('Part', {
      partNumber: element('PartNumber', partNumber),
      lastModified: lastModifiedElement,
      etag: etagElement,
      crc64: element('HashCrc64ecma', crc64Decimal),
      size: element('Size', integer(0, OBJECT_SIZE_MAX)),
    }),
  }),
  errors: ['noSuchBucket', 'noSuchUpload'],
  answersAs: { noSuchUpload: 'noSuchUploadOnList' },
})
