export {
  openPostgresMetadataStore,
  type PostgresMetadataOptions,
  type PostgresMetadataStore,
} from './postgres-metadata-store.js'
