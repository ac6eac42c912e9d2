import { createHash, hash } from 'node:crypto'
import { crc64Combine } from '@bindery/bytes'
import { crc64 } from './crc64.js'
import type { Digest } from './stream-digest.js'

/** The digest of a stream of bytes, computed where it is called. */
export interface Digester {
  /** Takes the next bytes and returns the CRC-64 of these alone. */
  update(bytes: Uint8Array): bigint
  /** Called once, at the end. */
  finish(): Digest
}

export function createDigester(): Digester {
  const md5 = createHash('md5')
  let whole = 0n
  let length = 0
  return {
    update(bytes) {
      md5.update(bytes)
      const own = crc64(bytes)
      whole = length === 0 ? own : crc64Combine(whole, own, bytes.length)
      length += bytes.length
      return own
    },
    finish: () => ({ md5: md5.digest(), crc64: whole }),
  }
}

/** The digest of bytes, computed where it is called. */
export function digestOf(bytes: Uint8Array): Digest {
  return { md5: hash('md5', bytes, 'buffer'), crc64: crc64(bytes) }
}
