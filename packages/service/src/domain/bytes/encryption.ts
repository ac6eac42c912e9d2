/** Encryption of the bytes of objects: their data keys, and the ciphers that these give. */
import { OssError } from '@bindery/protocol'
import { type Awaitable, andThen, type BlobCipher } from '@bindery/storage'
import type { Domain } from '../domain.js'
import type { Encryption, EncryptionChoice, WrappedKey } from '../stored/model.js'

/** A data key that was made for a manifest. */
export interface DataKey {
  readonly encryption: Encryption
  readonly cipher: BlobCipher
}

/** The keys of customers that a request brings, 32 bytes each. */
export interface CustomerKeys {
  /** That of the object which it reads or writes. */
  readonly own?: Uint8Array
  /** That of the object which it copies. */
  readonly source?: Uint8Array
}

/**
 * Makes and opens data keys. Each is bound to the manifest whose bytes it encrypts: under the id of another it does not
 * open. Throws encryptionKeyNotFound for a key that a choice names, encryptionKeyForbidden for a disabled or missing one,
 * and customerKeyNeeded or customerKeyWrong where the customer's key is missing or another.
 */
export interface KeyProvider {
  create(choice: EncryptionChoice, manifest: string): Promise<DataKey>
  open(encryption: Encryption, manifest: string): Promise<BlobCipher>
  /** The same data key, wrapped as a choice of the same cipher demands. */
  rewrap(encryption: Encryption, manifest: string, choice: EncryptionChoice): Promise<Encryption>
  /** The same provider for a request that brings keys: data keys of `customer` are wrapped under `own`, and opened by either. */
  withCustomerKeys(keys: CustomerKeys): KeyProvider
}

type WithKeys = Pick<Domain, 'keys'>

/** The key service of a domain. Throws kmsServiceNotEnabled. */
export function requireKeys({ keys }: WithKeys): KeyProvider {
  if (keys === undefined) throw new OssError('kmsServiceNotEnabled')
  return keys
}

/** The domain as a request sees it that brings keys of its own. Throws kmsServiceNotEnabled. */
export function withCustomerKeys<D extends WithKeys>(domain: D, keys: CustomerKeys): D {
  return { ...domain, keys: requireKeys(domain).withCustomerKeys(keys) }
}

/**
 * Checks that a request brings a customer's key where an object needs one, and only there; `verifyCustomerKey` checks
 * that it is the right one. Throws customerKeyNeeded, customerKeyNotNeeded.
 */
export function requireCustomerKey(encryption: Encryption | undefined, key: Uint8Array | undefined): void {
  const isNeeded = encryption?.algorithm === 'customer'
  if (isNeeded !== (key !== undefined)) throw new OssError(isNeeded ? 'customerKeyNeeded' : 'customerKeyNotNeeded')
}

/**
 * Checks that a request brings the customer's key of an object. Throws as requireCustomerKey, and customerKeyWrong.
 */
export function verifyCustomerKey(
  domain: WithKeys,
  encryption: Encryption | undefined,
  manifest: string,
  key: Uint8Array | undefined,
): Awaitable<void> {
  requireCustomerKey(encryption, key)
  return key && andThen(cipherFor(domain, encryption, manifest), () => undefined)
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

/**
 * Whether bytes that are stored in one way may be named by a record of the other, with their data key wrapped again.
 */
export function isSameCipher(one: EncryptionChoice | undefined, other: EncryptionChoice | undefined): boolean {
  return cipherKind(one) === cipherKind(other)
}

/**
 * Whether data keys of one encryption open as those of the other: only the key of a record is wrapped again for a copy.
 */
export function isSameWrapping(one: EncryptionChoice | undefined, other: EncryptionChoice | undefined): boolean {
  if (one?.algorithm === 'customer' || one?.algorithm !== other?.algorithm) return one === other
  return one?.keyId === other?.keyId && one?.context === other?.context
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
