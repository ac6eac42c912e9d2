/** Configurations of S3 that Bindery does not have: reads answer that nothing is configured. */
import { OssError } from '@bindery/protocol'
import { handler } from '../../call.js'

const nothing = () => ({ output: {} })

/** The list of configurations; one that is named does not exist. */
function emptyList({ input }: { readonly input: { readonly id?: string | undefined } }) {
  if (input.id !== undefined) throw new OssError('noSuchConfiguration')
  return { output: {}, result: { isTruncated: false } }
}

/** The handlers of these configurations. */
export const unconfiguredHandlers = [
  handler('PutBucketNotificationConfiguration', nothing),
  handler('GetBucketNotificationConfiguration', () => ({ output: {}, result: {} })),
  handler('ListBucketInventoryConfigurations', emptyList),
  handler('ListBucketAnalyticsConfigurations', emptyList),
  handler('ListBucketMetricsConfigurations', emptyList),
  handler('ListBucketIntelligentTieringConfigurations', emptyList),
] as const
