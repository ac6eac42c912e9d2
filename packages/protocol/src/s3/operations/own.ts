/** Operations that OSS does not have. */
import { oneOf, text, truth } from '../../codec.js'
import { optional, query } from '../../field.js'
import { ownershipControlsDocument } from '../../operations/bucket/ownership-controls.js'
import { DOCUMENT_CAUSES } from '../../operations/shared.js'
import { element, group, list, optionalElement, xml } from '../../xml.js'
import { aclOperations } from './acl.js'
import { getObjectAttributes } from './attributes.js'
import { s3Instead, s3Only, s3Page } from './declare.js'
import { refusedElement } from './document.js'

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

const replication = { level: 'bucket', when: [{ query: ['replication'] }] } as const

/** The rules that OSS's operations keep, in S3's form: each of its rules has one prefix. */
const replicationRules = xml('ReplicationConfiguration', {
  role: element('Role', text),
  rules: list('Rule', {
    id: optionalElement('ID', text),
    prefix: element('Prefix', text),
    status: element('Status', oneOf(['Enabled', 'Disabled'])),
    destination: group('Destination', { bucket: element('Bucket', text) }),
  }),
})

/** Rules are kept, and nothing is replicated: new ones are made by OSS's operations alone. */
const replicationOperations = [
  s3Instead({
    ...replication,
    name: 'GetBucketReplication',
    handledAs: 'GetS3BucketReplication',
    summary: 'Returns the rules that OSS keeps, in the form of S3. Nothing is replicated by them.',
    source: s3Page('GetBucketReplication'),
    method: 'GET',
    permissions: ['oss:GetBucketReplication'],
    input: {},
    status: 200,
    output: {},
    result: replicationRules,
    errors: ['noSuchBucket', 'noSuchReplication'],
  }),
  s3Instead({
    ...replication,
    name: 'DeleteBucketReplication',
    handledAs: 'DeleteS3BucketReplication',
    summary: 'Deletes all rules of a bucket; succeeds even if there were none.',
    source: s3Page('DeleteBucketReplication'),
    method: 'DELETE',
    permissions: ['oss:DeleteBucketReplication'],
    input: {},
    status: 204,
    output: {},
    errors: ['noSuchBucket'],
  }),
] as const

/** The list of configurations of a kind that no bucket has; one that is named does not exist. */
function emptyList<const N extends string>(name: N, key: string, root: string) {
  return s3Only({
    name,
    summary: 'Returns an empty list: no bucket has such a configuration.',
    source: s3Page(name),
    method: 'GET',
    level: 'bucket',
    when: [{ query: [key] }],
    permissions: ['oss:GetBucketInventory'],
    input: { id: optional(query('id', text)) },
    status: 200,
    output: {},
    result: xml(root, { isTruncated: element('IsTruncated', truth()) }),
    errors: ['noSuchBucket', 'noSuchConfiguration'],
  })
}

const emptyLists = [
  emptyList('ListBucketInventoryConfigurations', 'inventory', 'ListInventoryConfigurationsResult'),
  emptyList('ListBucketAnalyticsConfigurations', 'analytics', 'ListBucketAnalyticsConfigurationsResult'),
  emptyList('ListBucketMetricsConfigurations', 'metrics', 'ListMetricsConfigurationsResult'),
  emptyList(
    'ListBucketIntelligentTieringConfigurations',
    'intelligent-tiering',
    'ListBucketIntelligentTieringConfigurationsOutput',
  ),
] as const

/** The operations that only S3 has, or that it serves by other handlers than OSS. */
export const ownOperations = [
  ...ownershipOperations,
  ...notificationOperations,
  ...replicationOperations,
  ...emptyLists,
  getObjectAttributes,
  ...aclOperations,
] as const
