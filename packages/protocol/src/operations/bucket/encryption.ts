import { badArgument, oneOf, text } from '../../codec.js'
import { element, group, optionalElement, xml } from '../../xml.js'
import { bucketDocument } from '../document.js'

export const sseAlgorithm = oneOf(['AES256', 'KMS', 'SM4'], 'invalidEncryptionAlgorithm')
export const dataEncryption = oneOf(['SM4'], 'invalidDataEncryption')

/** An empty key id counts as missing. */
export const bucketEncryption = bucketDocument({
  noun: 'BucketEncryption',
  what: 'the default encryption',
  subresource: 'encryption',
  unfinished: true,
  document: xml('ServerSideEncryptionRule', {
    byDefault: group('ApplyServerSideEncryptionByDefault', {
      sseAlgorithm: element('SSEAlgorithm', sseAlgorithm),
      kmsMasterKeyId: optionalElement('KMSMasterKeyID', text),
      kmsDataEncryption: optionalElement('KMSDataEncryption', dataEncryption),
    }),
  }),
  unset: 'noSuchEncryptionRule',
  check: ({ byDefault }) => ({ byDefault: checkEncryption(byDefault) }),
  errors: ['invalidEncryptionAlgorithm', 'invalidDataEncryption', 'keyIdWithoutKms'],
})

/** How what a bucket holds is encrypted, unless its own request says otherwise. */
export interface EncryptionRule {
  readonly sseAlgorithm: 'AES256' | 'KMS' | 'SM4'
  readonly kmsMasterKeyId?: string | undefined
  readonly kmsDataEncryption?: 'SM4' | undefined
}

/** Throws keyIdWithoutKms; an empty key id is left out. */
export function checkEncryption({ sseAlgorithm, kmsMasterKeyId, kmsDataEncryption }: EncryptionRule): EncryptionRule {
  if (!kmsMasterKeyId) return { sseAlgorithm, kmsDataEncryption }
  if (sseAlgorithm !== 'KMS') throw badArgument('keyIdWithoutKms', 'KMSMasterKeyID', kmsMasterKeyId)
  return { sseAlgorithm, kmsMasterKeyId, kmsDataEncryption }
}
