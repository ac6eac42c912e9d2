export { NOTICE_BYTES_MAX, type Notices, type NoticesOptions, openNotices } from './notices.js'
export {
  openPostgresMetadataStore,
  type PostgresMetadataOptions,
  type PostgresMetadataStore,
} from './postgres-metadata-store.js'
export { prepareDatabase } from './prepare-database.js'
export { openSharedSecrets, type SharedSecrets } from './secrets.js'
