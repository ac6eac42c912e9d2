import { getUserQosInfo } from '../bucket/qos-info.js'
import { listUserDataRedundancyTransition } from '../bucket/redundancy-transition.js'
import { describeRegions } from './describe-regions.js'
import { getStoreStatus } from './get-store-status.js'
import { listBuckets } from './list-buckets.js'
import { deletePublicAccessBlock, getPublicAccessBlock, putPublicAccessBlock } from './public-access-block.js'

/** Operations on the service, in the order of the official reference; extensions last. */
export const serviceOperations = [
  listBuckets,
  describeRegions,
  putPublicAccessBlock,
  getPublicAccessBlock,
  deletePublicAccessBlock,
  listUserDataRedundancyTransition,
  getUserQosInfo,
  getStoreStatus,
] as const
