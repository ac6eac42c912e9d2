import type { Digest, DigestName } from './stream-digest.js'

/** Places of the digest of other bytes in bytes that describe them. All numbers there are big-endian. */
export interface Blanks {
  /** Both places of the CRC-64. */
  readonly crc64: readonly [number, number]
  readonly md5: number
  /**
   * The place of the CRC-64 of everything before it. Until it is filled, the CRC-64 that this one continues lies there, such as
   * that of a name.
   */
  readonly end: number
}

/** Bytes that are hashed, and those that describe them, whose blanks are to be filled. */
export interface Unsealed {
  readonly bytes: Uint8Array
  /** The names of those that are requested besides MD5 and CRC-64. */
  readonly digests: readonly DigestName[]
  readonly footer: Uint8Array
  readonly blanks: Blanks
}

/** The outcome of an append. */
export interface Appended {
  /** The time of the sync, or 0 if another call has reported it. */
  readonly milliseconds: number
  /** The digest of the bytes that were to be sealed. */
  readonly digest?: Digest
}
