import { truth } from '../../codec.js'
import { operation } from '../../operation.js'
import { element, xml } from '../../xml.js'
import { apiPage } from '../shared.js'

export const getBucketPolicyStatus = operation({
  name: 'GetBucketPolicyStatus',
  summary: 'Reports whether the policy of a bucket opens anything to everyone; without a policy it does not.',
  source: apiPage('GetBucketPolicyStatus'),
  method: 'GET',
  level: 'bucket',
  when: [{ query: ['policyStatus'] }],
  permissions: ['oss:GetBucketPolicyStatus'],
  input: {},
  status: 200,
  output: {},
  result: xml('PolicyStatus', { isPublic: element('IsPublic', truth()) }),
  errors: ['noSuchBucket'],
})
