import { crc64Decimal, etag, text } from '../../codec.js'
import { header, optional, query, required } from '../../field.js'
import { operation } from '../../operation.js'
import { xml } from '../../xml.js'
import { ENCRYPTION_CAUSES, encryptionOutput } from '../encryption-fields.js'
import { COPY_SOURCE_CAUSES, copyConditions, copySource, copySourceVersionId } from '../object/copy-source.js'
import {
  etagElement,
  lastModifiedElement,
  page,
  partNumber,
  refuseEncryptionOnPart,
  trafficLimit,
  uploadId,
} from '../shared.js'
import { ENVELOPE_PART_CAUSES } from './client-encryption.js'

/** The ETag is in header and document: some SDKs read the one, some the other. */
export const uploadPartCopy = operation({
  name: 'UploadPartCopy',
  summary: 'Makes a range of an object a part of a multipart upload.',
  source: page(31994),
  method: 'PUT',
  level: 'object',
  when: [
    { query: ['partNumber'], header: ['x-oss-copy-source'] },
    { query: ['uploadId'], header: ['x-oss-copy-source'] },
  ],
  permissions: ['oss:PutObject'],
  sourcePermissions: ['oss:GetObject'],
  input: {
    partNumber: required(query('partNumber', partNumber), 'partNumberMissing', {
      argumentName: 'ResourceType',
      argumentValue: 'partNumber',
    }),
    uploadId,
    copySource: header('x-oss-copy-source', copySource),
    copySourceRange: optional(header('x-oss-copy-source-range', text)),
    ...copyConditions,
    trafficLimit,
  },
  status: 200,
  output: {
    etag: header('ETag', etag),
    contentRange: optional(header('Content-Range', text)),
    crc64: header('x-oss-hash-crc64ecma', crc64Decimal),
    copySourceVersionId,
    ...encryptionOutput,
  },
  result: xml('CopyPartResult', { lastModified: lastModifiedElement, etag: etagElement }),
  errors: [
    ...ENCRYPTION_CAUSES,
    ...COPY_SOURCE_CAUSES,
    'noSuchUpload',
    'partNotSequential',
    'partAlreadyExist',
    'entityTooLarge',
    'invalidTargetType',
    'envelopeOfSource',
    ...ENVELOPE_PART_CAUSES,
  ],
  answersAs: {
    noSuchUpload: 'noSuchUploadOnCopy',
    noSuchVersion: 'noSuchSourceVersion',
    versionIsDeleteMarker: 'partSourceIsDeleteMarker',
  },
  refuses: refuseEncryptionOnPart,
})
