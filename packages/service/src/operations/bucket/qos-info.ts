import { checkQosLimits, OssError, UNLIMITED_QOS } from '@bindery/protocol'
import { andThen } from '@bindery/storage'
import { handler } from '../../call.js'
import {
  deleteRequesterQos,
  findRequesterQos,
  listRequesterQos,
  putRequesterQos,
} from '../../domain/buckets/requester-qos.js'

const PAGE_SIZE = 100

export const getUserQosInfo = handler('GetUserQoSInfo', ({ region }) => {
  return { output: {}, result: { region, ...UNLIMITED_QOS } }
})

export const putBucketRequesterQosInfo = handler('PutBucketRequesterQoSInfo', async (call) => {
  const qos = { requester: call.input.qosRequester, configuration: checkQosLimits(call.document) }
  await putRequesterQos(call.domain, call.bucket.name, qos)
  return { output: {} }
})

export const getBucketRequesterQosInfo = handler('GetBucketRequesterQoSInfo', ({ domain, bucket, input }) => {
  return andThen(findRequesterQos(domain, bucket.name), (all) => {
    const found = all.find(({ requester }) => requester === input.qosRequester)
    if (found === undefined) throw new OssError('noSuchQosInfo', { bucketName: bucket.name })
    return { output: {}, result: found }
  })
})

export const deleteBucketRequesterQosInfo = handler('DeleteBucketRequesterQoSInfo', async (call) => {
  await deleteRequesterQos(call.domain, call.bucket.name, call.input.qosRequester)
  return { output: {} }
})

export const listBucketRequesterQosInfos = handler('ListBucketRequesterQoSInfos', ({ domain, bucket, input }) => {
  const { continuationToken = '', maxKeys = PAGE_SIZE } = input
  const listed = listRequesterQos(domain, bucket.name, continuationToken, maxKeys)
  return andThen(listed, ({ page: requesters, nextContinuationToken = '', isTruncated }) => {
    const result = { bucket: bucket.name, continuationToken, nextContinuationToken, isTruncated, requesters }
    return { output: {}, result }
  })
})
