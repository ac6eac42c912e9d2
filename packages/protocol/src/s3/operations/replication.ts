/** Replication rules in S3's form. They are kept with those of OSS; nothing is replicated by either. */
import { text } from '../../codec.js'
import { OssError } from '../../errors/oss-error.js'
import { REPLICATION_RULES_OF_S3_MAX } from '../../limits.js'
import { type S3ReplicationRule, s3ReplicationRule } from '../../operations/bucket/s3-replication-rule.js'
import { DOCUMENT_CAUSES } from '../../operations/shared.js'
import { checked, element, list, xml } from '../../xml.js'
import { s3Instead, s3Page } from './declare.js'

/** A rule with a prefix is of the first schema of S3, and one with a filter of the second, which needs more. */
function isRule({ prefix, filter, priority, deleteMarkerReplication }: S3ReplicationRule): boolean {
  if ((prefix === undefined) === (filter === undefined)) return false
  if (filter === undefined) return true
  if (priority === undefined) throw new OssError('replicationIncomplete', { element: 'Priority' })
  if (deleteMarkerReplication === undefined) {
    throw new OssError('replicationIncomplete', { element: 'DeleteMarkerReplication' })
  }
  return true
}

function areRules(rules: readonly S3ReplicationRule[]): boolean {
  const ids = rules.flatMap(({ id }) => id ?? [])
  if (new Set(ids).size < ids.length) throw new OssError('replicationIdTwice')
  return rules.length > 0 && rules.length <= REPLICATION_RULES_OF_S3_MAX && rules.every(isRule)
}

const configuration = xml('ReplicationConfiguration', {
  role: element('Role', text),
  rules: checked(list('Rule', s3ReplicationRule), areRules),
})

const replication = { level: 'bucket', when: [{ query: ['replication'] }], input: {}, output: {} } as const

/** The operations on replication rules. */
export const replicationOperations = [
  s3Instead({
    ...replication,
    name: 'PutBucketReplication',
    handledAs: 'PutS3BucketReplication',
    summary: 'Replaces the replication rules of a bucket. They are kept: this server replicates nothing.',
    source: s3Page('PutBucketReplication'),
    method: 'PUT',
    permissions: ['oss:PutBucketReplication'],
    body: configuration,
    status: 200,
    errors: [
      'noSuchBucket',
      'entityTooLarge',
      'bucketArnInvalid',
      'replicationIdTwice',
      'replicationIncomplete',
      'replicationUnversioned',
      'replicationTargetMissing',
      'replicationTargetSame',
      'replicationTargetUnversioned',
      'invalidPrefix',
      ...DOCUMENT_CAUSES,
    ],
  }),
  s3Instead({
    ...replication,
    name: 'GetBucketReplication',
    handledAs: 'GetS3BucketReplication',
    summary:
      'Returns the replication rules of a bucket, those of OSS in the form of S3. Nothing is replicated by them.',
    source: s3Page('GetBucketReplication'),
    method: 'GET',
    permissions: ['oss:GetBucketReplication'],
    status: 200,
    result: configuration,
    errors: ['noSuchBucket', 'noSuchReplication'],
  }),
  s3Instead({
    ...replication,
    name: 'DeleteBucketReplication',
    handledAs: 'DeleteS3BucketReplication',
    summary: 'Deletes all replication rules of a bucket; succeeds even if there were none.',
    source: s3Page('DeleteBucketReplication'),
    method: 'DELETE',
    permissions: ['oss:DeleteBucketReplication'],
    status: 204,
    errors: ['noSuchBucket'],
  }),
] as const
