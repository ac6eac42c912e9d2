import { handler } from '../../call.js'
import { setCors } from '../../domain/buckets/cors.js'

export const putBucketCors = handler('PutBucketCors', async (call) => {
  const { rules, responseVary = false } = await call.document()
  await setCors(call.domain, call.bucket.name, { rules, responseVary })
  return { output: {} }
})
