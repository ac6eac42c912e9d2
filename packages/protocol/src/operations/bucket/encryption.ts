import { badArgument, text } from '../../codec.js'
import { element, group, optionalElement, storedOnly, xml } from '../../xml.js'
import { bucketDocument } from '../document.js'
import { dataEncryption, sseAlgorithm } from '../encryption-fields.js'

/** An empty key id counts as missing. */
export const bucketEncryption = bucketDocument({
  noun: 'BucketEncryption',
  what: 'the default encryption',
  subresource: 'encryption',
  document: xml('ServerSideEncryptionRule', {
    byDefault: group('ApplyServerSideEncryptionByDefault', {
      sseAlgorithm: element('SSEAlgorithm', sseAlgorithm),
      kmsMasterKeyId: optionalElement('KMSMasterKeyID', text),
      kmsDataEncryption: optionalElement('KMSDataEncryption', dataEncryption),
    }),
    /** Changes nothing here: it only is returned to S3. */
    bucketKeyEnabled: storedOnly<boolean>(),
  }),
  unset: 'noSuchEncryptionRule',
  check: ({ byDefault, ...others }) => ({ ...others, byDefault: checkEncryption(byDefault) }),
  errors: ['invalidEncryptionAlgorithm', 'invalidDataEncryption', 'keyIdWithoutKms'],
})

/** How new objects of a bucket are encrypted, unless their request chooses otherwise. */
export interface EncryptionRule {
  readonly sseAlgorithm: 'AES256' | 'KMS' | 'SM4'
  readonly kmsMasterKeyId?: string | undefined
  readonly kmsDataEncryption?: 'SM4' | undefined
}

/** Throws keyIdWithoutKms; an empty key id, and an encryption of data that only KMS lets choose, are left out. */
export function checkEncryption({ sseAlgorithm, kmsMasterKeyId, kmsDataEncryption }: EncryptionRule): EncryptionRule {
  if (sseAlgorithm === 'KMS') return { sseAlgorithm, kmsMasterKeyId: kmsMasterKeyId || undefined, kmsDataEncryption }
  if (kmsMasterKeyId) throw badArgument('keyIdWithoutKms', 'KMSMasterKeyID', kmsMasterKeyId)
  return { sseAlgorithm }
}
