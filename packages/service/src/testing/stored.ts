/** What is stored, for tests that audit the rows of a whole store. */
export * from '../domain/stored/keyspace.js'
export type { Manifest } from '../domain/stored/manifest.js'
export type { GarbageRecord, ObjectRecord, PartRecord, UploadRecord } from '../domain/stored/model.js'
