import { operation } from '../../operation.js'
import { page } from '../shared.js'

/** Not in OSS's reference, but answered by OSS: the cheapest way to learn whether a bucket exists. */
export const headBucket = operation({
  name: 'HeadBucket',
  summary: 'Answers whether a bucket exists and may be listed.',
  source: page(64919),
  method: 'HEAD',
  level: 'bucket',
  atAccessPoint: true,
  permissions: ['oss:ListObjects'],
  input: {},
  status: 200,
  output: {},
  errors: ['noSuchBucket'],
})
