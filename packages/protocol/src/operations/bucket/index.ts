import { operationsOf } from '../document.js'
import { bucketCors } from './cors.js'
import { deleteBucket } from './delete-bucket.js'
import { getBucketAcl } from './get-bucket-acl.js'
import { getBucketInfo } from './get-bucket-info.js'
import { getBucketLocation } from './get-bucket-location.js'
import { getBucketStat } from './get-bucket-stat.js'
import { bucketLifecycle } from './lifecycle.js'
import { listObjects } from './list-objects.js'
import { listObjectsV2 } from './list-objects-v2.js'
import { putBucket } from './put-bucket.js'
import { putBucketAcl } from './put-bucket-acl.js'
import { bucketTags } from './tags.js'

/** Documents of a bucket's configuration. */
export const bucketDocuments = [bucketLifecycle, bucketCors, bucketTags] as const

/** Operations on buckets, in the order of the official reference; extensions last. */
export const bucketOperations = [
  putBucket,
  deleteBucket,
  getBucketInfo,
  getBucketLocation,
  getBucketStat,
  getBucketAcl,
  putBucketAcl,
  ...operationsOf(bucketDocuments),
  listObjects,
  listObjectsV2,
] as const
