/** Retention of a whole bucket: what was written cannot be overwritten or deleted for some days. */

import { integer, isoDate, oneOf, text } from '../../codec.js'
import { header, query, required } from '../../field.js'
import { WORM_DAYS_MAX } from '../../limits.js'
import { operation } from '../../operation.js'
import { element, optionalElement, xml } from '../../xml.js'
import type { StoredDocument } from '../document.js'
import { apiPage, DOCUMENT_CAUSES } from '../shared.js'

const days = element('RetentionPeriodInDays', integer(1, WORM_DAYS_MAX))
const wormId = required(query('wormId', text), 'wormIdUnknown')

/** A policy is in progress for a day; unless it is completed by then, it has expired. */
const wormConfiguration = xml('WormConfiguration', {
  wormId: element('WormId', text),
  state: element('State', oneOf(['InProgress', 'Locked', 'Expired'])),
  retentionPeriodInDays: days,
  creationDate: element('CreationDate', isoDate),
  /** When a policy in progress expires. */
  expirationDate: optionalElement('ExpirationDate', isoDate),
})

/** Stored as it was initiated, completed or extended last: that time has passed since then is seen when it is read. */
export const wormDocument = {
  kind: 'worm',
  document: wormConfiguration,
  rowsMax: 1,
} as const satisfies StoredDocument<'worm', unknown>

export const initiateBucketWorm = operation({
  name: 'InitiateBucketWorm',
  summary: 'Starts a retention policy of a bucket. It protects at once, and can be aborted until it is completed.',
  source: apiPage('InitiateBucketWorm'),
  method: 'POST',
  level: 'bucket',
  when: [{ query: ['worm'] }],
  permissions: ['oss:InitiateBucketWorm'],
  input: {},
  body: xml('InitiateWormConfiguration', { days }),
  status: 200,
  output: { wormId: header('x-oss-worm-id', text) },
  errors: ['noSuchBucket', 'wormExists', 'wormInvalid', 'invalidArgument', ...DOCUMENT_CAUSES],
})

export const abortBucketWorm = operation({
  name: 'AbortBucketWorm',
  summary: 'Ends a retention policy that is not locked; succeeds also if no policy exists.',
  source: apiPage('AbortBucketWorm'),
  method: 'DELETE',
  level: 'bucket',
  when: [{ query: ['worm'] }],
  permissions: ['oss:AbortBucketWorm'],
  input: {},
  status: 204,
  output: {},
  errors: ['noSuchBucket', 'wormLocked'],
})

export const completeBucketWorm = operation({
  name: 'CompleteBucketWorm',
  summary: 'Locks the retention policy of a bucket: it can never be ended, and only be extended.',
  source: apiPage('CompleteBucketWorm'),
  method: 'POST',
  level: 'bucket',
  when: [{ query: ['wormId'] }],
  permissions: ['oss:CompleteBucketWorm'],
  input: { wormId },
  status: 200,
  output: {},
  errors: ['noSuchBucket', 'noSuchWorm', 'wormLocked', 'wormInvalid'],
})

export const extendBucketWorm = operation({
  name: 'ExtendBucketWorm',
  summary: 'Lengthens the retention of a locked policy.',
  source: apiPage('ExtendBucketWorm'),
  method: 'POST',
  level: 'bucket',
  when: [{ query: ['wormExtend', 'wormId'] }],
  permissions: ['oss:ExtendBucketWorm'],
  input: { wormId },
  body: xml('ExtendWormConfiguration', { days }),
  status: 200,
  output: {},
  errors: ['noSuchBucket', 'noSuchWorm', 'wormInvalid', 'invalidArgument', ...DOCUMENT_CAUSES],
})

export const getBucketWorm = operation({
  name: 'GetBucketWorm',
  summary: 'Reads the retention policy of a bucket.',
  source: apiPage('GetBucketWorm'),
  method: 'GET',
  level: 'bucket',
  when: [{ query: ['worm'] }],
  permissions: ['oss:GetBucketWorm'],
  input: {},
  status: 200,
  output: {},
  result: wormConfiguration,
  errors: ['noSuchBucket', 'noSuchWorm'],
})
