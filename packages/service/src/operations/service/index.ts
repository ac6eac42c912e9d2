import { getUserQosInfo } from '../bucket/qos-info.js'
import { listUserDataRedundancyTransition } from '../bucket/redundancy-transition.js'
import { describeRegions } from './describe-regions.js'
import { getStoreStatus } from './get-store-status.js'
import { listBuckets } from './list-buckets.js'
import { deletePublicAccessBlock, getPublicAccessBlock, putPublicAccessBlock } from './public-access-block.js'

/** Handlers of the operations on the service. */
export const serviceHandlers = [
  listBuckets,
  describeRegions,
  putPublicAccessBlock,
  getPublicAccessBlock,
  deletePublicAccessBlock,
  listUserDataRedundancyTransition,
  getUserQosInfo,
  getStoreStatus,
] as const
