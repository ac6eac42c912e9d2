import {
  type BlobId,
  type ByteRange,
  blobNameOf,
  type ChunkCipher,
  type ChunkEncryptions,
  type ReadAsStored,
  type ReadOptions,
  StorageError,
} from '@bindery/storage'
import type { Footer } from './format.js'

/** State that a read needs to check chunks, and to decrypt them if they are encrypted and the read has the cipher. */
export interface BlobView {
  /** CRC-64 of each chunk as it is stored. */
  readonly stored: readonly bigint[]
  /** CRC-64 of each chunk as the read yields it. */
  readonly yielded: readonly bigint[]
  /** Whether chunks may be lent again without a read of the disk: they are not decrypted, and no inspection reads them. */
  readonly isKeepable: boolean
  /** Undefined if chunks are yielded as they are stored. */
  readonly decryption: { readonly cipher: ChunkCipher; readonly tags: readonly Uint8Array[] } | undefined
}

/** The checksums of a blob, in whatever form it is stored. */
interface Checksums {
  readonly chunks: readonly bigint[]
  readonly encryption: ChunkEncryptions | undefined
}

/**
 * How a read sees a blob. Throws StorageError `corrupt` or `misuse` if it has a cipher that it must not have, or lacks
 * one that it needs.
 */
export function viewOf(id: BlobId, { chunks, encryption }: Checksums, options: ReadOptions | ReadAsStored): BlobView {
  if ('asStored' in options) {
    const stored = encryption?.stored ?? chunks
    return { stored, yielded: stored, isKeepable: false, decryption: undefined }
  }
  const { cipher } = options
  if (encryption === undefined) {
    if (cipher !== undefined)
      throw new StorageError('corrupt', `blob ${blobNameOf(id)} is not encrypted, though its record requires it`)
    return { stored: chunks, yielded: chunks, isKeepable: true, decryption: undefined }
  }
  if (cipher === undefined) {
    throw new StorageError('misuse', `blob ${blobNameOf(id)} is encrypted, and is read without its cipher`)
  }
  const { stored, tags } = encryption
  return { stored, yielded: chunks, isKeepable: false, decryption: { cipher: cipher.forBlob(blobNameOf(id)), tags } }
}

/** The CRC-64 of an encrypted blob's range, as far as it is known without the key. */
export function checksumWithoutKey(
  { encryption, crc64 }: Pick<Footer, 'encryption' | 'crc64'>,
  size: number,
  { start, end }: ByteRange,
): bigint | undefined {
  if (encryption === undefined) return undefined
  if (start === end) return 0n
  return end - start === size ? crc64 : undefined
}
