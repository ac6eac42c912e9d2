/**
 * Rules that replicate a bucket. They are kept for their clients: no object is copied, and no rule reports that one
 * was.
 */

import { matching, oneOf, text } from '../../codec.js'
import { header, optional, query } from '../../field.js'
import { operation } from '../../operation.js'
import { defaultedElement, element, group, list, maybe, optionalElement, storedOnly, texts, xml } from '../../xml.js'
import type { StoredDocument } from '../document.js'
import { apiPage, DOCUMENT_CAUSES, prefixText } from '../shared.js'
import type { S3ReplicationRule } from './s3-replication-rule.js'

const ruleId = matching('id of a rule', /^[A-Za-z0-9_-]{1,64}$/)
const state = oneOf(['enabled', 'disabled'], 'malformedXml', { ignoreCase: true })
const kmsState = oneOf(['Enabled', 'Disabled'], 'malformedXml')

const rtc = maybe('RTC', group('RTC', { status: element('Status', state) }))
const prefixSet = maybe('PrefixSet', group('PrefixSet', { prefixes: texts('Prefix', prefixText) }))
const destination = group('Destination', {
  bucket: element('Bucket', text),
  location: element('Location', text),
  transferType: optionalElement('TransferType', oneOf(['internal', 'oss_acc'], 'malformedXml')),
})
const status = oneOf(['starting', 'doing', 'closing'])

const rule = {
  id: optionalElement('ID', ruleId),
  prefixSet,
  action: defaultedElement('Action', text, 'ALL'),
  destination,
  status: optionalElement('Status', status),
  historicalObjectReplication: defaultedElement('HistoricalObjectReplication', state, 'enabled'),
  syncRole: optionalElement('SyncRole', text),
  sourceSelectionCriteria: maybe(
    'SourceSelectionCriteria',
    group('SourceSelectionCriteria', {
      sseKmsEncryptedObjects: maybe(
        'SseKmsEncryptedObjects',
        group('SseKmsEncryptedObjects', { status: element('Status', kmsState) }),
      ),
    }),
  ),
  encryptionConfiguration: maybe(
    'EncryptionConfiguration',
    group('EncryptionConfiguration', { replicaKmsKeyId: element('ReplicaKmsKeyID', text) }),
  ),
  rtc,
  /** The rule as it was set, where that has members which the ones above lack. */
  asSet: storedOnly<S3ReplicationRule>(),
}
const configuration = xml('ReplicationConfiguration', { rules: list('Rule', rule) })

/** The rules in the order in which they were added, each with an id and a status. */
export const replicationDocument = {
  kind: 'replication',
  document: configuration,
  rowsMax: 8,
} as const satisfies StoredDocument<'replication', unknown>

export const putBucketReplication = operation({
  name: 'PutBucketReplication',
  summary: 'Adds a replication rule to a bucket. It is kept, and stays at `starting`: this server replicates nothing.',
  source: apiPage('PutBucketReplication'),
  method: 'POST',
  level: 'bucket',
  when: [{ query: ['replication', 'comp=add'] }],
  permissions: ['oss:PutBucketReplication'],
  input: {},
  body: configuration,
  status: 200,
  output: { ruleId: header('x-oss-replication-rule-id', text) },
  errors: [
    'noSuchBucket',
    'replicationTarget',
    'replicationLocation',
    'replicationExists',
    'replicationTooManyRules',
    'replicationTooManyPrefixes',
    'replicationVersioning',
    'entityTooLarge',
    'invalidArgument',
    'invalidPrefix',
    ...DOCUMENT_CAUSES,
  ],
})

export const getBucketReplication = operation({
  name: 'GetBucketReplication',
  summary: 'Reads the replication rules of a bucket.',
  source: apiPage('GetBucketReplication'),
  method: 'GET',
  level: 'bucket',
  when: [{ query: ['replication'] }],
  permissions: ['oss:GetBucketReplication'],
  input: {},
  status: 200,
  output: {},
  result: configuration,
  errors: ['noSuchBucket', 'notReplicated'],
})

export const deleteBucketReplication = operation({
  name: 'DeleteBucketReplication',
  summary: 'Deletes replication rules of a bucket.',
  source: apiPage('DeleteBucketReplication'),
  method: 'POST',
  level: 'bucket',
  when: [{ query: ['replication', 'comp=delete'] }],
  permissions: ['oss:DeleteBucketReplication'],
  input: {},
  body: xml('ReplicationRules', { ids: texts('ID', text, { missing: 'malformedXml' }) }),
  status: 200,
  output: {},
  errors: ['noSuchBucket', 'noSuchReplicationRule', ...DOCUMENT_CAUSES],
})

export const getBucketReplicationLocation = operation({
  name: 'GetBucketReplicationLocation',
  summary: 'Lists the locations to which a bucket may be replicated: that of this server.',
  source: apiPage('GetBucketReplicationLocation'),
  method: 'GET',
  level: 'bucket',
  when: [{ query: ['replicationLocation'] }],
  permissions: ['oss:GetBucketReplicationLocation'],
  input: {},
  status: 200,
  output: {},
  result: xml('ReplicationLocation', {
    locations: texts('Location', text),
    locationTransferTypeConstraint: group('LocationTransferTypeConstraint', {
      locationTransferTypes: list('LocationTransferType', {
        location: element('Location', text),
        transferTypes: group('TransferTypes', { types: texts('Type', text) }),
      }),
    }),
    locationRtcConstraint: group('LocationRTCConstraint', { locations: texts('Location', text) }),
  }),
  errors: ['noSuchBucket'],
})

export const getBucketReplicationProgress = operation({
  name: 'GetBucketReplicationProgress',
  summary: 'Reads the state of replication rules. No progress is reported, because none is made.',
  source: apiPage('GetBucketReplicationProgress'),
  method: 'GET',
  level: 'bucket',
  when: [{ query: ['replicationProgress'] }],
  permissions: ['oss:GetBucketReplicationProgress'],
  input: { ruleId: optional(query('rule-id', text)) },
  status: 200,
  output: {},
  result: xml('ReplicationProgress', {
    rules: list('Rule', {
      id: optionalElement('ID', ruleId),
      prefixSet,
      action: element('Action', text),
      destination,
      status: optionalElement('Status', status),
      historicalObjectReplication: element('HistoricalObjectReplication', state),
    }),
  }),
  errors: ['noSuchBucket', 'notReplicated', 'noSuchReplicationRule'],
})

export const putBucketRtc = operation({
  name: 'PutBucketRTC',
  summary: 'Sets whether a replication rule promises a time.',
  source: apiPage('PutBucketRTC'),
  method: 'PUT',
  level: 'bucket',
  when: [{ query: ['rtc'] }],
  permissions: ['oss:PutBucketRTC'],
  input: {},
  body: xml('ReplicationRule', { id: element('ID', text), rtc: group('RTC', { status: element('Status', state) }) }),
  status: 200,
  output: {},
  errors: ['noSuchBucket', 'noSuchReplicationRule', ...DOCUMENT_CAUSES],
})
