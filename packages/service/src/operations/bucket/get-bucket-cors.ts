import { handler } from '../../call.js'
import { findCors } from '../../domain/buckets/cors.js'

export const getBucketCors = handler('GetBucketCors', async ({ domain, bucket }) => {
  return { output: {}, result: await findCors(domain, bucket.name) }
})
