import { crc64Decimal, etag, text } from '../../codec.js'
import { header, query, required } from '../../field.js'
import { operation } from '../../operation.js'
import { ENCRYPTION_CAUSES, encryptionOutput } from '../encryption-fields.js'
import {
  CONTENT_CAUSES,
  contentMd5,
  page,
  partNumber,
  qosDelayTime,
  refuseEncryptionOnPart,
  trafficLimit,
  uploadId,
} from '../shared.js'
import { ENVELOPE_PART_CAUSES, envelopeInput } from './client-encryption.js'

/** Either key makes a PUT an UploadPart, so that a request that lacks the other never creates an object. */
export const uploadPart = operation({
  name: 'UploadPart',
  summary: 'Uploads one part of a multipart upload, replacing an existing part with the same number.',
  source: page(31993),
  method: 'PUT',
  level: 'object',
  when: [{ query: ['partNumber'] }, { query: ['uploadId'] }],
  permissions: ['oss:PutObject'],
  input: {
    partNumber: required(query('partNumber', partNumber), 'partNumberMissing', {
      argumentName: 'ResourceType',
      argumentValue: 'partNumber',
    }),
    uploadId,
    contentMd5,
    trafficLimit,
    ...envelopeInput,
  },
  body: 'bytes',
  status: 200,
  output: {
    etag: header('ETag', etag),
    contentMd5: header('Content-MD5', text),
    crc64: header('x-oss-hash-crc64ecma', crc64Decimal),
    ...encryptionOutput,
    qosDelayTime,
  },
  errors: [
    ...ENVELOPE_PART_CAUSES,
    ...ENCRYPTION_CAUSES,
    'noSuchBucket',
    'noSuchUpload',
    'partNotSequential',
    'partAlreadyExist',
    ...CONTENT_CAUSES,
  ],
  refuses: refuseEncryptionOnPart,
})
