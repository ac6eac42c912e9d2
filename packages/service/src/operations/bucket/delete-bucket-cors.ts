import { handler } from '../../call.js'
import { deleteCors } from '../../domain/buckets/cors.js'

export const deleteBucketCors = handler('DeleteBucketCors', async ({ domain, bucket }) => {
  await deleteCors(domain, bucket.name)
  return { output: {} }
})
