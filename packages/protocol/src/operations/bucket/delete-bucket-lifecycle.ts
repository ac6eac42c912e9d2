import { operation } from '../../operation.js'
import { page } from '../shared.js'

/** Succeeds also where there are no rules. */
export const deleteBucketLifecycle = operation({
  name: 'DeleteBucketLifecycle',
  summary: 'Deletes the lifecycle rules of a bucket.',
  source: page(31976),
  method: 'DELETE',
  level: 'bucket',
  when: [{ query: ['lifecycle'] }],
  permissions: ['oss:DeleteBucketLifecycle'],
  input: {},
  status: 204,
  output: {},
  errors: ['noSuchBucket'],
})
