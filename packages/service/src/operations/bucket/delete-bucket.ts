import { handler } from '../../call.js'
import { deleteBucket as removeBucket } from '../../domain/buckets/buckets.js'

export const deleteBucket = handler('DeleteBucket', async (call) => {
  await removeBucket(call.domain, call.bucket.name)
  return { output: {} }
})
