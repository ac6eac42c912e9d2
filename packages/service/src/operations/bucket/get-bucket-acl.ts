import { handler } from '../../call.js'
import { ownerOf } from '../describe.js'

export const getBucketAcl = handler('GetBucketAcl', ({ bucket }) => {
  return { output: {}, result: { owner: ownerOf(bucket.owner), accessControlList: { grant: bucket.acl } } }
})
