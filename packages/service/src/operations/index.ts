import type { Operations } from '@bindery/protocol'
import type { Handler } from '../call.js'
import { deleteBucket } from './bucket/delete-bucket.js'
import { deleteBucketCors } from './bucket/delete-bucket-cors.js'
import { deleteBucketLifecycle } from './bucket/delete-bucket-lifecycle.js'
import { getBucketAcl } from './bucket/get-bucket-acl.js'
import { getBucketCors } from './bucket/get-bucket-cors.js'
import { getBucketInfo } from './bucket/get-bucket-info.js'
import { getBucketLifecycle } from './bucket/get-bucket-lifecycle.js'
import { getBucketLocation } from './bucket/get-bucket-location.js'
import { getBucketStat } from './bucket/get-bucket-stat.js'
import { listObjects } from './bucket/list-objects.js'
import { listObjectsV2 } from './bucket/list-objects-v2.js'
import { putBucket } from './bucket/put-bucket.js'
import { putBucketAcl } from './bucket/put-bucket-acl.js'
import { putBucketCors } from './bucket/put-bucket-cors.js'
import { putBucketLifecycle } from './bucket/put-bucket-lifecycle.js'
import { abortMultipartUpload } from './multipart/abort-multipart-upload.js'
import { completeMultipartUpload } from './multipart/complete-multipart-upload.js'
import { explainUpload } from './multipart/explain-upload.js'
import { initiateMultipartUpload } from './multipart/initiate-multipart-upload.js'
import { listMultipartUploads } from './multipart/list-multipart-uploads.js'
import { listParts } from './multipart/list-parts.js'
import { uploadPart } from './multipart/upload-part.js'
import { uploadPartCopy } from './multipart/upload-part-copy.js'
import { watchUploads } from './multipart/watch-uploads.js'
import { copyObject } from './object/copy-object.js'
import { deleteMultipleObjects } from './object/delete-multiple-objects.js'
import { deleteObject } from './object/delete-object.js'
import { getObject } from './object/get-object.js'
import { getObjectAcl } from './object/get-object-acl.js'
import { getObjectMeta } from './object/get-object-meta.js'
import { headObject } from './object/head-object.js'
import { optionObject } from './object/option-object.js'
import { putObject } from './object/put-object.js'
import { putObjectAcl } from './object/put-object-acl.js'
import { getStoreStatus } from './service/get-store-status.js'
import { listBuckets } from './service/list-buckets.js'

/** A handler for each operation: a missing, a surplus or a wrongly typed one does not compile. */
export type Handlers = { readonly [K in keyof Operations]: Handler<Operations[K]> }

export const handlers = {
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
} satisfies Handlers
