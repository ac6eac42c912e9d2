import { oneOf } from '../../codec.js'
import { element, storedOnly, xml } from '../../xml.js'
import { bucketSetting } from '../document.js'

export const bucketAccessMonitor = bucketSetting({
  noun: 'BucketAccessMonitor',
  what: 'whether the last access to objects is recorded',
  subresource: 'accessmonitor',
  document: xml('AccessMonitorConfiguration', {
    status: element('Status', oneOf(['Enabled', 'Disabled'], 'malformedXml')),
    /** Milliseconds since 1970: when it was last enabled. */
    enabledAt: storedOnly<number>(),
  }),
  unset: { value: { status: 'Disabled' } },
  errors: ['accessMonitorNeeded'],
})
