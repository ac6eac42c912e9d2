export { call, element, elements, send, type TestRequest, type TestResponse, untouchable } from './call.js'
export {
  BUCKET,
  complete,
  type Extra,
  FULL_PART,
  initiate,
  type Listed,
  partList,
  startWithBucket,
  uploadPart,
} from './multipart.js'
export { OTHER, ROOT, type StartedService, startService } from './start-service.js'
export {
  decodeGarbage,
  decodeIncarnation,
  decodeObject,
  decodePart,
  decodeUpload,
  type GarbageRecord,
  Manifest,
  namesOf,
  type ObjectRecord,
  type PartRecord,
  partNumberOf,
  type UploadRecord,
} from './stored.js'
