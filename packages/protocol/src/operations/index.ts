import { abortMultipartUpload } from './abort-multipart-upload.js'
import { completeMultipartUpload } from './complete-multipart-upload.js'
import { initiateMultipartUpload } from './initiate-multipart-upload.js'
import { listMultipartUploads } from './list-multipart-uploads.js'
import { listParts } from './list-parts.js'
import { uploadPart } from './upload-part.js'

/** All operations that Bindery has, by OSS's name. */
export const operations = {
  InitiateMultipartUpload: initiateMultipartUpload,
  UploadPart: uploadPart,
  CompleteMultipartUpload: completeMultipartUpload,
  AbortMultipartUpload: abortMultipartUpload,
  ListMultipartUploads: listMultipartUploads,
  ListParts: listParts,
} as const

export type Operations = typeof operations
export type OperationName = keyof Operations
