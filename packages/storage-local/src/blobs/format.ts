/**
 * Format 1 of a blob file: header, bytes, footer (the checksums of the chunks, then the trailer). See
 * docs/formats/blob-files.md. All numbers are big-endian. Only this module knows the offsets.
 */
import { type Blanks, crc64 } from '@bindery/digest'
import { type BlobId, type ChunkEncryptions, CIPHER_TAG_BYTES, METADATA_LIMITS, StorageError } from '@bindery/storage'

/** Bytes per checksum: the smallest unit that can be checked. */
export const CHUNK_BYTES = 1024 * 1024
/** A page, so that the bytes after it keep their alignment. */
export const HEADER_BYTES = 4096
/** Bytes of the trailer, the last part of a footer. */
export const TRAILER_BYTES = 64
const CHECKSUM_BYTES = 8
const VERSION = 1

const HEADER_MAGIC = Buffer.from('BINDBLOB')
const HEADER = { version: 8, ownerLength: 12, owner: 16, checksum: HEADER_BYTES - CHECKSUM_BYTES } as const

/** The first bytes of a trailer. */
export const TRAILER_MAGIC = Buffer.from('BINDTAIL')
const TRAILER = { version: 8, chunkBytes: 12, size: 16, crc64: 24, md5: 32, headerBytes: 48, tagBytes: 52 } as const

/** The data after a blob's bytes. Digests and checksums are those of the bytes before encryption. */
export interface Footer {
  /** Bytes of the blob. */
  readonly size: number
  /** 16 bytes. */
  readonly md5: Uint8Array
  readonly crc64: bigint
  /** CRC-64 of each chunk of `CHUNK_BYTES`, the last of which may be shorter. */
  readonly chunks: readonly bigint[]
  /** Undefined if the blob is not encrypted. */
  readonly encryption: ChunkEncryptions | undefined
}

/** The properties that determine the length of an image. */
export interface BlobShape {
  /** Bytes of the blob. */
  readonly size: number
  readonly isEncrypted: boolean
}

/** The number of chunks of a blob of `size` bytes; 0 for an empty one. */
export function chunkCount(size: number): number {
  return Math.ceil(size / CHUNK_BYTES)
}

/** Bytes of a blob's footer: 8 per chunk, 32 if it is encrypted, and the trailer. */
export function footerBytes({ size, isEncrypted }: BlobShape): number {
  const bytesPerChunk = isEncrypted ? 2 * CHECKSUM_BYTES + CIPHER_TAG_BYTES : CHECKSUM_BYTES
  return chunkCount(size) * bytesPerChunk + TRAILER_BYTES
}

/**
 * Checks the length of an owner, which the header has room for. Throws StorageError `limit` for an owner that is
 * longer than a metadata key.
 */
export function requireOwner(owner: Uint8Array): void {
  if (owner.length > METADATA_LIMITS.keyBytes) throw new StorageError('limit', 'the owner of a blob is too long')
}

/** The header of a blob file, `HEADER_BYTES` long. Throws as `requireOwner`. */
export function encodeHeader(id: BlobId, owner: Uint8Array): Uint8Array {
  requireOwner(owner)
  const header = Buffer.alloc(HEADER_BYTES)
  header.set(HEADER_MAGIC)
  header.writeUInt32BE(VERSION, HEADER.version)
  header.writeUInt32BE(owner.length, HEADER.ownerLength)
  header.set(owner, HEADER.owner)
  header.writeBigUInt64BE(seal(id, header.subarray(0, HEADER.checksum)), HEADER.checksum)
  return header
}

/** The owner in a header, or undefined if it is not the whole, sound header of this blob. */
export function decodeHeader(id: BlobId, header: Buffer): Uint8Array | undefined {
  if (header.length < HEADER_BYTES || !HEADER_MAGIC.equals(header.subarray(0, HEADER_MAGIC.length))) return undefined
  if (header.readUInt32BE(HEADER.version) !== VERSION) return undefined
  if (header.readBigUInt64BE(HEADER.checksum) !== seal(id, header.subarray(0, HEADER.checksum))) return undefined
  const end = HEADER.owner + header.readUInt32BE(HEADER.ownerLength)
  return Uint8Array.from(header.subarray(HEADER.owner, end))
}

/** @param headerBytes of the header before the blob's bytes */
export function encodeFooter(id: BlobId, footer: Footer, headerBytes = HEADER_BYTES): Uint8Array {
  // every byte is set below
  const shape = { size: footer.size, isEncrypted: footer.encryption !== undefined }
  const bytes = Buffer.allocUnsafe(footerBytes(shape))
  layOut(bytes, footer, headerBytes)
  bytes.writeBigUInt64BE(seal(id, bytes.subarray(0, -CHECKSUM_BYTES)), bytes.length - CHECKSUM_BYTES)
  return bytes
}

/** Bytes of the footer of a blob of one chunk that is not encrypted. */
export const SHORT_FOOTER_BYTES = CHECKSUM_BYTES + TRAILER_BYTES
/** Where the digest of such a blob belongs in its footer: the checksum of the chunk is that of the blob. */
export const BLANKS: Blanks = {
  crc64: [0, CHECKSUM_BYTES + TRAILER.crc64],
  md5: CHECKSUM_BYTES + TRAILER.md5,
  end: SHORT_FOOTER_BYTES - CHECKSUM_BYTES,
}

/** Lays out the footer of such a blob, except for its `BLANKS`. */
export function encodeUnsealed(id: BlobId, size: number, headerBytes: number, bytes: Uint8Array): void {
  layOut(bytes, { size, md5: NO_MD5, crc64: 0n, chunks: [0n], encryption: undefined }, headerBytes)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  view.setBigUint64(BLANKS.end, crc64OfId(id))
}

const NO_MD5 = new Uint8Array(16)

/** Sets every byte but the checksum at the end. */
function layOut(bytes: Uint8Array, footer: Footer, headerBytes: number): void {
  const { encryption } = footer
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const checksums = encryption === undefined ? footer.chunks : [...footer.chunks, ...encryption.stored]
  checksums.forEach((checksum, index) => {
    view.setBigUint64(index * CHECKSUM_BYTES, checksum)
  })
  encryption?.tags.forEach((tag, index) => {
    bytes.set(tag, checksums.length * CHECKSUM_BYTES + index * CIPHER_TAG_BYTES)
  })
  const trailer = bytes.length - TRAILER_BYTES
  bytes.set(TRAILER_MAGIC, trailer)
  view.setUint32(trailer + TRAILER.version, VERSION)
  view.setUint32(trailer + TRAILER.chunkBytes, CHUNK_BYTES)
  view.setBigUint64(trailer + TRAILER.size, BigInt(footer.size))
  view.setBigUint64(trailer + TRAILER.crc64, footer.crc64)
  bytes.set(footer.md5, trailer + TRAILER.md5)
  view.setUint32(trailer + TRAILER.headerBytes, headerBytes)
  view.setUint32(trailer + TRAILER.tagBytes, encryption === undefined ? 0 : CIPHER_TAG_BYTES)
}

/**
 * The blob's shape according to the last bytes of its file or image, or undefined if they are not a trailer that fits
 * the length of the image and of the header.
 */
export function shapeInTrailer(trailer: Buffer, imageBytes: number, headerBytes = HEADER_BYTES): BlobShape | undefined {
  if (trailer.length < TRAILER_BYTES || !TRAILER_MAGIC.equals(trailer.subarray(0, TRAILER_MAGIC.length))) {
    return undefined
  }
  if (trailer.readUInt32BE(TRAILER.version) !== VERSION) return undefined
  if (trailer.readUInt32BE(TRAILER.chunkBytes) !== CHUNK_BYTES) return undefined
  if (trailer.readUInt32BE(TRAILER.headerBytes) !== headerBytes) return undefined
  const shape = readShape(trailer)
  return headerBytes + shape.size + footerBytes(shape) === imageBytes ? shape : undefined
}

function readShape(trailer: Buffer): BlobShape {
  const size = Number(trailer.readBigUInt64BE(TRAILER.size))
  return { size, isEncrypted: trailer.readUInt32BE(TRAILER.tagBytes) === CIPHER_TAG_BYTES }
}

/** Reads a whole footer, whose length comes from `shapeInTrailer`; undefined if it is damaged or another blob's. */
export function decodeFooter(id: BlobId, bytes: Buffer): Footer | undefined {
  if (bytes.readBigUInt64BE(bytes.length - CHECKSUM_BYTES) !== seal(id, bytes.subarray(0, -CHECKSUM_BYTES))) {
    return undefined
  }
  const trailer = bytes.subarray(-TRAILER_BYTES)
  const { size, isEncrypted } = readShape(trailer)
  const count = chunkCount(size)
  return {
    size,
    md5: Uint8Array.from(trailer.subarray(TRAILER.md5, TRAILER.headerBytes)),
    crc64: trailer.readBigUInt64BE(TRAILER.crc64),
    chunks: readChecksums(bytes, 0, count),
    encryption: isEncrypted ? readEncryptions(bytes, count) : undefined,
  }
}

function readChecksums(bytes: Buffer, start: number, count: number): bigint[] {
  return Array.from({ length: count }, (_, index) => bytes.readBigUInt64BE((start + index) * CHECKSUM_BYTES))
}

function readEncryptions(bytes: Buffer, count: number): ChunkEncryptions {
  const start = 2 * count * CHECKSUM_BYTES
  const tagAt = (index: number) => bytes.subarray(start + index * CIPHER_TAG_BYTES).subarray(0, CIPHER_TAG_BYTES)
  return {
    stored: readChecksums(bytes, count, count),
    tags: Array.from({ length: count }, (_, index) => Uint8Array.from(tagAt(index))),
  }
}

/** Begins with the id, so that a file under another blob's name is detected. */
export function seal(id: BlobId, bytes: Uint8Array): bigint {
  return crc64(bytes, crc64OfId(id))
}

/** Header and footer of an image are sealed one after the other. */
let sealedLast = { id: '', crc64: 0n }

function crc64OfId(id: BlobId): bigint {
  if (sealedLast.id !== id) sealedLast = { id, crc64: crc64(Buffer.from(id)) }
  return sealedLast.crc64
}
