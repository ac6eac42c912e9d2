import { operation } from '../../operation.js'
import { page } from '../shared.js'

/** Succeeds also where there are no rules. */
export const deleteBucketCors = operation({
  name: 'DeleteBucketCors',
  summary: 'Deletes the CORS rules of a bucket.',
  source: page(32003),
  method: 'DELETE',
  level: 'bucket',
  when: [{ query: ['cors'] }],
  permissions: ['oss:DeleteBucketCors'],
  input: {},
  status: 204,
  output: {},
  errors: ['noSuchBucket'],
})
