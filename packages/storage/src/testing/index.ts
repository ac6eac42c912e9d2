export { type CreateBlobStore, testBlobStore } from './blob-suite.js'
export { type DamageableStore, withDamagedRows } from './damaged-rows.js'
export { type CreateMetadataStore, testMetadataStore } from './metadata-suite.js'
export { bytesOf, failingSource, isStorageError, randomBytes, seededRandom, sourceOf, textOf } from './support.js'
