import { truth } from '../../codec.js'
import { element, xml } from '../../xml.js'
import { bucketDocument } from '../document.js'

export const bucketTransferAcceleration = bucketDocument({
  noun: 'BucketTransferAcceleration',
  what: 'whether transfers are accelerated',
  subresource: 'transferAcceleration',
  document: xml('TransferAccelerationConfiguration', { enabled: element('Enabled', truth('malformedXml')) }),
  unset: 'noSuchTransferAcceleration',
})
