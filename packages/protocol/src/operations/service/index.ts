import { getStoreStatus } from './get-store-status.js'
import { listBuckets } from './list-buckets.js'

/** Operations on the service, in the order of the official reference; extensions last. */
export const serviceOperations = [listBuckets, getStoreStatus] as const
