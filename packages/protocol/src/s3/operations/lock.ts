/** Object lock: what OSS calls ObjectWorm, retention and legal hold. */
import { integer, oneOf } from '../../codec.js'
import { RETENTION_DAYS_MAX, RETENTION_YEARS_MAX } from '../../limits.js'
import { bucketObjectWorm } from '../../operations/bucket/object-worm.js'
import type { BucketSettings } from '../../operations/bucket/settings.js'
import {
  BYPASS_PERMISSION,
  legalHold,
  getObjectLegalHold as ossGetObjectLegalHold,
  getObjectRetention as ossGetObjectRetention,
  putObjectLegalHold as ossPutObjectLegalHold,
  putObjectRetention as ossPutObjectRetention,
  RETENTION_MODES,
  retention,
} from '../../operations/object/holds.js'
import { element, group, maybe, optionalElement, xml } from '../../xml.js'
import { s3Operation, s3Page, sharedWith } from './declare.js'
import { getDocument, mapped, putDocument } from './document.js'

const objectLock = mapped(
  xml('ObjectLockConfiguration', {
    enabled: element('ObjectLockEnabled', oneOf(['Enabled'], 'malformedXml')),
    rule: maybe(
      'Rule',
      group('Rule', {
        defaultRetention: group('DefaultRetention', {
          mode: element('Mode', oneOf(RETENTION_MODES, 'malformedXml')),
          days: optionalElement('Days', integer(1, RETENTION_DAYS_MAX)),
          years: optionalElement('Years', integer(1, RETENTION_YEARS_MAX)),
        }),
      }),
    ),
  }),
  { read: (sent): BucketSettings['objectWorm'] => bucketObjectWorm.check(sent, {}), write: (setting) => setting },
)

const OBJECT_LOCK = [{ query: ['object-lock'] }]
const LEGAL_HOLD = [{ query: ['legal-hold'] }]

/** The operations of object lock. */
export const lockOperations = [
  putDocument(bucketObjectWorm.put, { name: 'PutObjectLockConfiguration', document: objectLock, when: OBJECT_LOCK }),
  getDocument(bucketObjectWorm.get, { name: 'GetObjectLockConfiguration', document: objectLock, when: OBJECT_LOCK }),
  s3Operation({
    ...sharedWith(ossPutObjectRetention),
    name: 'PutObjectRetention',
    source: s3Page('PutObjectRetention'),
    permissionsWith: BYPASS_PERMISSION,
    input: ossPutObjectRetention.input,
    body: retention,
    output: ossPutObjectRetention.output,
  }),
  s3Operation({
    ...sharedWith(ossGetObjectRetention),
    name: 'GetObjectRetention',
    source: s3Page('GetObjectRetention'),
    input: ossGetObjectRetention.input,
    output: ossGetObjectRetention.output,
    result: retention,
  }),
  s3Operation({
    ...sharedWith(ossPutObjectLegalHold),
    when: LEGAL_HOLD,
    name: 'PutObjectLegalHold',
    source: s3Page('PutObjectLegalHold'),
    input: ossPutObjectLegalHold.input,
    body: legalHold,
    output: ossPutObjectLegalHold.output,
  }),
  s3Operation({
    ...sharedWith(ossGetObjectLegalHold),
    when: LEGAL_HOLD,
    name: 'GetObjectLegalHold',
    source: s3Page('GetObjectLegalHold'),
    input: ossGetObjectLegalHold.input,
    output: ossGetObjectLegalHold.output,
    result: legalHold,
  }),
] as const
