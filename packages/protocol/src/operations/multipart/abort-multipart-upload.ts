import { operation } from '../../operation.js'
import { page, uploadId } from '../shared.js'

/** A DELETE with an uploadId, whatever other parameters it has, never deletes the object. */
export const abortMultipartUpload = operation({
  name: 'AbortMultipartUpload',
  summary: 'Cancels a multipart upload and frees its parts.',
  source: page(31996),
  method: 'DELETE',
  level: 'object',
  when: [{ query: ['uploadId'] }],
  permissions: ['oss:AbortMultipartUpload'],
  input: { uploadId },
  status: 204,
  output: {},
  errors: ['noSuchBucket', 'noSuchUploadOnAbort'],
})
