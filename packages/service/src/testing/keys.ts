import { randomBytes } from 'node:crypto'
import { createBlobCipher, masterKeyOf, SALT_BYTES, unwrapKey, wrapKey } from '@bindery/encryption'
import { OssError } from '@bindery/protocol'
import type { KeyProvider } from '../domain/bytes/encryption.js'
import type { EncryptionChoice } from '../domain/stored/model.js'

/** A key service of one master key, for all tests. */
export const testKeys: KeyProvider = {
  async create(choice, manifest) {
    const dataKey = randomBytes(32)
    const encryption = { ...choice, ...(choice.algorithm === 'KMS' && { keyId: choice.keyId ?? 'default' }) }
    return {
      encryption: { ...encryption, dataKey: wrapTestKey(dataKey, manifest) },
      cipher: cipherOfTest(choice, dataKey),
    }
  },
  async open(encryption, manifest) {
    return cipherOfTest(encryption, unwrapTestKey(encryption.dataKey, manifest))
  },
  async rewrap({ dataKey }, manifest, choice) {
    const keyId = choice.algorithm === 'KMS' ? { keyId: choice.keyId ?? 'default' } : {}
    return { ...choice, ...keyId, dataKey: wrapTestKey(unwrapTestKey(dataKey, manifest), manifest) }
  },
}

const TEST_MASTER = masterKeyOf(new Uint8Array(32).fill(7))

const wrapTestKey = (key: Uint8Array, manifest: string) => wrapKey(TEST_MASTER, key, manifest, randomBytes(SALT_BYTES))

function unwrapTestKey(wrapped: Uint8Array, manifest: string): Uint8Array {
  const key = unwrapKey(TEST_MASTER, wrapped, manifest)
  if (key === undefined) throw new OssError('encryptionKeyForbidden')
  return key
}

function cipherOfTest({ algorithm, dataEncryption }: EncryptionChoice, key: Uint8Array) {
  return createBlobCipher(algorithm === 'SM4' || dataEncryption === 'SM4' ? 'sm4-ctr-hmac' : 'aes-256-gcm', key)
}
