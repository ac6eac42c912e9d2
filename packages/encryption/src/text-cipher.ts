import { createCipheriv, createDecipheriv, createHmac, getCiphers, timingSafeEqual } from 'node:crypto'
import { type CipherName, nativeEngine } from '@bindery/digest'
import { CIPHER_BLOCK_BYTES, CIPHER_TAG_BYTES, StorageError } from '@bindery/storage'

export type { CipherName }

/** Bytes of a cipher's key; that of SM4 is followed by the key of its HMAC. */
export const KEY_BYTES: Readonly<Record<CipherName, number>> = { 'aes-256-gcm': 32, 'sm4-ctr-hmac': 48 }

const SM4_KEY_BYTES = 16
const NONCE_BYTES = 12

/** The ciphers that the OpenSSL of this Node.js has. Some builds are without SM4. */
export function availableCiphers(): readonly CipherName[] {
  return getCiphers().includes('sm4-ctr') ? ['aes-256-gcm', 'sm4-ctr-hmac'] : ['aes-256-gcm']
}

/** One text that is encrypted or decrypted in place, piece by piece, and its tag. */
export interface TextCipher {
  update(bytes: Uint8Array): Promise<void>
  /** The tag of the encrypted text, which ends. */
  finish(): Uint8Array
  /** Whether a tag is that of the decrypted text, which ends. */
  verify(tag: Uint8Array): boolean
}

/** The nonce of a text that has a number of its own under its key. */
export function nonceOf(number: number): Uint8Array {
  const nonce = Buffer.alloc(NONCE_BYTES)
  nonce.writeUInt32BE(number, NONCE_BYTES - 4)
  return nonce
}

/** Encrypts by the addon, off the event loop, if it is there and has the cipher. */
export function beginText(name: CipherName, encrypts: boolean, key: Uint8Array, nonce: Uint8Array): TextCipher {
  const engine = nativeEngine()
  return engine?.ciphers.includes(name)
    ? engine.createCipher(name, encrypts, key, nonce)
    : beginHere(name, encrypts, key, nonce)
}

/** Encrypts on the caller's thread. Throws StorageError `misuse` if there is no such cipher here. */
export function beginHere(name: CipherName, encrypts: boolean, key: Uint8Array, nonce: Uint8Array): TextCipher {
  if (!availableCiphers().includes(name)) throw new StorageError('misuse', `this Node.js has no cipher ${name}`)
  if (name === 'aes-256-gcm') return encrypts ? encryptGcm(key, nonce) : decryptGcm(key, nonce)
  return beginSm4(encrypts, key, nonce)
}

function encryptGcm(key: Uint8Array, nonce: Uint8Array): TextCipher {
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  return {
    update: async (bytes) => bytes.set(cipher.update(bytes)),
    finish() {
      cipher.final()
      return cipher.getAuthTag()
    },
    verify: () => false,
  }
}

function decryptGcm(key: Uint8Array, nonce: Uint8Array): TextCipher {
  const cipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: CIPHER_TAG_BYTES })
  return {
    update: async (bytes) => bytes.set(cipher.update(bytes)),
    finish: () => new Uint8Array(),
    verify(tag) {
      if (tag.length !== CIPHER_TAG_BYTES) return false
      try {
        cipher.setAuthTag(tag)
        cipher.final()
        return true
      } catch {
        return false
      }
    },
  }
}

function beginSm4(encrypts: boolean, key: Uint8Array, nonce: Uint8Array): TextCipher {
  const cipher = createCipheriv('sm4-ctr', key.subarray(0, SM4_KEY_BYTES), counterAt(nonce, 0))
  const hmac = createHmac('sha256', key.subarray(SM4_KEY_BYTES)).update(nonce)
  const finish = () => hmac.digest().subarray(0, CIPHER_TAG_BYTES)
  return {
    async update(bytes) {
      // the tag is that of the encrypted bytes
      if (!encrypts) hmac.update(bytes)
      bytes.set(cipher.update(bytes))
      if (encrypts) hmac.update(bytes)
    },
    finish,
    verify: (tag) => tag.length === CIPHER_TAG_BYTES && timingSafeEqual(finish(), tag),
  }
}

/** The counter of GCM's first block: that of 1 is for the tag. */
const FIRST_BLOCK_OF_GCM = 2

/**
 * Decrypts a text from an offset on, a multiple of `CIPHER_BLOCK_BYTES`, without authenticating it: both ciphers are
 * counters underneath.
 */
export function decryptFrom(
  name: CipherName,
  key: Uint8Array,
  nonce: Uint8Array,
  offset: number,
): (bytes: Uint8Array) => void {
  const block = offset / CIPHER_BLOCK_BYTES
  const cipher =
    name === 'aes-256-gcm'
      ? createDecipheriv('aes-256-ctr', key, counterAt(nonce, FIRST_BLOCK_OF_GCM + block))
      : createDecipheriv('sm4-ctr', key.subarray(0, SM4_KEY_BYTES), counterAt(nonce, block))
  return (bytes) => bytes.set(cipher.update(bytes))
}

function counterAt(nonce: Uint8Array, block: number): Buffer {
  const counter = Buffer.alloc(NONCE_BYTES + 4)
  counter.set(nonce)
  counter.writeUInt32BE(block, NONCE_BYTES)
  return counter
}
