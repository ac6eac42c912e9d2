import { OssError } from '@bindery/protocol'
import { andThen } from '@bindery/storage'
import { handler } from '../../call.js'
import { findDocument } from '../../domain/buckets/documents.js'
import {
  addReplication,
  findReplications,
  type ReplicationRule,
  removeAllReplications,
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

/** The rules in S3's form: one for each prefix, and one for the whole bucket without prefixes. */
const getS3BucketReplication = handler('GetS3BucketReplication', ({ domain, bucket }) =>
  andThen(findDocument(domain, bucket.name, 'replication'), (found) => {
    if (found === undefined) throw new OssError('noSuchReplication')
    const role = found.rules.find(({ syncRole }) => syncRole !== undefined)?.syncRole ?? ''
    return { output: {}, result: { role, rules: found.rules.flatMap(rulesOfS3) } }
  }),
)

function rulesOfS3({ id, prefixSet, status, destination }: ReplicationRule) {
  const prefixes = prefixSet?.prefixes ?? ['']
  return prefixes.map((prefix, index) => ({
    id: id !== undefined && prefixes.length > 1 ? `${id}-${index + 1}` : id,
    prefix,
    status: status === 'closing' ? ('Disabled' as const) : ('Enabled' as const),
    destination: { bucket: `arn:aws:s3:::${destination.bucket}` },
  }))
}

const deleteS3BucketReplication = handler('DeleteS3BucketReplication', async ({ domain, bucket }) => {
  await removeAllReplications(domain, bucket.name)
  return { output: {} }
})

/** The handlers of the same rules in S3. */
export const s3ReplicationHandlers = [getS3BucketReplication, deleteS3BucketReplication] as const

export const putBucketRtc = handler('PutBucketRTC', async ({ domain, bucket, document: { id, rtc } }) => {
  await setRtc(domain, bucket.name, id, rtc)
  return { output: {} }
})
