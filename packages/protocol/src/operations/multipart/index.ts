import { abortMultipartUpload } from './abort-multipart-upload.js'
import { completeMultipartUpload } from './complete-multipart-upload.js'
import { explainUpload } from './explain-upload.js'
import { initiateMultipartUpload } from './initiate-multipart-upload.js'
import { listMultipartUploads } from './list-multipart-uploads.js'
import { listParts } from './list-parts.js'
import { uploadPart } from './upload-part.js'
import { uploadPartCopy } from './upload-part-copy.js'
import { watchUploads } from './watch-uploads.js'

/** Operations on multipart uploads, in the order of the official reference; extensions last. */
export const multipartOperations = [
  initiateMultipartUpload,
  uploadPart,
  uploadPartCopy,
  completeMultipartUpload,
  abortMultipartUpload,
  listMultipartUploads,
  listParts,
  explainUpload,
  watchUploads,
] as const
