/**
 * Blobs whose bytes are in their id: `<incarnation>-<counter>~<base64url of CRC-64 and bytes>`. They are as durable as the
 * record that names them, and go with it.
 */
import { crc64 } from '@bindery/digest'
import { type BlobId, StorageError } from '@bindery/storage'
import { type BlobPlace, blobIdOf } from './blob-place.js'

/**
 * Bytes of the largest blob that its id carries: beyond, a record would be more than the two pages of the metadata
 * store that a slot in a pack takes as well.
 */
export const INLINE_BYTES_MAX = 4096

const CHECKSUM_BYTES = 8
const PLACE = /^[0-9a-z]{1,64}-[0-9a-f]{12}$/
/** Characters of base64 for the checksum alone. */
const TEXT_LENGTH_MIN = 11

/** @param bytes at most `INLINE_BYTES_MAX` */
export function inlineIdOf(place: BlobPlace, bytes: Uint8Array, checksum: bigint): BlobId {
  const carried = Buffer.alloc(CHECKSUM_BYTES + bytes.length)
  carried.writeBigUInt64BE(checksum)
  carried.set(bytes, CHECKSUM_BYTES)
  return `${blobIdOf(place)}~${carried.toString('base64url')}`
}

/** The bytes that an id carries, or undefined if it carries none. Throws StorageError `corrupt`. */
export function inlineBytesOf(id: BlobId): Uint8Array | undefined {
  const tilde = id.indexOf('~')
  if (tilde === -1 || id.length - tilde <= TEXT_LENGTH_MIN || !PLACE.test(id.slice(0, tilde))) return undefined
  // what is no base64 is left out, and then the checksum does not match
  const carried = Buffer.from(id.slice(tilde + 1), 'base64url')
  if (carried.length < CHECKSUM_BYTES || carried.length > CHECKSUM_BYTES + INLINE_BYTES_MAX) return undefined
  const bytes = carried.subarray(CHECKSUM_BYTES)
  if (crc64(bytes) !== carried.readBigUInt64BE()) {
    throw new StorageError('corrupt', 'the bytes in the id of a blob do not match their checksum')
  }
  return bytes
}
