import { operation } from '../../operation.js'
import { page } from '../shared.js'
import { lifecycleConfiguration } from './lifecycle.js'

export const getBucketLifecycle = operation({
  name: 'GetBucketLifecycle',
  summary: 'Reads the lifecycle rules of a bucket.',
  source: page(31972),
  method: 'GET',
  level: 'bucket',
  when: [{ query: ['lifecycle'] }],
  permissions: ['oss:GetBucketLifecycle'],
  input: {},
  status: 200,
  output: {},
  result: lifecycleConfiguration,
  errors: ['noSuchBucket', 'noSuchLifecycle'],
})
