import { truth } from '../../codec.js'
import { element, xml } from '../../xml.js'
import { bucketSetting } from '../document.js'

export const bucketArchiveDirectRead = bucketSetting({
  noun: 'BucketArchiveDirectRead',
  what: 'whether Archive objects can be read without a restore',
  subresource: 'bucketArchiveDirectRead',
  document: xml('ArchiveDirectReadConfiguration', { enabled: element('Enabled', truth('malformedXml')) }),
  unset: 'noSuchArchiveDirectRead',
})
