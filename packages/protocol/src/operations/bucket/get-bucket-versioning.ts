import { oneOf } from '../../codec.js'
import { operation } from '../../operation.js'
import { optionalElement, xml } from '../../xml.js'
import { apiPage } from '../shared.js'

/** The state of versioning; without a status, versioning was never enabled. */
export const versioningState = xml('VersioningConfiguration', {
  status: optionalElement('Status', oneOf(['Enabled', 'Suspended'])),
})

export const getBucketVersioning = operation({
  name: 'GetBucketVersioning',
  summary: 'Reads the state of versioning of a bucket; none where it was never set.',
  source: apiPage('GetBucketVersioning'),
  method: 'GET',
  level: 'bucket',
  when: [{ query: ['versioning'] }],
  permissions: ['oss:GetBucketVersioning'],
  input: {},
  status: 200,
  output: {},
  result: versioningState,
  errors: ['noSuchBucket'],
})
