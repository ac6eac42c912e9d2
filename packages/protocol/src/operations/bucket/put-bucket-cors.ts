import { operation } from '../../operation.js'
import { DOCUMENT_CAUSES, page } from '../shared.js'
import { CORS_CAUSES, corsConfiguration } from './cors.js'

/** Replaces all rules. */
export const putBucketCors = operation({
  name: 'PutBucketCors',
  summary: 'Sets the rules by which browsers let the pages of other origins use a bucket.',
  source: page(32001),
  method: 'PUT',
  level: 'bucket',
  when: [{ query: ['cors'] }],
  permissions: ['oss:PutBucketCors'],
  input: {},
  body: corsConfiguration,
  status: 200,
  output: {},
  errors: ['noSuchBucket', 'corsTooManyRules', 'entityTooLarge', ...CORS_CAUSES, ...DOCUMENT_CAUSES],
})
