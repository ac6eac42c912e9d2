import { hex, stringToBytes } from '@bindery/bytes'
import type { Digests } from '../digests.js'

/**
 * The signature of the fourth versions, OSS's and AWS's, in lower-case hex: the HMAC-SHA256 of a head and of the SHA-256 of a text, which
 * follows in lower-case hex. Head and text are byte strings.
 */
export function signatureOfDigest(signingKey: Uint8Array, head: string, text: string, digests: Digests): string {
  if (digests.signDigest !== undefined) return digests.signDigest(signingKey, head, text)
  const digest = hex(digests.sha256(passingBytes(text)))
  return hex(digests.hmacSha256(signingKey, passingBytes(head + digest)))
}

const passing = new Uint8Array(1024)

/** The bytes of a byte string, valid until the next call: allocating them costs more than hashing them. */
function passingBytes(value: string): Uint8Array {
  if (value.length > passing.length) return stringToBytes(value)
  for (let index = 0; index < value.length; index += 1) passing[index] = value.charCodeAt(index)
  return passing.subarray(0, value.length)
}
