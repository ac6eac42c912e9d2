/** What is stored, for tests that audit the rows of a whole store. */
export { namesOf, partNumberOf } from '../domain/keyspace.js'
export { Manifest } from '../domain/manifest.js'
export type { ObjectRecord, PartRecord, UploadRecord } from '../domain/model.js'
export {
  decodeGarbage,
  decodeIncarnation,
  decodeObject,
  decodePart,
  decodeUpload,
  type GarbageRecord,
} from '../domain/records.js'
