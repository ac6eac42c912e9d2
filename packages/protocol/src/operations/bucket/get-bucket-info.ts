import { isoDate, oneOf, text, truth } from '../../codec.js'
import { operation } from '../../operation.js'
import { element, group, optionalElement, xml } from '../../xml.js'
import { bucketAcl, page, redundancy, storageClass } from '../shared.js'

const onOff = oneOf(['Enabled', 'Disabled'])

export const getBucketInfo = operation({
  name: 'GetBucketInfo',
  summary: 'Returns the properties of a bucket: its owner, ACL, location, storage class and settings.',
  source: page(31968),
  method: 'GET',
  level: 'bucket',
  atAccessPoint: true,
  when: [{ query: ['bucketInfo'] }],
  permissions: ['oss:GetBucketInfo'],
  input: {},
  status: 200,
  output: {},
  result: xml('BucketInfo', {
    bucket: group('Bucket', {
      accessMonitor: element('AccessMonitor', onOff),
      blockPublicAccess: element('BlockPublicAccess', truth()),
      comment: element('Comment', text),
      creationDate: element('CreationDate', isoDate),
      crossRegionReplication: element('CrossRegionReplication', onOff),
      dataRedundancyType: element('DataRedundancyType', redundancy),
      extranetEndpoint: element('ExtranetEndpoint', text),
      intranetEndpoint: element('IntranetEndpoint', text),
      location: element('Location', text),
      name: element('Name', text),
      resourceGroupId: element('ResourceGroupId', text),
      storageClass: element('StorageClass', storageClass),
      transferAcceleration: element('TransferAcceleration', onOff),
      /** Absent until versioning is set for the first time. */
      versioning: optionalElement('Versioning', oneOf(['Enabled', 'Suspended'])),
      owner: group('Owner', { displayName: element('DisplayName', text), id: element('ID', text) }),
      accessControlList: group('AccessControlList', { grant: element('Grant', bucketAcl) }),
      serverSideEncryptionRule: group('ServerSideEncryptionRule', {
        sseAlgorithm: element('SSEAlgorithm', oneOf(['None', 'AES256', 'KMS', 'SM4'])),
        kmsMasterKeyId: optionalElement('KMSMasterKeyID', text),
        kmsDataEncryption: optionalElement('KMSDataEncryption', text),
      }),
      bucketPolicy: group('BucketPolicy', {
        logBucket: element('LogBucket', text),
        logPrefix: element('LogPrefix', text),
      }),
    }),
  }),
  errors: ['noSuchBucket'],
})
