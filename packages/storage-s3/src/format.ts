/**
 * Format 1 of a blob in an S3 store: its chunks, each followed by a tail that verifies it, and a footer. See
 * docs/formats/s3-blobs.md. All numbers are big-endian. Only this module knows the offsets.
 *
 *     tail of a plain chunk      seal (8)
 *     tail of an encrypted one   seal (8), CRC-64 before encryption (8), tag of the cipher (16)
 */
import { crc64 } from '@bindery/digest'
import { CIPHER_TAG_BYTES } from '@bindery/storage'

/** Bytes of the blob per seal: the smallest unit that can be verified. */
export const CHUNK_BYTES = 1024 * 1024
const SEAL_BYTES = 8
const CHECKSUM_BYTES = 8
const TRAILER_BYTES = 64
const VERSION = 1
const MAGIC = Buffer.from('BINDS3TL')
const TRAILER = { version: 8, ownerBytes: 12, size: 16, crc64: 24, md5: 32, chunkBytes: 48, seal: 56 } as const

/** The properties that determine the length of a stored blob, and where its chunks are. */
export interface BlobShape {
  /** Bytes of the blob. */
  readonly size: number
  /** Bytes of its owner's key. */
  readonly ownerBytes: number
  readonly isEncrypted: boolean
}

/** The data after the chunks. Digests are those of the bytes before encryption. */
export interface Footer {
  readonly owner: Uint8Array
  /** 16 bytes. */
  readonly md5: Uint8Array
  readonly crc64: bigint
  /** CRC-64 of each chunk. */
  readonly chunks: readonly bigint[]
}

/** The part of a tail that only encrypted chunks have. */
export interface ChunkSecret {
  /** Covers the bytes before encryption. */
  readonly crc64: bigint
  readonly tag: Uint8Array
}

/** The number of chunks of a blob of `size` bytes; 0 for an empty one. */
export function chunkCount(size: number): number {
  return Math.ceil(size / CHUNK_BYTES)
}

/** Bytes of the tail of each chunk. */
export function tailBytes(isEncrypted: boolean): number {
  return isEncrypted ? SEAL_BYTES + CHECKSUM_BYTES + CIPHER_TAG_BYTES : SEAL_BYTES
}

/** Where a chunk begins in the stored object. */
export function frameStart(index: number, isEncrypted: boolean): number {
  return index * (CHUNK_BYTES + tailBytes(isEncrypted))
}

/** Bytes of all chunks with their tails: where the footer begins. */
export function framedBytes({ size, isEncrypted }: BlobShape): number {
  return size + chunkCount(size) * tailBytes(isEncrypted)
}

/** Bytes of the footer. */
export function footerBytes({ size, ownerBytes }: BlobShape): number {
  return chunkCount(size) * CHECKSUM_BYTES + ownerBytes + TRAILER_BYTES
}

/** The size of a blob, from the length of its object; undefined if no blob has that length. */
export function sizeOf(objectBytes: number, ownerBytes: number, isEncrypted: boolean): number | undefined {
  const rest = objectBytes - ownerBytes - TRAILER_BYTES
  const perChunk = tailBytes(isEncrypted) + CHECKSUM_BYTES
  const chunks = Math.ceil(rest / (CHUNK_BYTES + perChunk))
  const size = rest - chunks * perChunk
  return rest >= 0 && size >= 0 && chunkCount(size) === chunks ? size : undefined
}

/** The tail of a chunk. @param stored CRC-64 of the chunk as it is stored */
export function encodeTail(name: string, index: number, stored: bigint, secret: ChunkSecret | undefined): Buffer {
  const tail = Buffer.alloc(tailBytes(secret !== undefined))
  if (secret !== undefined) {
    tail.writeBigUInt64BE(secret.crc64, SEAL_BYTES)
    tail.set(secret.tag, SEAL_BYTES + CHECKSUM_BYTES)
  }
  tail.writeBigUInt64BE(sealOf(name, index, stored, tail.subarray(SEAL_BYTES)))
  return tail
}

/** Whether a tail belongs to this chunk of this blob, which has that CRC-64 as it is stored. */
export function isSoundTail(name: string, index: number, stored: bigint, tail: Buffer): boolean {
  return tail.readBigUInt64BE() === sealOf(name, index, stored, tail.subarray(SEAL_BYTES))
}

/** The part of a tail that only encrypted chunks have. */
export function secretIn(tail: Buffer): ChunkSecret {
  return { crc64: tail.readBigUInt64BE(SEAL_BYTES), tag: tail.subarray(SEAL_BYTES + CHECKSUM_BYTES) }
}

/** Continues the checksum of the bytes, so that they are read once; names the place, so that a chunk fits nowhere else. */
function sealOf(name: string, index: number, stored: bigint, rest: Uint8Array): bigint {
  return crc64(rest, crc64(Buffer.from(`${name} ${index}`), stored))
}

/** The footer of a blob. @param size bytes of the blob */
export function encodeFooter(name: string, size: number, footer: Footer): Buffer {
  const { owner, chunks } = footer
  const bytes = Buffer.alloc(chunks.length * CHECKSUM_BYTES + owner.length + TRAILER_BYTES)
  chunks.forEach((checksum, index) => {
    bytes.writeBigUInt64BE(checksum, index * CHECKSUM_BYTES)
  })
  bytes.set(owner, chunks.length * CHECKSUM_BYTES)
  const trailer = bytes.subarray(-TRAILER_BYTES)
  trailer.set(MAGIC)
  trailer.writeUInt32BE(VERSION, TRAILER.version)
  trailer.writeUInt32BE(owner.length, TRAILER.ownerBytes)
  trailer.writeBigUInt64BE(BigInt(size), TRAILER.size)
  trailer.writeBigUInt64BE(footer.crc64, TRAILER.crc64)
  trailer.set(footer.md5, TRAILER.md5)
  trailer.writeUInt32BE(CHUNK_BYTES, TRAILER.chunkBytes)
  trailer.writeBigUInt64BE(crc64(bytes.subarray(0, -SEAL_BYTES), crc64(Buffer.from(name))), TRAILER.seal)
  return bytes
}

/** Reads a footer of the length that `footerBytes` returns; undefined if it is damaged or another blob's. */
export function decodeFooter(name: string, { size, ownerBytes }: BlobShape, bytes: Buffer): Footer | undefined {
  if (bytes.length < TRAILER_BYTES) return undefined
  const trailer = bytes.subarray(-TRAILER_BYTES)
  if (!MAGIC.equals(trailer.subarray(0, MAGIC.length)) || trailer.readUInt32BE(TRAILER.version) !== VERSION) {
    return undefined
  }
  const seal = crc64(bytes.subarray(0, -SEAL_BYTES), crc64(Buffer.from(name)))
  if (trailer.readBigUInt64BE(TRAILER.seal) !== seal) return undefined
  const isThis = Number(trailer.readBigUInt64BE(TRAILER.size)) === size
  if (!isThis || trailer.readUInt32BE(TRAILER.ownerBytes) !== ownerBytes) return undefined
  const count = chunkCount(size)
  const at = count * CHECKSUM_BYTES
  return {
    owner: Uint8Array.from(bytes.subarray(at, at + ownerBytes)),
    md5: Uint8Array.from(trailer.subarray(TRAILER.md5, TRAILER.chunkBytes)),
    crc64: trailer.readBigUInt64BE(TRAILER.crc64),
    chunks: Array.from({ length: count }, (_, index) => bytes.readBigUInt64BE(index * CHECKSUM_BYTES)),
  }
}
