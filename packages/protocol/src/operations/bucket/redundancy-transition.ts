/** Changes of a bucket's redundancy. Bytes lie where they lay: the class is a label here, and changes at once. */

import { integer, isoDate, oneOf, text, truth } from '../../codec.js'
import { optional, query, required, withDefault } from '../../field.js'
import { OBJECTS_PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from '../../limits.js'
import { operation } from '../../operation.js'
import { element, list, optionalElement, xml } from '../../xml.js'
import type { StoredDocument } from '../document.js'
import { apiPage } from '../shared.js'

const transition = {
  bucket: element('Bucket', text),
  taskId: element('TaskId', text),
  status: element('Status', oneOf(['Queueing', 'Processing', 'Finished'])),
  createTime: element('CreateTime', isoDate),
  startTime: optionalElement('StartTime', isoDate),
  endTime: optionalElement('EndTime', isoDate),
  processPercentage: optionalElement('ProcessPercentage', integer(0, 100)),
  estimatedRemainingTime: optionalElement('EstimatedRemainingTime', integer(0, Number.MAX_SAFE_INTEGER)),
}
const whole = xml('BucketDataRedundancyTransition', transition)
const taskId = required(query('x-oss-redundancy-transition-taskid', text), 'redundancyTaskUnknown')

/** The only task that a bucket can have: there is one transition, and no way back. */
export const redundancyDocument = {
  kind: 'redundancyTransition',
  document: whole,
  rowsMax: 1,
} as const satisfies StoredDocument<'redundancyTransition', unknown>

export const createBucketDataRedundancyTransition = operation({
  name: 'CreateBucketDataRedundancyTransition',
  summary: 'Changes the redundancy of a bucket from LRS to ZRS.',
  source: apiPage('CreateBucketDataRedundancyTransition'),
  method: 'POST',
  level: 'bucket',
  when: [{ query: ['redundancyTransition'] }],
  permissions: ['oss:CreateBucketDataRedundancyTransition'],
  input: { target: required(query('x-oss-target-redundancy-type', oneOf(['ZRS'])), 'invalidArgument') },
  status: 200,
  output: {},
  result: xml('BucketDataRedundancyTransition', { taskId: element('TaskId', text) }),
  errors: ['noSuchBucket', 'redundancyTaskExists', 'invalidArgument'],
})

export const getBucketDataRedundancyTransition = operation({
  name: 'GetBucketDataRedundancyTransition',
  summary: 'Reads a change of redundancy.',
  source: apiPage('GetBucketDataRedundancyTransition'),
  method: 'GET',
  level: 'bucket',
  when: [{ query: ['redundancyTransition', 'x-oss-redundancy-transition-taskid'] }],
  permissions: ['oss:GetBucketDataRedundancyTransition'],
  input: { taskId },
  status: 200,
  output: {},
  result: whole,
  errors: ['noSuchBucket', 'redundancyTaskUnknown'],
})

export const listBucketDataRedundancyTransition = operation({
  name: 'ListBucketDataRedundancyTransition',
  summary: 'Lists the changes of redundancy of a bucket.',
  source: apiPage('ListBucketDataRedundancyTransition'),
  method: 'GET',
  level: 'bucket',
  when: [{ query: ['redundancyTransition'] }],
  permissions: ['oss:ListBucketDataRedundancyTransition'],
  input: {},
  status: 200,
  output: {},
  result: xml('ListBucketDataRedundancyTransition', {
    transitions: list('BucketDataRedundancyTransition', transition),
  }),
  errors: ['noSuchBucket'],
})

export const deleteBucketDataRedundancyTransition = operation({
  name: 'DeleteBucketDataRedundancyTransition',
  summary: 'Removes the record of a finished change of redundancy; the bucket stays as it is.',
  source: apiPage('DeleteBucketDataRedundancyTransition'),
  method: 'DELETE',
  level: 'bucket',
  when: [{ query: ['redundancyTransition'] }],
  permissions: ['oss:DeleteBucketDataRedundancyTransition'],
  input: { taskId },
  status: 204,
  output: {},
  errors: ['noSuchBucket', 'redundancyTaskUnknown'],
})

export const listUserDataRedundancyTransition = operation({
  name: 'ListUserDataRedundancyTransition',
  summary: 'Lists the changes of redundancy of all buckets of the requester.',
  source: apiPage('ListUserDataRedundancyTransition'),
  method: 'GET',
  level: 'service',
  when: [{ query: ['redundancyTransition'] }],
  permissions: ['oss:ListUserDataRedundancyTransition'],
  input: {
    continuationToken: optional(query('continuation-token', text)),
    maxKeys: withDefault(query('max-keys', integer(1, PAGE_SIZE_MAX)), OBJECTS_PAGE_SIZE_DEFAULT),
  },
  status: 200,
  output: {},
  result: xml('ListBucketDataRedundancyTransition', {
    transitions: list('BucketDataRedundancyTransition', transition),
    isTruncated: element('IsTruncated', truth()),
    nextContinuationToken: optionalElement('NextContinuationToken', text),
  }),
  errors: ['invalidArgument'],
})
