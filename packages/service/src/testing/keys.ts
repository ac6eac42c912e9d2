import { randomBytes } from 'node:crypto'
import {
  createBlobCipher,
  keyContext,
  type MasterKey,
  masterKeyOf,
  SALT_BYTES,
  unwrapKey,
  wrapKey,
} from '@bindery/encryption'
import { OssError } from '@bindery/protocol'
import type { CustomerKeys, KeyProvider } from '../domain/bytes/encryption.js'
import type { Encryption, EncryptionChoice } from '../domain/stored/model.js'

/** A key service of one master key and one key of KMS, for all tests. */
export const testKeys: KeyProvider = keysFor({})

function keysFor(customers: CustomerKeys): KeyProvider {
  const wrap = (choice: EncryptionChoice, dataKey: Uint8Array, manifest: string): Encryption => {
    const keyId = choice.algorithm === 'KMS' ? { keyId: choice.keyId ?? 'default' } : {}
    const [wrapping] = wrappingKeys(choice, customers)
    if (wrapping === undefined) throw new OssError('customerKeyNeeded')
    const context = keyContext(manifest, choice.context)
    return { ...choice, ...keyId, dataKey: wrapKey(wrapping, dataKey, context, randomBytes(SALT_BYTES)) }
  }
  return {
    async create(choice, manifest) {
      const dataKey = randomBytes(32)
      return { encryption: wrap(choice, dataKey, manifest), cipher: cipherOfTest(choice, dataKey) }
    },
    async open(encryption, manifest) {
      return cipherOfTest(encryption, unwrap(encryption, manifest, customers))
    },
    async rewrap(encryption, manifest, choice) {
      return wrap(choice, unwrap(encryption, manifest, customers), manifest)
    },
    withCustomerKeys: keysFor,
  }
}

const TEST_MASTER = masterKeyOf(new Uint8Array(32).fill(7))
const TEST_KMS = masterKeyOf(new Uint8Array(32).fill(9))

function wrappingKeys({ algorithm }: EncryptionChoice, { own, source }: CustomerKeys): readonly MasterKey[] {
  if (algorithm !== 'customer') return [algorithm === 'KMS' ? TEST_KMS : TEST_MASTER]
  return [own, source].flatMap((key) => (key === undefined ? [] : [masterKeyOf(key)]))
}

function unwrap(encryption: Encryption, manifest: string, customers: CustomerKeys): Uint8Array {
  const wrapping = wrappingKeys(encryption, customers)
  if (wrapping.length === 0) throw new OssError('customerKeyNeeded')
  for (const one of wrapping) {
    const key = unwrapKey(one, encryption.dataKey, keyContext(manifest, encryption.context))
    if (key !== undefined) return key
  }
  throw new OssError(encryption.algorithm === 'customer' ? 'customerKeyWrong' : 'encryptionKeyForbidden')
}

function cipherOfTest({ algorithm, dataEncryption }: EncryptionChoice, key: Uint8Array) {
  return createBlobCipher(algorithm === 'SM4' || dataEncryption === 'SM4' ? 'sm4-ctr-hmac' : 'aes-256-gcm', key)
}
