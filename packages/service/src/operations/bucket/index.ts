import { deleteBucket } from './delete-bucket.js'
import { deleteBucketCors } from './delete-bucket-cors.js'
import { deleteBucketLifecycle } from './delete-bucket-lifecycle.js'
import { getBucketAcl } from './get-bucket-acl.js'
import { getBucketCors } from './get-bucket-cors.js'
import { getBucketInfo } from './get-bucket-info.js'
import { getBucketLifecycle } from './get-bucket-lifecycle.js'
import { getBucketLocation } from './get-bucket-location.js'
import { getBucketStat } from './get-bucket-stat.js'
import { listObjects } from './list-objects.js'
import { listObjectsV2 } from './list-objects-v2.js'
import { putBucket } from './put-bucket.js'
import { putBucketAcl } from './put-bucket-acl.js'
import { putBucketCors } from './put-bucket-cors.js'
import { putBucketLifecycle } from './put-bucket-lifecycle.js'

/** Handlers of the operations on buckets. */
export const bucketHandlers = [
  putBucket,
  deleteBucket,
  getBucketInfo,
  getBucketLocation,
  getBucketStat,
  getBucketAcl,
  putBucketAcl,
  putBucketLifecycle,
  getBucketLifecycle,
  deleteBucketLifecycle,
  putBucketCors,
  getBucketCors,
  deleteBucketCors,
  listObjects,
  listObjectsV2,
] as const
