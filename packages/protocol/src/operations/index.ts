import { abortMultipartUpload } from './abort-multipart-upload.js'
import { completeMultipartUpload } from './complete-multipart-upload.js'
import { copyObject } from './copy-object.js'
import { deleteBucket } from './delete-bucket.js'
import { deleteBucketCors } from './delete-bucket-cors.js'
import { deleteBucketLifecycle } from './delete-bucket-lifecycle.js'
import { deleteMultipleObjects } from './delete-multiple-objects.js'
import { deleteObject } from './delete-object.js'
import { explainUpload } from './explain-upload.js'
import { getBucketAcl } from './get-bucket-acl.js'
import { getBucketCors } from './get-bucket-cors.js'
import { getBucketInfo } from './get-bucket-info.js'
import { getBucketLifecycle } from './get-bucket-lifecycle.js'
import { getBucketLocation } from './get-bucket-location.js'
import { getBucketStat } from './get-bucket-stat.js'
import { getObject } from './get-object.js'
import { getObjectAcl } from './get-object-acl.js'
import { getObjectMeta } from './get-object-meta.js'
import { getStoreStatus } from './get-store-status.js'
import { headObject } from './head-object.js'
import { initiateMultipartUpload } from './initiate-multipart-upload.js'
import { listBuckets } from './list-buckets.js'
import { listMultipartUploads } from './list-multipart-uploads.js'
import { listObjects } from './list-objects.js'
import { listObjectsV2 } from './list-objects-v2.js'
import { listParts } from './list-parts.js'
import { optionObject } from './option-object.js'
import { putBucket } from './put-bucket.js'
import { putBucketAcl } from './put-bucket-acl.js'
import { putBucketCors } from './put-bucket-cors.js'
import { putBucketLifecycle } from './put-bucket-lifecycle.js'
import { putObject } from './put-object.js'
import { putObjectAcl } from './put-object-acl.js'
import { uploadPart } from './upload-part.js'
import { uploadPartCopy } from './upload-part-copy.js'
import { watchUploads } from './watch-uploads.js'

/** All operations that Bindery has, by OSS's name, in the order of the official reference; then the extensions. */
export const operations = {
  ListBuckets: listBuckets,
  PutBucket: putBucket,
  DeleteBucket: deleteBucket,
  GetBucketInfo: getBucketInfo,
  GetBucketLocation: getBucketLocation,
  GetBucketStat: getBucketStat,
  GetBucketAcl: getBucketAcl,
  PutBucketAcl: putBucketAcl,
  PutBucketLifecycle: putBucketLifecycle,
  GetBucketLifecycle: getBucketLifecycle,
  DeleteBucketLifecycle: deleteBucketLifecycle,
  PutBucketCors: putBucketCors,
  GetBucketCors: getBucketCors,
  DeleteBucketCors: deleteBucketCors,
  OptionObject: optionObject,
  ListObjects: listObjects,
  ListObjectsV2: listObjectsV2,
  PutObject: putObject,
  GetObject: getObject,
  CopyObject: copyObject,
  HeadObject: headObject,
  GetObjectMeta: getObjectMeta,
  DeleteObject: deleteObject,
  DeleteMultipleObjects: deleteMultipleObjects,
  PutObjectACL: putObjectAcl,
  GetObjectACL: getObjectAcl,
  InitiateMultipartUpload: initiateMultipartUpload,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
  CompleteMultipartUpload: completeMultipartUpload,
  AbortMultipartUpload: abortMultipartUpload,
  ListMultipartUploads: listMultipartUploads,
  ListParts: listParts,
  ExplainUpload: explainUpload,
  WatchUploads: watchUploads,
  GetStoreStatus: getStoreStatus,
} as const

export type Operations = typeof operations
export type OperationName = keyof Operations
