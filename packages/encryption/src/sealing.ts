import { createCipheriv, createDecipheriv } from 'node:crypto'
import { deriveKey } from './derive-key.js'
import type { MasterKey } from './master-key.js'
import { SALT_BYTES } from './wrapping.js'

/**
 * Sealed bytes: version (1 byte), id of the master key (8), salt (32), the bytes encrypted by AES-256-GCM, tag (16). As in a
 * wrapped key the salt is random, and with the context it makes a key that encrypts this text alone: so its nonce may be zero.
 */
const VERSION = 1
const ID_AT = 1
const SALT_AT = 9
const TEXT_AT = SALT_AT + SALT_BYTES
const TAG_BYTES = 16

const NONCE = new Uint8Array(12)

/** Seals and opens short secrets under master keys. */
export interface Sealer {
  /** Encrypts bytes, bound to a context: only with the same context can they be opened. */
  seal(bytes: Uint8Array, context: string): Uint8Array
  /** The bytes that were sealed; undefined if the text was changed, belongs to another context, or needs a master key that is missing. */
  open(sealed: Uint8Array, context: string): Uint8Array | undefined
}

/**
 * Seals under the first key, and opens under any.
 * @param random returns that many random bytes
 */
export function createSealer(
  masters: readonly [MasterKey, ...MasterKey[]],
  random: (bytes: number) => Uint8Array,
): Sealer {
  return {
    seal: (bytes, context) => seal(masters[0], bytes, context, random(SALT_BYTES)),
    open: (sealed, context) => open(masters, sealed, context),
  }
}

function seal(master: MasterKey, bytes: Uint8Array, context: string, salt: Uint8Array): Uint8Array {
  const sealed = Buffer.alloc(TEXT_AT + bytes.length + TAG_BYTES)
  sealed[0] = VERSION
  sealed.write(master.id, ID_AT, 'hex')
  sealed.set(salt, SALT_AT)
  const cipher = createCipheriv('aes-256-gcm', deriveKey(master.key, 'sealed', context, 32, salt), NONCE)
  cipher.setAAD(sealed.subarray(0, SALT_AT))
  sealed.set(cipher.update(bytes), TEXT_AT)
  cipher.final()
  sealed.set(cipher.getAuthTag(), TEXT_AT + bytes.length)
  return new Uint8Array(sealed)
}

function open(masters: readonly MasterKey[], sealed: Uint8Array, context: string): Uint8Array | undefined {
  const tagAt = sealed.length - TAG_BYTES
  if (tagAt < TEXT_AT || sealed[0] !== VERSION) return undefined
  const id = Buffer.from(sealed.subarray(ID_AT, SALT_AT)).toString('hex')
  const master = masters.find((one) => one.id === id)
  if (master === undefined) return undefined
  const key = deriveKey(master.key, 'sealed', context, 32, sealed.subarray(SALT_AT, TEXT_AT))
  const cipher = createDecipheriv('aes-256-gcm', key, NONCE, { authTagLength: TAG_BYTES })
  cipher.setAAD(sealed.subarray(0, SALT_AT))
  cipher.setAuthTag(sealed.subarray(tagAt))
  const bytes = cipher.update(sealed.subarray(TEXT_AT, tagAt))
  try {
    cipher.final()
  } catch {
    return undefined
  }
  return new Uint8Array(bytes)
}
