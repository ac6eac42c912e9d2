import { handler } from '../../call.js'
import { setLifecycle } from '../../domain/buckets/lifecycle.js'

export const putBucketLifecycle = handler('PutBucketLifecycle', async (call) => {
  const { rules } = await call.document()
  await setLifecycle(call.domain, {
    bucket: call.bucket.name,
    rules: rules.map(({ id, prefix = '', status, abortMultipartUpload }) => ({
      id,
      prefix,
      enabled: status === 'Enabled',
      ...abortMultipartUpload,
    })),
    allowOverlap: call.input.allowSameActionOverlap,
  })
  return { output: {} }
})
