import { oneOf } from '../../codec.js'
import { element, xml } from '../../xml.js'
import { bucketSetting } from '../document.js'

export const bucketRequestPayment = bucketSetting({
  noun: 'BucketRequestPayment',
  what: 'who pays for requests',
  subresource: 'requestPayment',
  document: xml('RequestPaymentConfiguration', {
    payer: element('Payer', oneOf(['BucketOwner', 'Requester'], 'malformedXml')),
  }),
  unset: { value: { payer: 'BucketOwner' } },
})
