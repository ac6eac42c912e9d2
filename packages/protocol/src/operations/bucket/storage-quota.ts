import { integer, oneOf } from '../../codec.js'
import { element, xml } from '../../xml.js'
import { bucketDocument } from '../document.js'

/** Strict refuses writes beyond the capacity; Warning refuses nothing. */
export const bucketStorageQuota = bucketDocument({
  noun: 'BucketStorageQuota',
  what: 'the capacity in bytes',
  subresource: 'quota',
  document: xml('QuotaConfiguration', {
    storageQuota: element('StorageQuota', integer(0, Number.MAX_SAFE_INTEGER)),
    mode: element('Mode', oneOf(['Strict', 'Warning'], 'malformedXml')),
  }),
  unset: 'noSuchStorageQuota',
  errors: ['invalidArgument'],
})
