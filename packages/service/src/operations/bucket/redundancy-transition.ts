import { OssError } from '@bindery/protocol'
import { handler } from '../../call.js'
import { pageOf } from '../../domain/buckets/listed-settings.js'
import { changeRedundancy, findTransition, forgetTransition, listTransitions } from '../../domain/buckets/redundancy.js'

export const createBucketDataRedundancyTransition = handler(
  'CreateBucketDataRedundancyTransition',
  async ({ domain, bucket }) => ({ output: {}, result: { taskId: await changeRedundancy(domain, bucket.name) } }),
)

export const getBucketDataRedundancyTransition = handler(
  'GetBucketDataRedundancyTransition',
  async ({ domain, bucket, input: { taskId } }) => {
    const found = await findTransition(domain, bucket.name)
    if (found?.taskId !== taskId) throw new OssError('redundancyTaskUnknown', { taskId })
    return { output: {}, result: found }
  },
)

export const listBucketDataRedundancyTransition = handler(
  'ListBucketDataRedundancyTransition',
  async ({ domain, bucket }) => {
    const found = await findTransition(domain, bucket.name)
    return { output: {}, result: { transitions: found === undefined ? [] : [found] } }
  },
)

export const deleteBucketDataRedundancyTransition = handler(
  'DeleteBucketDataRedundancyTransition',
  async ({ domain, bucket, input: { taskId } }) => {
    await forgetTransition(domain, bucket.name, taskId)
    return { output: {} }
  },
)

export const listUserDataRedundancyTransition = handler(
  'ListUserDataRedundancyTransition',
  async ({ domain, accountId, input: { continuationToken = '', maxKeys } }) => {
    const all = await listTransitions(domain, accountId)
    const { page: transitions, ...rest } = pageOf(all, ({ bucket }) => bucket, continuationToken, maxKeys)
    return { output: {}, result: { transitions, ...rest } }
  },
)
