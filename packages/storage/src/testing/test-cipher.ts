import { createCipheriv, createHash, createHmac } from 'node:crypto'
import { type BlobCipher, CIPHER_BLOCK_BYTES, CIPHER_TAG_BYTES } from '../chunk-cipher.js'

/** A cipher for tests of engines: AES-CTR, and a tag by HMAC over what is stored, under a key for each blob and chunk. */
export function testCipher(secret: string): BlobCipher {
  return {
    forBlob: (name) => ({
      encrypt(index) {
        const key = keyOf(secret, name, index)
        const stream = createCipheriv('aes-256-ctr', key, counterAt(0))
        const tag = createHmac('sha256', key)
        return {
          async update(bytes) {
            bytes.set(stream.update(bytes))
            tag.update(bytes)
          },
          finish: async () => tag.digest().subarray(0, CIPHER_TAG_BYTES),
        }
      },
      decrypt(index, offset = 0) {
        const key = keyOf(secret, name, index)
        const stream = createCipheriv('aes-256-ctr', key, counterAt(offset))
        const tag = createHmac('sha256', key)
        return {
          async update(bytes) {
            tag.update(bytes)
            bytes.set(stream.update(bytes))
          },
          verify: async (expected) => tag.digest().subarray(0, CIPHER_TAG_BYTES).equals(expected),
        }
      },
    }),
  }
}

function keyOf(secret: string, name: string, index: number): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([secret, name, index]))
    .digest()
}

function counterAt(offset: number): Buffer {
  const counter = Buffer.alloc(CIPHER_BLOCK_BYTES)
  counter.writeUInt32BE(offset / CIPHER_BLOCK_BYTES, CIPHER_BLOCK_BYTES - 4)
  return counter
}
