import { handler } from '../../call.js'
import { createBucket } from '../../domain/buckets/buckets.js'

/** OSS creates a missing bucket, with or without the header. */
export const putBucketAcl = handler('PutBucketAcl', async (call) => {
  await createBucket(call.domain, { name: call.bucketName, owner: call.accountId, acl: call.input.acl })
  return { output: { location: `/${call.bucketName}` } }
})
