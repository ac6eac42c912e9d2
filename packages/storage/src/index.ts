export type {
  BlobEntry,
  BlobHint,
  BlobId,
  BlobInfo,
  BlobStore,
  ByteRange,
  ByteSource,
  LentBytes,
} from './blob-store.js'
export { addCounters, decodeCounters, encodeCounters } from './counters.js'
export { METADATA_LIMITS } from './limits.js'
export type { Bytes, MetadataStore, RangeOptions, Reader, Row, Transaction } from './metadata-store.js'
export { StorageError, type StorageErrorKind } from './storage-error.js'
