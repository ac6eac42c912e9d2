import { createCipheriv, createDecipheriv } from 'node:crypto'
import { deriveKey } from './derive-key.js'
import type { MasterKey } from './master-key.js'

/**
 * A wrapped key: version (1 byte), id of the master key (8), salt (32), the key encrypted (32), tag (16). The salt is
 * random, and with the context it makes a key that encrypts this text alone: so its nonce may be zero.
 */
const VERSION = 1
const ID_AT = 1
const SALT_AT = 9
const TEXT_AT = 41
const TAG_AT = 73
const WRAPPED_BYTES = 89

/** Bytes of the salt that `wrapKey` takes. */
export const SALT_BYTES = TEXT_AT - SALT_AT

const NONCE = new Uint8Array(12)

/**
 * Encrypts a 32-byte key under a master key, bound to a context: only with the same context can it be unwrapped.
 * @param salt `SALT_BYTES` random bytes, new for each call
 */
export function wrapKey(master: MasterKey, key: Uint8Array, context: string, salt: Uint8Array): Uint8Array {
  const wrapped = Buffer.alloc(WRAPPED_BYTES)
  wrapped[0] = VERSION
  wrapped.write(master.id, ID_AT, 'hex')
  wrapped.set(salt, SALT_AT)
  const cipher = createCipheriv('aes-256-gcm', wrappingKey(master, context, salt), NONCE)
  cipher.setAAD(wrapped.subarray(0, SALT_AT))
  wrapped.set(cipher.update(key), TEXT_AT)
  cipher.final()
  wrapped.set(cipher.getAuthTag(), TAG_AT)
  return new Uint8Array(wrapped)
}

/** The context of the data key of a manifest, which its writer may bind to a text of its own. */
export function keyContext(manifest: string, text: string | undefined): string {
  return text === undefined ? manifest : `${manifest}\n${text}`
}

/** The id of the master key that a wrapped key needs; undefined if the bytes are not a wrapped key. */
export function masterKeyIdOf(wrapped: Uint8Array): string | undefined {
  if (wrapped.length !== WRAPPED_BYTES || wrapped[0] !== VERSION) return undefined
  return Buffer.from(wrapped.subarray(ID_AT, SALT_AT)).toString('hex')
}

/** The key that `wrapKey` has encrypted; undefined if it was changed or belongs to another context. */
export function unwrapKey(master: MasterKey, wrapped: Uint8Array, context: string): Uint8Array | undefined {
  if (masterKeyIdOf(wrapped) !== master.id) return undefined
  const salt = wrapped.subarray(SALT_AT, TEXT_AT)
  const cipher = createDecipheriv('aes-256-gcm', wrappingKey(master, context, salt), NONCE)
  cipher.setAAD(wrapped.subarray(0, SALT_AT))
  cipher.setAuthTag(wrapped.subarray(TAG_AT))
  const key = cipher.update(wrapped.subarray(TEXT_AT, TAG_AT))
  try {
    cipher.final()
  } catch {
    return undefined
  }
  return new Uint8Array(key)
}

function wrappingKey({ key }: MasterKey, context: string, salt: Uint8Array): Uint8Array {
  return deriveKey(key, 'data key', context, 32, salt)
}
