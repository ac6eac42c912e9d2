import { truth } from '../../codec.js'
import { header, withDefault } from '../../field.js'
import { operation } from '../../operation.js'
import { DOCUMENT_CAUSES, page } from '../shared.js'
import { LIFECYCLE_CAUSES, lifecycleConfiguration } from './lifecycle.js'

/** Replaces all rules. A rule with an action that Bindery does not carry out is refused rather than kept. */
export const putBucketLifecycle = operation({
  name: 'PutBucketLifecycle',
  summary: 'Sets the rules by which multipart uploads that stay incomplete are aborted.',
  source: page(31964),
  method: 'PUT',
  level: 'bucket',
  when: [{ query: ['lifecycle'] }],
  permissions: ['oss:PutBucketLifecycle'],
  input: { allowSameActionOverlap: withDefault(header('x-oss-allow-same-action-overlap', truth()), false) },
  body: lifecycleConfiguration,
  status: 200,
  output: {},
  errors: [
    'noSuchBucket',
    'lifecycleOverlap',
    'lifecycleIdTwice',
    'lifecycleTooManyRules',
    ...LIFECYCLE_CAUSES,
    ...DOCUMENT_CAUSES,
  ],
})
