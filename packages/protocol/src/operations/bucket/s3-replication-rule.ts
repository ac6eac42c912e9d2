/** A replication rule as S3 has it, with members that the rules of OSS lack. */
import { integer, oneOf, text } from '../../codec.js'
import { element, group, type MembersOf, maybe, optionalElement } from '../../xml.js'
import { bucketArn, objectFilter } from './configurations.js'

const state = oneOf(['Enabled', 'Disabled'], 'malformedXml')
const minutes = { minutes: element('Minutes', integer(0, 2_147_483_647)) }
const switchOf = (name: string) => maybe(name, group(name, { status: element('Status', state) }))

const destination = group('Destination', {
  bucket: element('Bucket', bucketArn),
  account: optionalElement('Account', text),
  storageClass: optionalElement('StorageClass', text),
  accessControlTranslation: maybe(
    'AccessControlTranslation',
    group('AccessControlTranslation', { owner: element('Owner', oneOf(['Destination'], 'malformedXml')) }),
  ),
  encryptionConfiguration: maybe(
    'EncryptionConfiguration',
    group('EncryptionConfiguration', { replicaKmsKeyId: element('ReplicaKmsKeyID', text) }),
  ),
  replicationTime: maybe(
    'ReplicationTime',
    group('ReplicationTime', { status: element('Status', state), time: group('Time', minutes) }),
  ),
  metrics: maybe(
    'Metrics',
    group('Metrics', {
      status: element('Status', state),
      eventThreshold: maybe('EventThreshold', group('EventThreshold', minutes)),
    }),
  ),
})

/** Its members. */
export const s3ReplicationRule = {
  id: optionalElement('ID', text),
  priority: optionalElement('Priority', integer(0, 2_147_483_647)),
  prefix: optionalElement('Prefix', text),
  filter: objectFilter,
  status: element('Status', state),
  sourceSelectionCriteria: maybe(
    'SourceSelectionCriteria',
    group('SourceSelectionCriteria', {
      sseKmsEncryptedObjects: switchOf('SseKmsEncryptedObjects'),
      replicaModifications: switchOf('ReplicaModifications'),
    }),
  ),
  existingObjectReplication: switchOf('ExistingObjectReplication'),
  destination,
  deleteMarkerReplication: switchOf('DeleteMarkerReplication'),
}

/** Its value. */
export type S3ReplicationRule = MembersOf<typeof s3ReplicationRule>
