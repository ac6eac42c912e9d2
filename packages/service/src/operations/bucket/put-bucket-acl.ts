import { handler } from '../../call.js'
import { createBucket } from '../../domain/buckets/buckets.js'

/**
 * OSS creates a missing bucket, with or without the header. A bucket that was there when the request was authorised is not
 * created again: that would need another action.
 */
export const putBucketAcl = handler('PutBucketAcl', async (call) => {
  const mustExist = call.owner !== undefined
  await createBucket(call.domain, { name: call.bucketName, owner: call.accountId, acl: call.input.acl, mustExist })
  return { output: { location: `/${call.bucketName}` } }
})
