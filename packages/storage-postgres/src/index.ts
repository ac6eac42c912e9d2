export type { CommitCounts } from './commits.js'
export {
  beginFilling,
  type DatabaseState,
  endFilling,
  freezeDatabase,
  raiseFloor,
  readDatabaseState,
  thawDatabase,
} from './database-state.js'
export { type HeldSnapshot, openHeldSnapshot } from './held-snapshot.js'
export { NOTICE_BYTES_MAX, type Notices, type NoticesOptions, openNotices } from './notices.js'
export {
  openPostgresMetadataStore,
  type PostgresMetadataOptions,
  type PostgresMetadataStore,
} from './postgres-metadata-store.js'
export { type DatabaseRefusal, DatabaseRefused, prepareDatabase, type SchemaNeeds } from './prepare-database.js'
export { openSharedSecrets, type SharedSecrets } from './secrets.js'
