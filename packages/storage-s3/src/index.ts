export { openS3BlobStore, type S3BlobStore, type S3BlobStoreOptions } from './s3-blob-store.js'
export { parseS3Place, type S3Place } from './s3-place.js'
