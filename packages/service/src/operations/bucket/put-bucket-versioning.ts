import { handler } from '../../call.js'
import { setVersioning } from '../../domain/buckets/versioning.js'

export const putBucketVersioning = handler('PutBucketVersioning', async ({ domain, bucket, document }) => {
  await setVersioning(domain, bucket.name, document.status)
  return { output: {} }
})
