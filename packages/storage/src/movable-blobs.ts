import type { BlobId, BlobStore } from './blob-store.js'

/** The properties of a blob that no engine changes. The digests are those of its bytes before encryption. */
export interface BlobForm {
  /** `<incarnation>-<counter>`: ciphers know it by this name, so it keeps the name wherever it is. */
  readonly name: string
  /** Bytes. */
  readonly size: number
  readonly isEncrypted: boolean
  /** 16 bytes. */
  readonly md5: Uint8Array
  readonly crc64: bigint
}

/** A chunk of 1 MiB, of which the last may be shorter, as it is stored. Its bytes may be used until the next one is requested. */
export interface StoredChunk {
  /** They match `stored`. */
  readonly bytes: Uint8Array
  /** CRC-64 of the bytes. */
  readonly stored: bigint
  /** CRC-64 before encryption. */
  readonly crc64: bigint
  /** The tag of the cipher; undefined if the blob is not encrypted. */
  readonly tag: Uint8Array | undefined
}

/** A blob that another store can take over. */
export interface StoredBlob {
  readonly form: BlobForm
  /** All its chunks in order. Throws StorageError `corrupt`, `notFound`, `unavailable`. */
  chunks(): AsyncIterable<StoredChunk>
}

/** A store whose blobs can move to another engine and back, without a key: they keep their names and their encryption. */
export interface MovableBlobs extends BlobStore {
  /** A blob that is not in its id. Throws StorageError `notFound`, `corrupt`, `unavailable`. */
  openStored(id: BlobId): Promise<StoredBlob>
  /**
   * Takes over a blob of another store, in place of one that it has under this name and owner. Resolves with its id here
   * when it is durable. Passes on what `chunks` throws, and leaves nothing visible then; what it may leave where it fails itself, the
   * next try replaces.
   */
  adopt(blob: StoredBlob, owner: Uint8Array): Promise<BlobId>
}

/** The name of a blob in its id, the same in all engines: `<incarnation>-<counter>`. */
export function blobNameOf(id: BlobId): string {
  return /^[^.~]*/.exec(id)?.[0] ?? id
}
