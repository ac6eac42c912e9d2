import { operation } from '../../operation.js'
import { page } from '../shared.js'

/** Not in OSS's reference, and answered by it: the cheapest way to learn whether a bucket is there. */
export const headBucket = operation({
  name: 'HeadBucket',
  summary: 'Answers whether a bucket is there and may be listed.',
  source: page(64919),
  method: 'HEAD',
  level: 'bucket',
  permissions: ['oss:ListObjects'],
  input: {},
  status: 200,
  output: {},
  errors: ['noSuchBucket'],
})
