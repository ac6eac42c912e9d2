import { bucketDocuments } from '@bindery/protocol'
import {
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
import { bucketGrantHandlers } from './bucket-grants.js'
import { createCnameToken, deleteCname, getCnameToken, listCname, putCname } from './cname.js'
import { configurationHandlers } from './configurations.js'
import { deleteBucket } from './delete-bucket.js'
import { deliverBucketLogs } from './deliver-logs.js'
import { documentRules } from './document-rules.js'
import { documentHandlers } from './documents.js'
import { getBucketAcl } from './get-bucket-acl.js'
import { getBucketInfo } from './get-bucket-info.js'
import { getBucketLocation } from './get-bucket-location.js'
import { getBucketPolicyStatus } from './get-bucket-policy-status.js'
import { getBucketStat } from './get-bucket-stat.js'
import { getBucketVersioning } from './get-bucket-versioning.js'
import { headBucket } from './head-bucket.js'
import {
  deleteBucketInventory,
  getBucketInventory,
  listBucketInventory,
  putBucketInventory,
  runBucketInventory,
} from './inventory.js'
import { listLiveChannel } from './list-live-channel.js'
import { listObjectVersions } from './list-object-versions.js'
import { listObjects } from './list-objects.js'
import { listObjectsV2 } from './list-objects-v2.js'
import { notificationHandlers } from './notification.js'
import { ownershipHandlers } from './ownership-controls.js'
import { previewBucketLifecycle } from './preview-lifecycle.js'
import { putBucket } from './put-bucket.js'
import { putBucketAcl } from './put-bucket-acl.js'
import { putBucketVersioning } from './put-bucket-versioning.js'
import {
  deleteBucketRequesterQosInfo,
  getBucketRequesterQosInfo,
  listBucketRequesterQosInfos,
  putBucketRequesterQosInfo,
} from './qos-info.js'
import {
  createBucketDataRedundancyTransition,
  deleteBucketDataRedundancyTransition,
  getBucketDataRedundancyTransition,
  listBucketDataRedundancyTransition,
} from './redundancy-transition.js'
import {
  deleteBucketReplication,
  getBucketReplication,
  getBucketReplicationLocation,
  getBucketReplicationProgress,
  putBucketReplication,
  putBucketRtc,
  s3ReplicationHandlers,
} from './replication.js'
import { deleteStyle, getStyle, listStyle, putStyle } from './style.js'
import { abortBucketWorm, completeBucketWorm, extendBucketWorm, getBucketWorm, initiateBucketWorm } from './worm.js'

/** Handlers of the operations on buckets. */
export const bucketHandlers = [
  putBucket,
  headBucket,
  deleteBucket,
  getBucketInfo,
  getBucketLocation,
  getBucketStat,
  getBucketAcl,
  putBucketAcl,
  ...documentHandlers(bucketDocuments, documentRules),
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
  ...bucketGrantHandlers,
  ...ownershipHandlers,
  ...s3ReplicationHandlers,
  ...notificationHandlers,
  ...configurationHandlers,
] as const
