import { operation } from '../../operation.js'
import { accessControlPolicy, bucketAcl, page } from '../shared.js'

export const getBucketAcl = operation({
  name: 'GetBucketAcl',
  summary: 'Returns the ACL of a bucket.',
  source: page(31966),
  method: 'GET',
  level: 'bucket',
  when: [{ query: ['acl'] }],
  permissions: ['oss:GetBucketAcl'],
  input: {},
  status: 200,
  output: {},
  result: accessControlPolicy(bucketAcl),
  errors: ['noSuchBucket'],
})
