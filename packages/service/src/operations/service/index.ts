import { getStoreStatus } from './get-store-status.js'
import { listBuckets } from './list-buckets.js'
import { deletePublicAccessBlock, getPublicAccessBlock, putPublicAccessBlock } from './public-access-block.js'

/** Handlers of the operations on the service. */
export const serviceHandlers = [
  listBuckets,
  putPublicAccessBlock,
  getPublicAccessBlock,
  deletePublicAccessBlock,
  getStoreStatus,
] as const
