export { type BlobExtent, extentOf } from './blobs/blob-extent.js'
export { type FileOperations, systemFiles } from './blobs/files.js'
export { type LocalBlobStoreOptions, openLocalBlobStore } from './blobs/local-blob-store.js'
export { type LocalMetadataOptions, openLocalMetadataStore } from './metadata/local-metadata-store.js'
