import type { BlobCipher, ChunkCipher } from '@bindery/storage'
import { deriveKey } from './derive-key.js'
import { beginText, type CipherName, decryptFrom, KEY_BYTES, nonceOf } from './text-cipher.js'

/** Bytes of a data key, whatever the cipher: its keys are derived from it. */
export const DATA_KEY_BYTES = 32

/**
 * The cipher of all blobs under one data key. Each has a key of its own, derived from its name, under which chunk n has
 * the nonce n: a name is never used for two texts, so no nonce is used twice.
 */
export function createBlobCipher(name: CipherName, dataKey: Uint8Array): BlobCipher {
  return {
    forBlob: (blob) => chunkCipher(name, deriveKey(dataKey, 'blob', `${name} ${blob}`, KEY_BYTES[name])),
  }
}

function chunkCipher(name: CipherName, key: Uint8Array): ChunkCipher {
  return {
    encrypt(index) {
      const text = beginText(name, true, key, nonceOf(index))
      return { update: (bytes) => text.update(bytes), finish: async () => text.finish() }
    },
    decrypt(index, offset = 0) {
      if (offset > 0) {
        const decrypt = decryptFrom(name, key, nonceOf(index), offset)
        return { update: async (bytes) => decrypt(bytes), verify: async () => false }
      }
      const text = beginText(name, false, key, nonceOf(index))
      return { update: (bytes) => text.update(bytes), verify: async (tag) => text.verify(tag) }
    },
  }
}
