import { handler } from '../../call.js'
import { setBucketAclOfS3 } from '../../domain/buckets/buckets.js'
import { ownerOf } from '../describe.js'
import { grantsOf, requireAcls, statedAcl } from '../grants.js'

const getBucketGrants = handler('GetBucketGrants', ({ bucket: { owner, acl } }) => ({
  output: {},
  result: { owner: ownerOf(owner), accessControlList: { grants: grantsOf(owner, acl) } },
}))

const putBucketGrants = handler('PutBucketGrants', async ({ domain, bucket, input, document }) => {
  const acl = statedAcl(input, document, bucket.owner)
  await requireAcls(domain, bucket, acl)
  await setBucketAclOfS3(domain, bucket.name, acl)
  return { output: {} }
})

/** The handlers of bucket ACLs as lists of grants. */
export const bucketGrantHandlers = [getBucketGrants, putBucketGrants] as const
