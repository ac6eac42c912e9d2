import { choiceOf, chooseEncryption, type EncryptionInput } from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import { findDocument } from '../domain/buckets/documents.js'
import type { Domain } from '../domain/domain.js'
import type { BucketRecord, Encryption, EncryptionChoice } from '../domain/stored/model.js'

/** The part of a call that states how its object is to be encrypted. */
interface Stating {
  readonly domain: Domain
  readonly bucket: BucketRecord
  readonly input: EncryptionInput
}

/** How a new object is to be encrypted: as its request states, else as its bucket does. Throws keyIdWithoutKms, keyIdEmpty. */
export function chosenEncryption({ domain, bucket, input }: Stating): Awaitable<EncryptionChoice | undefined> {
  const stated = chooseEncryption(input)
  if (stated !== undefined || bucket.documents?.encryption === undefined) return stated
  return andThen(findDocument(domain, bucket.name, 'encryption'), (rule) => rule && choiceOf(rule.byDefault))
}

/** The headers that show how bytes are encrypted; none of them for plain bytes. */
export function encryptionHeaders(encryption: Encryption | undefined): EncryptionHeaders {
  const { algorithm, dataEncryption, keyId } = encryption ?? {}
  return { serverSideEncryption: algorithm, dataEncryption, encryptionKeyId: keyId }
}

type EncryptionHeaders = { readonly [K in keyof EncryptionInput]-?: EncryptionInput[K] }
