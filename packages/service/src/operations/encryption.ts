import { type CustomerKeyInput, chooseEncryption, type EncryptionInput } from '@bindery/protocol'
import type { Awaitable } from '@bindery/storage'
import { findDefaultEncryption } from '../domain/buckets/default-encryption.js'
import type { Domain } from '../domain/domain.js'
import type { BucketRecord, Encryption, EncryptionChoice } from '../domain/stored/model.js'

/** The part of a call that states how its object is to be encrypted. */
interface Stating {
  readonly domain: Domain
  readonly bucket: BucketRecord
  readonly input: EncryptionInput & Pick<CustomerKeyInput, 'customerKey'>
}

/** How a new object is to be encrypted: as its request states, else as its bucket does. Throws keyIdWithoutKms, keyIdEmpty. */
export function chosenEncryption({ domain, bucket, input }: Stating): Awaitable<EncryptionChoice | undefined> {
  if (input.customerKey !== undefined) return { algorithm: 'customer' }
  return chooseEncryption(input) ?? findDefaultEncryption(domain, bucket)
}

/** The headers that show how bytes are encrypted; none of them for plain bytes. */
export function encryptionHeaders(encryption: Encryption | undefined): EncryptionHeaders {
  const { dataEncryption, keyId, context: encryptionContext } = encryption ?? {}
  return { serverSideEncryption: shownAlgorithm(encryption), dataEncryption, encryptionKeyId: keyId, encryptionContext }
}

/** The algorithm as OSS names it; a customer's key is shown by headers of its own. */
export function shownAlgorithm(encryption: Encryption | undefined): EncryptionHeaders['serverSideEncryption'] {
  return encryption?.algorithm === 'customer' ? undefined : encryption?.algorithm
}

/** The headers of bytes that a customer's key encrypts, which S3 shows to a request that brings it; none for others. */
export function customerKeyHeaders(
  encryption: Encryption | undefined,
  { customerKeyDigest }: Pick<CustomerKeyInput, 'customerKeyDigest'>,
): Pick<CustomerKeyInput, 'customerAlgorithm' | 'customerKeyDigest'> {
  return encryption?.algorithm === 'customer' ? { customerAlgorithm: 'AES256', customerKeyDigest } : {}
}

type EncryptionHeaders = { readonly [K in keyof EncryptionInput]-?: EncryptionInput[K] }
