import { oneOf } from '../../codec.js'
import { operation } from '../../operation.js'
import { element, xml } from '../../xml.js'
import { apiPage, DOCUMENT_CAUSES } from '../shared.js'

/** The state that versioning is set to. Throws malformedXml without a status. */
export const versioningWanted = xml('VersioningConfiguration', {
  status: element('Status', oneOf(['Enabled', 'Suspended'], 'malformedXml')),
})

export const putBucketVersioning = operation({
  name: 'PutBucketVersioning',
  summary: 'Enables or suspends versioning of a bucket. It cannot be set back to never.',
  source: apiPage('PutBucketVersioning'),
  method: 'PUT',
  level: 'bucket',
  when: [{ query: ['versioning'] }],
  permissions: ['oss:PutBucketVersioning'],
  input: {},
  body: versioningWanted,
  status: 200,
  output: {},
  errors: ['noSuchBucket', 'wormInvalid', 'objectWormNotPossible', ...DOCUMENT_CAUSES],
})
