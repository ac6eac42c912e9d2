import { operation } from '../../operation.js'
import { page } from '../shared.js'
import { corsConfiguration } from './cors.js'

export const getBucketCors = operation({
  name: 'GetBucketCors',
  summary: 'Reads the CORS rules of a bucket.',
  source: page(32002),
  method: 'GET',
  level: 'bucket',
  when: [{ query: ['cors'] }],
  permissions: ['oss:GetBucketCors'],
  input: {},
  status: 200,
  output: {},
  result: corsConfiguration,
  errors: ['noSuchBucket', 'noSuchCors'],
})
