import { integer, oneOf } from '../../codec.js'
import { element, optionalElement, xml } from '../../xml.js'
import { bucketDocument } from '../document.js'

const amount = integer(0, Number.MAX_SAFE_INTEGER)

/** Strict refuses writes beyond a limit; Warning refuses nothing. OSS has the capacity alone. */
export const bucketStorageQuota = bucketDocument({
  noun: 'BucketStorageQuota',
  what: 'the capacity in bytes, and limits of objects and incomplete uploads,',
  subresource: 'quota',
  document: xml('QuotaConfiguration', {
    storageQuota: element('StorageQuota', amount),
    mode: element('Mode', oneOf(['Strict', 'Warning'], 'malformedXml')),
    objects: optionalElement('ExtObjects', amount),
    uploads: optionalElement('ExtUploads', amount),
    partBytes: optionalElement('ExtPartBytes', amount),
  }),
  unset: 'noSuchStorageQuota',
  errors: ['invalidArgument'],
})
