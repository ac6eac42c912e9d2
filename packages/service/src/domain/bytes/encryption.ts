/** Encryption of the bytes of objects: their data keys, and the ciphers that these give. */
import { OssError } from '@bindery/protocol'
import type { Awaitable, BlobCipher } from '@bindery/storage'
import type { Domain } from '../domain.js'
import type { Encryption, EncryptionChoice, WrappedKey } from '../stored/model.js'

/** A data key that was made for a manifest. */
export interface DataKey {
  readonly encryption: Encryption
  readonly cipher: BlobCipher
}

/**
 * Makes and opens data keys. Each is bound to the manifest whose bytes it encrypts: under the id of another it does not
 * open. Throws encryptionKeyNotFound for a key that a choice names, and encryptionKeyForbidden for a disabled or missing one.
 */
export interface KeyProvider {
  create(choice: EncryptionChoice, manifest: string): Promise<DataKey>
  open(encryption: Encryption, manifest: string): Promise<BlobCipher>
  /** The same data key, wrapped as a choice of the same cipher demands. */
  rewrap(encryption: Encryption, manifest: string, choice: EncryptionChoice): Promise<Encryption>
}

type WithKeys = Pick<Domain, 'keys'>

/** Throws kmsServiceNotEnabled. */
export function requireKeys({ keys }: WithKeys): KeyProvider {
  if (keys === undefined) throw new OssError('kmsServiceNotEnabled')
  return keys
}

/** A new data key for a manifest; undefined if its bytes are to be plain. Throws as KeyProvider. */
export function createDataKey(
  domain: WithKeys,
  choice: EncryptionChoice | undefined,
  manifest: string,
): Awaitable<DataKey | undefined> {
  return choice && requireKeys(domain).create(choice, manifest)
}

/** The cipher of a manifest's bytes; undefined if they are plain. Throws as KeyProvider. */
export function cipherFor(
  domain: WithKeys,
  encryption: Encryption | undefined,
  manifest: string,
): Awaitable<BlobCipher | undefined> {
  return encryption && requireKeys(domain).open(encryption, manifest)
}

/** The encryption of bytes with a data key of their own, in an object that is encrypted. */
export function withDataKey(
  encryption: Encryption | undefined,
  dataKey: WrappedKey | undefined,
): Encryption | undefined {
  return encryption && dataKey && { ...encryption, dataKey }
}

/** The field of a record; nothing for plain bytes. */
export function encryptionField(encryption: Encryption | undefined): { readonly encryption?: Encryption } {
  return encryption === undefined ? {} : { encryption }
}

/** Whether bytes that are stored in one way may be named by a record of the other, with their data key wrapped anew. */
export function isSameCipher(one: EncryptionChoice | undefined, other: EncryptionChoice | undefined): boolean {
  return cipherKind(one) === cipherKind(other)
}

function cipherKind(choice: EncryptionChoice | undefined): 'plain' | 'AES' | 'SM4' {
  if (choice === undefined) return 'plain'
  return choice.algorithm === 'SM4' || choice.dataEncryption === 'SM4' ? 'SM4' : 'AES'
}

/** The data key of bytes that a record of another encryption is to name; undefined for plain bytes. Throws as KeyProvider. */
export function rewrapFor(
  domain: WithKeys,
  encryption: Encryption | undefined,
  manifest: string,
  choice: EncryptionChoice | undefined,
): Awaitable<Encryption | undefined> {
  return encryption && choice && requireKeys(domain).rewrap(encryption, manifest, choice)
}
