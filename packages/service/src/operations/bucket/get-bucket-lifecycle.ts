import { handler } from '../../call.js'
import { findLifecycle } from '../../domain/buckets/lifecycle.js'
import type { LifecycleRule } from '../../domain/stored/model.js'

export const getBucketLifecycle = handler('GetBucketLifecycle', async ({ domain, bucket }) => {
  const rules = await findLifecycle(domain, bucket.name)
  return { output: {}, result: { rules: rules.map(ruleElement) } }
})

function ruleElement({ id, prefix, enabled, days, createdBeforeDate }: LifecycleRule) {
  const status = enabled ? ('Enabled' as const) : ('Disabled' as const)
  return { id, prefix, status, abortMultipartUpload: { days, createdBeforeDate } }
}
