/** Operations that OSS does not have. */
import { ownershipControlsDocument } from '../../operations/bucket/ownership-controls.js'
import { DOCUMENT_CAUSES } from '../../operations/shared.js'
import { refusedElement, xml } from '../../xml.js'
import { aclOperations } from './acl.js'
import { getObjectAttributes } from './attributes.js'
import { configurationsOfS3 } from './configurations.js'
import { s3Only, s3Page } from './declare.js'

import { replicationOperations } from './replication.js'

const ownershipControls = { level: 'bucket', when: [{ query: ['ownershipControls'] }] } as const

const ownershipOperations = [
  s3Only({
    ...ownershipControls,
    name: 'PutBucketOwnershipControls',
    summary: 'Sets the ownership of objects of a bucket, by which its ACLs may be off.',
    source: s3Page('PutBucketOwnershipControls'),
    method: 'PUT',
    permissions: ['oss:PutBucketAcl'],
    input: {},
    body: ownershipControlsDocument.document,
    status: 200,
    output: {},
    errors: ['noSuchBucket', 'entityTooLarge', 'publicAclWithOwnership', ...DOCUMENT_CAUSES],
  }),
  s3Only({
    ...ownershipControls,
    name: 'GetBucketOwnershipControls',
    summary: 'Reads the ownership of objects of a bucket.',
    source: s3Page('GetBucketOwnershipControls'),
    method: 'GET',
    permissions: ['oss:GetBucketAcl'],
    input: {},
    status: 200,
    output: {},
    result: ownershipControlsDocument.document,
    errors: ['noSuchBucket', 'noSuchOwnershipControls'],
  }),
  s3Only({
    ...ownershipControls,
    name: 'DeleteBucketOwnershipControls',
    summary: 'Deletes the ownership controls of a bucket; succeeds even if none were set.',
    source: s3Page('DeleteBucketOwnershipControls'),
    method: 'DELETE',
    permissions: ['oss:PutBucketAcl'],
    input: {},
    status: 204,
    output: {},
    errors: ['noSuchBucket'],
  }),
] as const

const notification = { level: 'bucket', when: [{ query: ['notification'] }] } as const

/** Nothing is notified: the only configuration is the empty one. */
const notificationOperations = [
  s3Only({
    ...notification,
    name: 'PutBucketNotificationConfiguration',
    summary: 'Takes the empty configuration of notifications, and refuses any other.',
    source: s3Page('PutBucketNotificationConfiguration'),
    method: 'PUT',
    permissions: ['oss:PutBucketLogging'],
    input: {},
    body: xml('NotificationConfiguration', {
      topics: refusedElement('TopicConfiguration'),
      queues: refusedElement('QueueConfiguration'),
      functions: refusedElement('CloudFunctionConfiguration'),
      eventBridge: refusedElement('EventBridgeConfiguration'),
    }),
    status: 200,
    output: {},
    errors: ['noSuchBucket', 'elementNotImplemented', ...DOCUMENT_CAUSES],
  }),
  s3Only({
    ...notification,
    name: 'GetBucketNotificationConfiguration',
    summary: 'Returns an empty configuration of notifications.',
    source: s3Page('GetBucketNotificationConfiguration'),
    method: 'GET',
    permissions: ['oss:GetBucketLogging'],
    input: {},
    status: 200,
    output: {},
    result: xml('NotificationConfiguration', {}),
    errors: ['noSuchBucket'],
  }),
] as const

/** The operations that only S3 has, or that it serves by other handlers than OSS. */
export const ownOperations = [
  ...ownershipOperations,
  ...notificationOperations,
  ...replicationOperations,
  ...configurationsOfS3,
  getObjectAttributes,
  ...aclOperations,
] as const
