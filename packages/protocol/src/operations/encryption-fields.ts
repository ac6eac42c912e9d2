/** Server-side encryption in the headers of requests and responses. */
import { badArgument, oneOf, text } from '../codec.js'
import type { Cause } from '../errors/catalogue.js'
import { OssError } from '../errors/oss-error.js'
import { header, optional, optionalEvenEmpty } from '../field.js'
import { refuseHeader } from '../operation.js'

/** The method of server-side encryption. Throws invalidEncryptionAlgorithm. */
export const sseAlgorithm = {
  ...oneOf(['AES256', 'KMS', 'SM4'], 'invalidEncryptionAlgorithm'),
  spelled: 'sseAlgorithm',
} as const
/** The cipher of the bytes under KMS; absent: AES-256. Throws invalidDataEncryption. */
export const dataEncryption = oneOf(['SM4'], 'invalidDataEncryption')

const keyId = header('x-oss-server-side-encryption-key-id', { ...text, spelled: 'keyId' })

/** How an object is to be encrypted; `chooseEncryption` checks the fields together. */
export const encryptionInput = {
  serverSideEncryption: optional(header('x-oss-server-side-encryption', sseAlgorithm)),
  dataEncryption: optional(header('x-oss-server-side-data-encryption', dataEncryption)),
  encryptionKeyId: optionalEvenEmpty(keyId),
}

/** How an object is encrypted: absent where its bytes are plain. */
export const encryptionOutput = {
  serverSideEncryption: encryptionInput.serverSideEncryption,
  dataEncryption: encryptionInput.dataEncryption,
  encryptionKeyId: optional(keyId),
}

/** Causes of a request for encryption. */
export const ENCRYPTION_CAUSES = [
  'keyIdWithoutKms',
  'keyIdEmpty',
  'encryptionKeyNotFound',
  'encryptionKeyForbidden',
  'encryptionNotSupported',
  'kmsServiceNotEnabled',
  'customerKeyNeeded',
] as const satisfies readonly Cause[]

/** Causes of reading encrypted bytes. */
export const DECRYPTION_CAUSES = [
  'encryptionKeyForbidden',
  'kmsServiceNotEnabled',
  'customerKeyNeeded',
] as const satisfies readonly Cause[]

/** A context of keys is not kept. */
export const refuseEncryptionContext = refuseHeader('x-oss-server-side-encryption-context')

/** How bytes are to be encrypted. */
export interface EncryptionChoice {
  readonly algorithm: 'AES256' | 'KMS' | 'SM4'
  /** A key of the key service; absent: its default key. For KMS only. */
  readonly keyId?: string
  readonly dataEncryption?: 'SM4'
  /** The text that the data key is bound to; for KMS only. */
  readonly context?: string
}

/** The values of `encryptionInput`. */
export interface EncryptionInput {
  readonly serverSideEncryption?: 'AES256' | 'KMS' | 'SM4' | undefined
  readonly dataEncryption?: 'SM4' | undefined
  readonly encryptionKeyId?: string | undefined
  readonly encryptionContext?: string | undefined
}

/** The choice that headers state; undefined if they state none. Throws keyIdWithoutKms, keyIdEmpty, encryptionContextWithoutKms. */
export function chooseEncryption(input: EncryptionInput): EncryptionChoice | undefined {
  const { serverSideEncryption: algorithm, dataEncryption, encryptionKeyId: keyId, encryptionContext: context } = input
  if (algorithm !== 'KMS') {
    if (keyId) throw badArgument('keyIdWithoutKms', 'x-oss-server-side-encryption-key-id', keyId)
    if (context !== undefined) throw new OssError('encryptionContextWithoutKms')
    return algorithm && { algorithm }
  }
  if (keyId === '') throw badArgument('keyIdEmpty', 'x-oss-server-side-encryption-key-id', keyId)
  const bound = context !== undefined && { context }
  return { algorithm, ...(keyId !== undefined && { keyId }), ...(dataEncryption && { dataEncryption }), ...bound }
}
