import { text } from '../../codec.js'
import { header, optional } from '../../field.js'
import { operation } from '../../operation.js'
import { bucketAcl, page } from '../shared.js'

/**
 * Without the header nothing changes. A missing bucket is created, as OSS does, so the call is one on the service:
 * another account's bucket is a name that is taken.
 */
export const putBucketAcl = operation({
  name: 'PutBucketAcl',
  summary: 'Sets the ACL of a bucket.',
  source: page(31960),
  method: 'PUT',
  level: 'bucket',
  when: [{ query: ['acl'] }],
  createsBucket: true,
  permissions: ['oss:PutBucketAcl'],
  input: { acl: optional(header('x-oss-acl', bucketAcl)) },
  status: 200,
  output: { location: header('Location', text) },
  errors: ['noSuchBucket', 'bucketNameTaken', 'publicBucketAclBlocked', 'tooManyBuckets'],
})
