import { grantsOf, statedAcl } from '@bindery/protocol'
import { handler } from '../../call.js'
import { setListingAcl } from '../../domain/buckets/buckets.js'
import { ownerOf } from '../describe.js'
import { requireAcls } from '../require-acls.js'

const getBucketGrants = handler('GetBucketGrants', ({ bucket: { owner, acl } }) => ({
  output: {},
  result: { owner: ownerOf(owner), accessControlList: { grants: grantsOf(owner, acl) } },
}))

const putBucketGrants = handler('PutBucketGrants', async ({ domain, bucket, input, document }) => {
  const acl = statedAcl(input, document, bucket.owner)
  await requireAcls(domain, bucket, acl)
  await setListingAcl(domain, bucket.name, acl)
  return { output: {} }
})

/** The handlers of bucket ACLs as lists of grants. */
export const bucketGrantHandlers = [getBucketGrants, putBucketGrants] as const
