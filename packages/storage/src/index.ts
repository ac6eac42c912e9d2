export type { Digest, DigestName, DigestRequest, Digests, PassSocket } from '@bindery/digest'
export {
  Attempt,
  type ReadKey,
  type ReadRange,
  ReadSet,
  type Snapshot,
  type SnapshotRow,
  WriteSet,
} from './attempt.js'
export { overlay } from './attempt-writes.js'
export { type Awaitable, andThen, settle } from './awaitable.js'
export {
  BLOB_ID_LENGTH_MAX,
  BLOB_KEY_LENGTH_MAX,
  type BlobEntry,
  type BlobHint,
  type BlobId,
  type BlobInfo,
  type BlobStore,
  type ByteRange,
  type ByteSource,
  carriesBytes,
  type LentBytes,
  type PassableBytes,
  type ReadAsStored,
  type ReadOptions,
  splitCarried,
  type WriteOptions,
} from './blob-store.js'
export { copyBytes, type KeyText, keyBytes, keyText, textBytes, textBytesBefore } from './bytes.js'
export {
  type BlobCipher,
  type ChunkCipher,
  type ChunkDecryption,
  type ChunkEncryption,
  CIPHER_BLOCK_BYTES,
  CIPHER_TAG_BYTES,
  decryptChunk,
  encryptChunk,
} from './chunk-cipher.js'
export { addCounters, decodeCounters, encodeCounters, summed } from './counters.js'
export { type FaultRates, type Faults, withFaults } from './faults.js'
export { firstRows, type Grouping, groupingOf } from './groups.js'
export { rethrowCipherFailure, rethrowHashFailure } from './hash-failure.js'
export {
  type ChunkEncryptions,
  encryptedInlineIdOf,
  INLINE_BYTES_MAX,
  type InlineBlob,
  inlineBlobOf,
  inlineIdOf,
} from './inline-blob.js'
export { METADATA_LIMITS } from './limits.js'
export { createMemoryBlobStore, type MemoryBlobOptions, type MemoryBlobStore } from './memory-blob-store.js'
export {
  createMemoryMetadataStore,
  type MemoryMetadataOptions,
  type MemoryMetadataStore,
} from './memory-metadata-store.js'
export type {
  Bytes,
  MetadataStore,
  RangeOptions,
  Reader,
  ReadRow,
  Row,
  RowGroups,
  Transaction,
} from './metadata-store.js'
export {
  type BlobForm,
  blobNameOf,
  type MovableBlobs,
  type StoredBlob,
  type StoredChunk,
} from './movable-blobs.js'
export {
  lastOf,
  PackedPlace,
  type PackedRows,
  packRows,
  readPacked,
  unpackRows,
  withoutLast,
} from './packed-rows.js'
export { createRandom, type Random } from './random.js'
export {
  ABSENT,
  type RemoteChanges,
  type RemoteEngine,
  type RemoteRow,
  type RemoteSnapshot,
  type SeenKey,
  type SeenRange,
  type Version,
} from './remote/remote-engine.js'
export { createRemoteTransactor } from './remote/remote-transactor.js'
export { BelowReserve, DamagedRow, StorageError, type StorageErrorKind } from './storage-error.js'
export { together } from './together.js'
export { createTransactor, type HeldSnapshot, type OptimisticEngine } from './transactor.js'
