import { operationsOf } from '../document.js'
import { bucketAccessMonitor } from './access-monitor.js'
import {
  accessPointsDocument,
  createAccessPoint,
  deleteAccessPoint,
  deleteAccessPointPolicy,
  getAccessPoint,
  getAccessPointPolicy,
  listAccessPoints,
  putAccessPointPolicy,
} from './access-point.js'
import {
  deleteAccessPointPublicAccessBlock,
  getAccessPointPublicAccessBlock,
  putAccessPointPublicAccessBlock,
} from './access-point-block.js'
import { bucketArchiveDirectRead } from './archive-direct-read.js'
import { bucketCallbackPolicy } from './callback-policy.js'
import { cnamesDocument, createCnameToken, deleteCname, getCnameToken, listCname, putCname } from './cname.js'
import { configurationDocuments } from './configurations.js'
import { bucketCors } from './cors.js'
import { deleteBucket } from './delete-bucket.js'
import { deliverBucketLogs } from './deliver-logs.js'
import { bucketEncryption } from './encryption.js'
import { getBucketAcl } from './get-bucket-acl.js'
import { getBucketInfo } from './get-bucket-info.js'
import { getBucketLocation } from './get-bucket-location.js'
import { getBucketPolicyStatus } from './get-bucket-policy-status.js'
import { getBucketStat } from './get-bucket-stat.js'
import { getBucketVersioning } from './get-bucket-versioning.js'
import { headBucket } from './head-bucket.js'
import { bucketHttpsConfig } from './https-config.js'
import {
  deleteBucketInventory,
  getBucketInventory,
  inventoriesDocument,
  listBucketInventory,
  putBucketInventory,
  runBucketInventory,
} from './inventory.js'
import { bucketLifecycle } from './lifecycle.js'
import { listLiveChannel } from './list-live-channel.js'
import { listObjectVersions } from './list-object-versions.js'
import { listObjects } from './list-objects.js'
import { listObjectsV2 } from './list-objects-v2.js'
import { bucketLogging } from './logging.js'
import { bucketObjectWorm } from './object-worm.js'
import { bucketOverwriteConfig } from './overwrite-config.js'
import { ownershipControlsDocument } from './ownership-controls.js'
import { bucketPolicy } from './policy.js'
import { previewBucketLifecycle } from './preview-lifecycle.js'
import { bucketProcess } from './process-configuration.js'
import { bucketPublicAccessBlock } from './public-access-block.js'
import { putBucket } from './put-bucket.js'
import { putBucketAcl } from './put-bucket-acl.js'
import { putBucketVersioning } from './put-bucket-versioning.js'
import {
  bucketQosInfo,
  deleteBucketRequesterQosInfo,
  getBucketRequesterQosInfo,
  listBucketRequesterQosInfos,
  putBucketRequesterQosInfo,
  requesterQosDocument,
} from './qos-info.js'
import {
  createBucketDataRedundancyTransition,
  deleteBucketDataRedundancyTransition,
  getBucketDataRedundancyTransition,
  listBucketDataRedundancyTransition,
  redundancyDocument,
} from './redundancy-transition.js'
import { bucketReferer } from './referer.js'
import {
  deleteBucketReplication,
  getBucketReplication,
  getBucketReplicationLocation,
  getBucketReplicationProgress,
  putBucketReplication,
  putBucketRtc,
  replicationDocument,
} from './replication.js'
import { bucketRequestPayment } from './request-payment.js'
import { bucketResourceGroup } from './resource-group.js'
import { bucketResponseHeader } from './response-header.js'
import { bucketStorageCapacity } from './storage-capacity.js'
import { bucketStorageQuota } from './storage-quota.js'
import { deleteStyle, getStyle, listStyle, putStyle, stylesDocument } from './style.js'
import { bucketTags } from './tags.js'
import { bucketTransferAcceleration } from './transfer-acceleration.js'
import { userDefinedLogFields } from './user-defined-log-fields.js'
import { bucketWebsite } from './website.js'
import {
  abortBucketWorm,
  completeBucketWorm,
  extendBucketWorm,
  getBucketWorm,
  initiateBucketWorm,
  wormDocument,
} from './worm.js'

/** Documents of a bucket's configuration. */
export const bucketDocuments = [
  bucketReferer,
  bucketLogging,
  userDefinedLogFields,
  bucketWebsite,
  bucketLifecycle,
  bucketCors,
  bucketTags,
  bucketEncryption,
  bucketPolicy,
  bucketPublicAccessBlock,
  bucketRequestPayment,
  bucketTransferAcceleration,
  bucketAccessMonitor,
  bucketArchiveDirectRead,
  bucketHttpsConfig,
  bucketResourceGroup,
  bucketStorageCapacity,
  bucketObjectWorm,
  bucketOverwriteConfig,
  bucketCallbackPolicy,
  bucketQosInfo,
  bucketResponseHeader,
  bucketProcess,
  bucketStorageQuota,
] as const

/** Other documents of a bucket, which operations of their own change. */
export const otherDocuments = [
  wormDocument,
  ownershipControlsDocument,
  replicationDocument,
  inventoriesDocument,
  cnamesDocument,
  stylesDocument,
  redundancyDocument,
  requesterQosDocument,
  accessPointsDocument,
  ...configurationDocuments,
] as const

/** Operations on buckets, in the order of the official reference; extensions last. */
export const bucketOperations = [
  putBucket,
  headBucket,
  deleteBucket,
  getBucketInfo,
  getBucketLocation,
  getBucketStat,
  getBucketAcl,
  putBucketAcl,
  ...operationsOf(bucketDocuments),
  getBucketPolicyStatus,
  putBucketVersioning,
  getBucketVersioning,
  initiateBucketWorm,
  abortBucketWorm,
  completeBucketWorm,
  extendBucketWorm,
  getBucketWorm,
  putBucketReplication,
  deleteBucketReplication,
  getBucketReplication,
  getBucketReplicationLocation,
  getBucketReplicationProgress,
  putBucketRtc,
  putBucketInventory,
  getBucketInventory,
  listBucketInventory,
  deleteBucketInventory,
  createCnameToken,
  getCnameToken,
  putCname,
  listCname,
  deleteCname,
  putStyle,
  getStyle,
  listStyle,
  deleteStyle,
  createAccessPoint,
  getAccessPoint,
  listAccessPoints,
  deleteAccessPoint,
  putAccessPointPolicy,
  getAccessPointPolicy,
  deleteAccessPointPolicy,
  putAccessPointPublicAccessBlock,
  getAccessPointPublicAccessBlock,
  deleteAccessPointPublicAccessBlock,
  putBucketRequesterQosInfo,
  getBucketRequesterQosInfo,
  listBucketRequesterQosInfos,
  deleteBucketRequesterQosInfo,
  createBucketDataRedundancyTransition,
  getBucketDataRedundancyTransition,
  listBucketDataRedundancyTransition,
  deleteBucketDataRedundancyTransition,
  listLiveChannel,
  listObjects,
  listObjectsV2,
  listObjectVersions,
  runBucketInventory,
  deliverBucketLogs,
  previewBucketLifecycle,
] as const
