/** The stored rows, for tests that audit the rows of a whole store. */
export * from '../domain/stored/keyspace.js'
export type { Manifest } from '../domain/stored/manifest.js'
export type { GarbageRecord, ObjectRecord, PartRecord, UploadRecord } from '../domain/stored/model.js'
export type { BucketCounters } from '../domain/stored/records/counters.js'
export type { Usage } from '../domain/uploads/uploads.js'
