export { type Ask, Judge, type World } from '../access/testing/world.js'
export {
  adminRequest,
  call,
  element,
  elements,
  send,
  type TestRequest,
  type TestResponse,
  untouchable,
} from './call.js'
export * from './callbacks.js'
export * from './domain.js'
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
export * from './parsers.js'
export { Ram } from './ram.js'
export { type S3Request, s3 } from './s3.js'
export { OTHER, ROOT, type StartedService, startService } from './start-service.js'
export * from './stored.js'
export { ask, idOf, listedVersions, listVersions, put, setVersioning, startVersioned } from './versions.js'
