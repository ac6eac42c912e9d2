import type { HandlerOf } from '../../call.js'
import { ownerOf } from '../describe.js'

export const getBucketAcl: HandlerOf<'GetBucketAcl'> = async ({ bucket }) => {
  return { output: {}, result: { owner: ownerOf(bucket.owner), accessControlList: { grant: bucket.acl } } }
}
