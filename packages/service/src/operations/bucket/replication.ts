import { OssError } from '@bindery/protocol'
import { andThen } from '@bindery/storage'
import { handler } from '../../call.js'
import {
  addReplication,
  findReplications,
  removeReplications,
  requireRule,
  setRtc,
} from '../../domain/buckets/replication.js'

export const putBucketReplication = handler('PutBucketReplication', async ({ domain, bucket, document, endpoints }) => {
  const [rule, ...others] = document.rules
  if (rule === undefined || others.length > 0) throw new OssError('malformedXml')
  return { output: { ruleId: await addReplication(domain, bucket.name, rule, endpoints.location) } }
})

export const getBucketReplication = handler('GetBucketReplication', ({ domain, bucket }) =>
  andThen(findReplications(domain, bucket.name), (rules) => ({ output: {}, result: { rules } })),
)

export const deleteBucketReplication = handler('DeleteBucketReplication', async ({ domain, bucket, document }) => {
  await removeReplications(domain, bucket.name, document.ids)
  return { output: {} }
})

export const getBucketReplicationLocation = handler('GetBucketReplicationLocation', ({ endpoints: { location } }) => {
  const locationTransferTypes = [{ location, transferTypes: { types: ['internal'] } }]
  return {
    output: {},
    result: {
      locations: [location],
      locationTransferTypeConstraint: { locationTransferTypes },
      locationRtcConstraint: { locations: [] },
    },
  }
})

export const getBucketReplicationProgress = handler(
  'GetBucketReplicationProgress',
  async ({ domain, bucket, input: { ruleId } }) => {
    const rules = await findReplications(domain, bucket.name)
    return { output: {}, result: { rules: ruleId === undefined ? rules : [requireRule(rules, ruleId)] } }
  },
)

export const putBucketRtc = handler('PutBucketRTC', async ({ domain, bucket, document: { id, rtc } }) => {
  await setRtc(domain, bucket.name, id, rtc)
  return { output: {} }
})
