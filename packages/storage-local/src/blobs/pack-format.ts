/**
 * The image of a blob in a pack: a header, which is short or fills a page, bytes, and the footer that a blob file has. See
 * docs/formats/packs.md. All numbers are big-endian. Only this module knows the offsets.
 */
import { SLAB_BYTES } from '@bindery/digest'
import { type BlobId, CIPHER_TAG_BYTES } from '@bindery/storage'
import { AREA_BYTES, type BlobLocation, PAGE_BYTES, type PackedLocation, packedIdOf } from './blob-location.js'
import { type BlobShape, CHUNK_BYTES, footerBytes, requireOwner, seal } from './format.js'

const MAGIC = Buffer.from('BINDPACK')
/** A short header, and one that fills a page. */
const VERSIONS = { short: 1, page: 2 } as const
const HEADER = { version: 8, tagBytes: 12, ownerLength: 14, counter: 16, size: 24, owner: 32 } as const
const SEAL_BYTES = 8

/** Bytes of the largest blob that goes into a pack: one chunk, so that it is checked as a whole. */
export const PACKED_BYTES_MAX = Math.min(CHUNK_BYTES, SLAB_BYTES)

/** Bytes of the smallest blob that has an area. */
const AREA_BLOB_BYTES_MIN = 512 * 1024

/** Bytes of a blob's header in a pack. Throws StorageError `limit` for an owner that is longer than a metadata key. */
export function packedHeaderBytes(owner: Uint8Array, { size, isEncrypted }: BlobShape): number {
  requireOwner(owner)
  return size >= AREA_BLOB_BYTES_MIN && !isEncrypted ? PAGE_BYTES : HEADER.owner + owner.length + SEAL_BYTES
}

/**
 * Whether a blob lies in an area, `AREA_BYTES` long and at a multiple of that, with nothing else in it. Then its bytes begin on a page, and when its area is
 * cleared, memory that holds them is dropped as it is.
 */
export function hasArea({ headerBytes }: Pick<ImageShape, 'headerBytes'>): boolean {
  return headerBytes === PAGE_BYTES
}

/** The properties that determine an image's length. */
export interface ImageShape extends BlobShape {
  /** Bytes of the header. */
  readonly headerBytes: number
}

/** Bytes of header, blob and footer. */
export function imageBytes(shape: ImageShape): number {
  return shape.headerBytes + shape.size + footerBytes(shape)
}

/** Bytes of the pages that an image fills. */
export function paddedBytes(shape: ImageShape): number {
  return Math.ceil(imageBytes(shape) / PAGE_BYTES) * PAGE_BYTES
}

/** Bytes of the slot that an image has for itself. */
export function slotBytes(shape: ImageShape): number {
  return hasArea(shape) ? AREA_BYTES : paddedBytes(shape)
}

/**
 * Sets the bytes of the header of a blob in a pack, `location.headerBytes` of them. The seal behind the owner covers the id as well, so
 * that a header at another location does not match.
 */
export function encodePackedHeader(
  id: BlobId,
  location: PackedLocation,
  owner: Uint8Array,
  header: Uint8Array = Buffer.allocUnsafe(location.headerBytes),
): Uint8Array {
  const view = new DataView(header.buffer, header.byteOffset, header.length)
  const end = HEADER.owner + owner.length
  header.set(MAGIC)
  view.setUint32(HEADER.version, hasArea(location) ? VERSIONS.page : VERSIONS.short)
  view.setUint16(HEADER.tagBytes, location.isEncrypted ? CIPHER_TAG_BYTES : 0)
  view.setUint16(HEADER.ownerLength, owner.length)
  view.setBigUint64(HEADER.counter, BigInt(location.counter))
  view.setBigUint64(HEADER.size, BigInt(location.size))
  header.set(owner, HEADER.owner)
  view.setBigUint64(end, seal(id, header.subarray(0, end)))
  return header.fill(0, end + SEAL_BYTES)
}

/** A blob as its header in a pack describes it. */
export interface PackedHeader {
  readonly id: BlobId
  readonly location: PackedLocation
  readonly owner: Uint8Array
}

/**
 * The header at the beginning of a page, or undefined if there is no sound header of a blob at this offset of this
 * pack.
 */
export function decodePackedHeader(pack: BlobLocation, offset: number, page: Buffer): PackedHeader | undefined {
  if (page.length < HEADER.owner || !MAGIC.equals(page.subarray(0, MAGIC.length))) return undefined
  const version = page.readUInt32BE(HEADER.version)
  if (version !== VERSIONS.short && (version !== VERSIONS.page || offset % AREA_BYTES !== 0)) return undefined
  const end = HEADER.owner + page.readUInt16BE(HEADER.ownerLength)
  const [counter, size] = [HEADER.counter, HEADER.size].map((at) => Number(page.readBigUInt64BE(at))) as [
    number,
    number,
  ]
  if (end + SEAL_BYTES > page.length || size > PACKED_BYTES_MAX) return undefined
  const headerBytes = version === VERSIONS.page ? PAGE_BYTES : end + SEAL_BYTES
  const isEncrypted = page.readUInt16BE(HEADER.tagBytes) === CIPHER_TAG_BYTES
  const location = {
    incarnation: pack.incarnation,
    counter,
    pack: pack.counter,
    offset,
    headerBytes,
    size,
    isEncrypted,
  }
  const id = packedIdOf(location)
  if (page.readBigUInt64BE(end) !== seal(id, page.subarray(0, end))) return undefined
  return { id, location, owner: Uint8Array.from(page.subarray(HEADER.owner, end)) }
}

/** Whether these bytes, from where a header would begin, are those of a blob that was deleted. */
export function isCleared(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0)
}
