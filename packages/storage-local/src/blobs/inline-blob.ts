/**
 * Blobs whose bytes are in their id: `<incarnation>-<counter>~<base64url of CRC-64 and bytes>`. They are as durable as the
 * record that names them, and go with it.
 */
import { crc64 } from '@bindery/digest'
import { type BlobId, StorageError } from '@bindery/storage'
import { type BlobPlace, blobIdOf } from './blob-place.js'

/**
 * Bytes of the largest blob that its id carries. A record of metadata stays below half a page of the store that holds it,
 * and a page of 1,000 of them is still read in a few milliseconds.
 */
export const INLINE_BYTES_MAX = 1024

const CHECKSUM_BYTES = 8
const ID = /^[0-9a-z]{1,64}-[0-9a-f]{12}~([A-Za-z0-9_-]{11,1376})$/

/** @param bytes at most `INLINE_BYTES_MAX` */
export function inlineIdOf(place: BlobPlace, bytes: Uint8Array, checksum: bigint): BlobId {
  const carried = Buffer.alloc(CHECKSUM_BYTES + bytes.length)
  carried.writeBigUInt64BE(checksum)
  carried.set(bytes, CHECKSUM_BYTES)
  return `${blobIdOf(place)}~${carried.toString('base64url')}`
}

/** The bytes that an id carries, or undefined if it carries none. Throws StorageError `corrupt`. */
export function inlineBytesOf(id: BlobId): Uint8Array | undefined {
  const [, text] = ID.exec(id) ?? []
  if (text === undefined) return undefined
  const carried = Buffer.from(text, 'base64url')
  const bytes = carried.subarray(CHECKSUM_BYTES)
  if (crc64(bytes) !== carried.readBigUInt64BE()) {
    throw new StorageError('corrupt', 'the bytes in the id of a blob do not match their checksum')
  }
  return bytes
}
