import { getStoreStatus } from './get-store-status.js'
import { listBuckets } from './list-buckets.js'

/** Handlers of the operations on the service. */
export const serviceHandlers = [listBuckets, getStoreStatus] as const
