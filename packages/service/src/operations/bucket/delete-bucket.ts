import { handler } from '../../call.js'
import { deleteBucket as removeBucket } from '../../domain/buckets/buckets.js'
import { abortAll } from '../../domain/uploads/abort-all.js'

export const deleteBucket = handler('DeleteBucket', async ({ domain, bucket, input }) => {
  if (input.abortsUploads === true) await abortAll(domain, bucket.name)
  await removeBucket(domain, bucket.name)
  return { output: {} }
})
