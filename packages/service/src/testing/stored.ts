/** What is stored, for tests that audit the rows of a whole store. */
export { namesOf, partNumberOf } from '../domain/stored/keyspace.js'
export { Manifest } from '../domain/stored/manifest.js'
export type { ObjectRecord, PartRecord, UploadRecord } from '../domain/stored/model.js'
export {
  decodeGarbage,
  decodeIncarnation,
  decodeObject,
  decodePart,
  decodeUpload,
  type GarbageRecord,
} from '../domain/stored/records.js'
