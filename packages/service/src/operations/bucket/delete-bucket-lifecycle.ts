import { handler } from '../../call.js'
import { deleteLifecycle } from '../../domain/buckets/lifecycle.js'

export const deleteBucketLifecycle = handler('DeleteBucketLifecycle', async ({ domain, bucket }) => {
  await deleteLifecycle(domain, bucket.name)
  return { output: {} }
})
