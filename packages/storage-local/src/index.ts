export { type LocalBlobStoreOptions, openLocalBlobStore } from './blobs/local-blob-store.js'
export { type LocalMetadataOptions, openLocalMetadataStore } from './metadata/local-metadata-store.js'
