import { hkdfSync } from 'node:crypto'

/**
 * A key for one purpose and context, by HKDF with SHA-256 (RFC 5869). It reveals neither the key that it comes from nor
 * the key for another context.
 * @param context no two things that must have different keys share one
 */
export function deriveKey(
  key: Uint8Array,
  purpose: 'blob' | 'data key' | 'sealed',
  context: string,
  bytes: number,
  salt: Uint8Array = new Uint8Array(),
): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, salt, `bindery ${purpose}\0${context}`, bytes))
}
