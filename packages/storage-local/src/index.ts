export { type BlobExtent, extentOf } from './blobs/blob-extent.js'
export { appendInSteps, type FileOperations, systemFiles } from './blobs/files.js'
export { type LocalBlobStoreOptions, openLocalBlobStore } from './blobs/local-blob-store.js'
export type { SentOutcome } from './metadata/commits.js'
export { copyMetadata } from './metadata/copy-metadata.js'
export {
  type LocalMetadataOptions,
  openLocalMetadataStore,
  openSharedMetadataStore,
  type SharedMetadataOptions,
} from './metadata/local-metadata-store.js'
export {
  type MetadataCommitter,
  type MetadataCommitterOptions,
  openMetadataCommitter,
} from './metadata/metadata-committer.js'
export { METADATA_FILE } from './metadata/metadata-file.js'
export type { SendCommits } from './metadata/remote-commits.js'
