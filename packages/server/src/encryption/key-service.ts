import {
  availableCiphers,
  type CipherName,
  createBlobCipher,
  DATA_KEY_BYTES,
  type KeyRing,
  keyContext,
  type MasterKey,
  masterKeyIdOf,
  openVersion,
  type RingKey,
  SALT_BYTES,
  unwrapKey,
  wrapKey,
} from '@bindery/encryption'
import { OssError } from '@bindery/protocol'
import type { CustomerKeys, EncryptionChoice, KeyProvider, StoredEncryption } from '@bindery/service'

/** The keys that wrap data keys, and a source of random bytes. */
export interface KeyServiceOptions {
  /** The newest first: it wraps, all unwrap. */
  readonly masters: readonly [MasterKey, ...MasterKey[]]
  /** The keys of KMS, as they are now. */
  readonly ring: () => Promise<KeyRing>
  readonly random: (bytes: number) => Uint8Array
}

/**
 * The key service of a data folder. A data key of AES256 or SM4 is wrapped under a master key, one of KMS under a key of the
 * ring. A wrapped key names what wrapped it, so that it opens as long as that is kept.
 */
export function createKeyService(options: KeyServiceOptions): KeyProvider {
  return new KeyService(options)
}

class KeyService implements KeyProvider {
  readonly #options: KeyServiceOptions
  readonly #customers: CustomerKeys

  constructor(options: KeyServiceOptions, customers: CustomerKeys = {}) {
    this.#options = options
    this.#customers = customers
  }

  withCustomerKeys(keys: CustomerKeys) {
    return new KeyService(this.#options, keys)
  }

  async create(choice: EncryptionChoice, manifest: string) {
    const dataKey = this.#options.random(DATA_KEY_BYTES)
    const encryption = await this.#wrap(choice, dataKey, manifest)
    return { encryption, cipher: createBlobCipher(cipherOf(encryption), dataKey) }
  }

  async open(encryption: StoredEncryption, manifest: string) {
    return createBlobCipher(cipherOf(encryption), await this.#unwrap(encryption, manifest))
  }

  async rewrap(encryption: StoredEncryption, manifest: string, choice: EncryptionChoice) {
    return this.#wrap(choice, await this.#unwrap(encryption, manifest), manifest)
  }

  async #wrap(choice: EncryptionChoice, dataKey: Uint8Array, manifest: string): Promise<StoredEncryption> {
    const { random, masters } = this.#options
    const cipher = cipherOf(choice)
    if (!availableCiphers().includes(cipher)) throw new OssError('encryptionNotSupported', { cipher })
    if (choice.algorithm === 'customer') {
      const { own } = this.#customers
      if (own === undefined) throw new OssError('customerKeyNeeded')
      return { ...choice, dataKey: wrapKey(ofCustomer(own), dataKey, manifest, random(SALT_BYTES)) }
    }
    if (choice.algorithm !== 'KMS') {
      return { ...choice, dataKey: wrapKey(masters[0], dataKey, manifest, random(SALT_BYTES)) }
    }
    const ring = await this.#options.ring()
    const key = choice.keyId === undefined ? ring.default : ring.find(choice.keyId)
    if (key === undefined) throw new OssError('encryptionKeyNotFound', { keyId: choice.keyId ?? 'default' })
    const [newest] = this.#versionsOf(key)
    if (newest === undefined) throw new OssError('encryptionKeyForbidden', { keyId: key.id })
    const context = keyContext(manifest, choice.context)
    return { ...choice, keyId: key.id, dataKey: wrapKey(newest, dataKey, context, random(SALT_BYTES)) }
  }

  async #unwrap(
    { algorithm, keyId, context, dataKey: wrapped }: StoredEncryption,
    manifest: string,
  ): Promise<Uint8Array> {
    if (algorithm === 'customer') return unwrapForCustomer(wrapped, manifest, this.#customers)
    const id = masterKeyIdOf(wrapped)
    const wrapping = (await this.#wrappingKeys(keyId)).find((one) => one.id === id)
    const dataKey = wrapping && unwrapKey(wrapping, wrapped, keyContext(manifest, context))
    if (dataKey === undefined) throw new OssError('encryptionKeyForbidden', { keyId: keyId ?? id ?? 'unknown' })
    return dataKey
  }

  async #wrappingKeys(keyId: string | undefined): Promise<readonly MasterKey[]> {
    if (keyId === undefined) return this.#options.masters
    const key = (await this.#options.ring()).find(keyId)
    return key === undefined ? [] : this.#versionsOf(key)
  }

  /** The newest first; empty for a key that must not be used. */
  #versionsOf({ id, state, versions }: RingKey): readonly MasterKey[] {
    if (state === 'disabled') return []
    return versions.flatMap((version) => openVersion(id, version, this.#options.masters) ?? [])
  }
}

/** Throws customerKeyNeeded, customerKeyWrong. */
function unwrapForCustomer(wrapped: Uint8Array, manifest: string, { own, source }: CustomerKeys): Uint8Array {
  const keys = [own, source].filter((key) => key !== undefined)
  if (keys.length === 0) throw new OssError('customerKeyNeeded')
  for (const key of keys) {
    const dataKey = unwrapKey(ofCustomer(key), wrapped, manifest)
    if (dataKey !== undefined) return dataKey
  }
  throw new OssError('customerKeyWrong')
}

/** A wrapped key names what wraps it, but no hash of a customer's key is stored. */
const ofCustomer = (key: Uint8Array): MasterKey => ({ id: '0'.repeat(16), key })

function cipherOf({ algorithm, dataEncryption }: EncryptionChoice): CipherName {
  return algorithm === 'SM4' || dataEncryption === 'SM4' ? 'sm4-ctr-hmac' : 'aes-256-gcm'
}
