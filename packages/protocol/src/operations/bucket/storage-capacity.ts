import { integer } from '../../codec.js'
import { element, xml } from '../../xml.js'
import { bucketSetting } from '../document.js'

export const bucketStorageCapacity = bucketSetting({
  noun: 'BucketStorageCapacity',
  what: 'the capacity in gigabytes, -1 for no limit,',
  subresource: 'qos',
  document: xml('BucketUserQos', { storageCapacity: element('StorageCapacity', integer(-1, Number.MAX_SAFE_INTEGER)) }),
  unset: { value: { storageCapacity: -1 } },
  errors: ['invalidArgument'],
})
