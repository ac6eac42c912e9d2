/**
 * Blobs whose bytes are in their id: they are as durable as the record that refers to them, and are deleted with it.
 *
 *     plain         <incarnation>-<counter>~<base64url of CRC-64 and bytes>
 *     encrypted     <incarnation>-<counter>.e~<base64url of CRC-64, CRC-64 before encryption, tag and bytes>
 *
 * The first checksum covers everything after it.
 */
import { crc64 } from '@bindery/digest'
import type { BlobId } from './blob-store.js'
import { type BlobCipher, CIPHER_TAG_BYTES, encryptChunk } from './chunk-cipher.js'
import { rethrowCipherFailure } from './hash-failure.js'
import { StorageError } from './storage-error.js'

/**
 * Bytes of the largest blob that its id carries: a larger one would make the record exceed the two pages of the
 * metadata store that a slot in a pack takes as well.
 */
export const INLINE_BYTES_MAX = 4096

const CHECKSUM_BYTES = 8
/** The bytes between the checksum and the blob of an encrypted one. */
const ENCRYPTION_BYTES = CHECKSUM_BYTES + CIPHER_TAG_BYTES
const PLACE = /^[0-9a-z]{1,64}-[0-9a-f]{12}(\.e)?$/
/** Characters of base64 for the checksum alone. */
const TEXT_LENGTH_MIN = 11

/**
 * The id of a blob that it carries.
 * @param name `<incarnation>-<counter>`
 * @param bytes at most `INLINE_BYTES_MAX`
 */
export function inlineIdOf(name: string, bytes: Uint8Array, checksum: bigint): BlobId {
  return `${name}~${carrying(bytes, checksum)}`
}

/** As `inlineIdOf`; the bytes are encrypted in place. */
export async function encryptedInlineIdOf(
  name: string,
  bytes: Uint8Array,
  checksum: bigint,
  cipher: BlobCipher,
): Promise<BlobId> {
  const tag = await rethrowCipherFailure(encryptChunk(cipher.forBlob(name), 0, bytes))
  const carried = Buffer.alloc(ENCRYPTION_BYTES + bytes.length)
  carried.writeBigUInt64BE(checksum)
  carried.set(tag, CHECKSUM_BYTES)
  carried.set(bytes, ENCRYPTION_BYTES)
  return `${name}.e~${carrying(carried, crc64(carried))}`
}

const carrier = Buffer.alloc(CHECKSUM_BYTES + ENCRYPTION_BYTES + INLINE_BYTES_MAX)

function carrying(bytes: Uint8Array, checksum: bigint): string {
  carrier.writeBigUInt64BE(checksum)
  carrier.set(bytes, CHECKSUM_BYTES)
  return carrier.toString('base64url', 0, CHECKSUM_BYTES + bytes.length)
}

/** The stored data about the encryption of each chunk of a blob. */
export interface ChunkEncryptions {
  /** CRC-64 of the chunk as stored, which is checked where the key is missing. */
  readonly stored: readonly bigint[]
  /** `CIPHER_TAG_BYTES` each. */
  readonly tags: readonly Uint8Array[]
}

/** A blob in its id: one chunk. */
export interface InlineBlob {
  /** As they are stored. */
  readonly bytes: Uint8Array
  /** Before they were encrypted. */
  readonly crc64: bigint
  readonly encryption: ChunkEncryptions | undefined
}

/** The blob that an id carries, or undefined if it carries none. Throws StorageError `corrupt`. */
export function inlineBlobOf(id: BlobId): InlineBlob | undefined {
  const tilde = id.indexOf('~')
  if (tilde === -1 || id.length - tilde <= TEXT_LENGTH_MIN) return undefined
  const location = PLACE.exec(id.slice(0, tilde))
  if (location === null) return undefined
  const isEncrypted = location[1] !== undefined
  // characters outside base64 are skipped, and then the checksum does not match
  const carried = Buffer.from(id.slice(tilde + 1), 'base64url')
  const size = carried.length - CHECKSUM_BYTES - (isEncrypted ? ENCRYPTION_BYTES : 0)
  if (size < 0 || size > INLINE_BYTES_MAX) return undefined
  const checksum = carried.readBigUInt64BE()
  const rest = carried.subarray(CHECKSUM_BYTES)
  if (crc64(rest) !== checksum) {
    throw new StorageError('corrupt', 'the bytes in the id of a blob do not match their checksum')
  }
  if (!isEncrypted) return { bytes: rest, crc64: checksum, encryption: undefined }
  const bytes = rest.subarray(ENCRYPTION_BYTES)
  const encryption = { stored: [crc64(bytes)], tags: [rest.subarray(CHECKSUM_BYTES, ENCRYPTION_BYTES)] }
  return { bytes, crc64: rest.readBigUInt64BE(), encryption }
}
