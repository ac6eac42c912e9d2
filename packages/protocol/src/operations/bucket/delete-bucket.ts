import { operation } from '../../operation.js'
import { page } from '../shared.js'

export const deleteBucket = operation({
  name: 'DeleteBucket',
  summary: 'Deletes a bucket that contains neither objects nor multipart uploads.',
  source: page(31973),
  method: 'DELETE',
  level: 'bucket',
  permissions: ['oss:DeleteBucket'],
  input: {},
  status: 204,
  output: {},
  errors: ['noSuchBucket', 'bucketHasObjects', 'bucketHasUploads', 'bucketHasAccessPoints'],
})
