import { byName } from '../operation.js'
import { bucketOperations } from './bucket/index.js'
import { multipartOperations } from './multipart/index.js'
import { objectOperations } from './object/index.js'
import { serviceOperations } from './service/index.js'

/** All operations that Bindery has, by OSS's name. */
export const operations = byName([
  ...serviceOperations,
  ...bucketOperations,
  ...objectOperations,
  ...multipartOperations,
])

/** The declarations of OSS's operations, by name. */
export type Operations = typeof operations
/** The name of an operation of OSS that Bindery has. */
export type OperationName = keyof Operations
