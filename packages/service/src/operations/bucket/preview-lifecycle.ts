import { handler } from '../../call.js'
import { previewLifecycle } from '../../domain/upkeep/preview-lifecycle.js'
import { documentRules } from './document-rules.js'

export const previewBucketLifecycle = handler('PreviewBucketLifecycle', async (call) => {
  const { domain, bucket, document } = call
  call.exchange.surroundings.walks.enter(call.scope)
  const { rules } = await domain.metadata.transact(async (tx) => {
    return (await documentRules.lifecycle?.(document, { domain, tx, bucket })) ?? document
  })
  return { output: {}, result: await previewLifecycle(domain, bucket, rules) }
})
