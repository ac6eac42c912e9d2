import { byName, type InputOf, type OutputOf } from '../../operation.js'
import type { Operations } from '../../operations/index.js'
import { bucketOperations } from './bucket.js'
import { inventoryOperations } from './inventory.js'
import { lifecycleOperations } from './lifecycle.js'
import { listingOperations } from './listing.js'
import { lockOperations } from './lock.js'
import { multipartOperations } from './multipart.js'
import { objectOperations } from './object.js'
import { ownOperations } from './own.js'
import { serviceOperations } from './service.js'
import { settingOperations } from './settings.js'
import { websiteOperations } from './website.js'

/** All operations of S3 that Bindery has, by S3's name. */
export const s3Operations = byName([
  ...serviceOperations,
  ...bucketOperations,
  ...settingOperations,
  ...lifecycleOperations,
  ...websiteOperations,
  ...lockOperations,
  ...ownOperations,
  ...inventoryOperations,
  ...listingOperations,
  ...objectOperations,
  ...multipartOperations,
])

/** The declarations of S3's operations, by name. */
export type S3Operations = typeof s3Operations

/** The operations that have handlers: those of OSS, and those that only S3 has. */
export type HandledOperations = Operations & {
  readonly [O in (typeof ownOperations)[number] as O['handledAs']]: O
}
/** The name of a handler. */
export type HandledName = keyof HandledOperations

/** S3's operations by the name of the operation of OSS whose handler serves them. */
type ByHandler = { readonly [O in S3Operations[keyof S3Operations] as O['handledAs']]: O }

type Beyond<S3, Oss> = Partial<Omit<S3, keyof Oss>>

/** The input that a handler gets from requests of S3 alone. */
export type S3InputOf<N> = N extends keyof ByHandler
  ? Beyond<InputOf<ByHandler[N]>, InputOf<HandledOperations[N]>>
  : unknown
/** The output that a handler may have for answers of S3 alone. */
export type S3OutputOf<N> = N extends keyof ByHandler
  ? Beyond<OutputOf<ByHandler[N]>, OutputOf<HandledOperations[N]>>
  : unknown
