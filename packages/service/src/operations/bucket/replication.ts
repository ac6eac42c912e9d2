import { OssError, type S3ReplicationRule } from '@bindery/protocol'
import { andThen } from '@bindery/storage'
import { handler } from '../../call.js'
import { findDocument } from '../../domain/buckets/documents.js'
import {
  addReplication,
  findReplications,
  type ReplicationRule,
  removeAllReplications,
  removeReplications,
  replaceReplications,
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

const putS3BucketReplication = handler('PutS3BucketReplication', async ({ domain, bucket, document, endpoints }) => {
  const { role, rules } = document
  await replaceReplications(
    domain,
    bucket.name,
    rules.map((rule) => ruleOfS3(rule, role, endpoints.location)),
  )
  return { output: {} }
})

/** A rule of S3 in the form of OSS, which lacks some of its members. */
function ruleOfS3(asSet: S3ReplicationRule, syncRole: string, location: string): ReplicationRule {
  const { id, prefix = asSet.filter?.prefix ?? asSet.filter?.and?.prefix, status, destination } = asSet
  const { bucket: arn } = destination
  return {
    id,
    prefixSet: prefix ? { prefixes: [prefix] } : undefined,
    action: 'ALL',
    destination: { bucket: arn.slice(arn.lastIndexOf(':') + 1), location },
    status: status === 'Disabled' ? 'closing' : 'starting',
    historicalObjectReplication: asSet.existingObjectReplication?.status === 'Enabled' ? 'enabled' : 'disabled',
    syncRole,
    asSet,
  }
}

/** The rules in S3's form: one for each prefix, and one for the whole bucket without prefixes. */
const getS3BucketReplication = handler('GetS3BucketReplication', ({ domain, bucket }) =>
  andThen(findDocument(domain, bucket.name, 'replication'), (found) => {
    if (found === undefined) throw new OssError('noSuchReplication')
    const role = found.rules.find(({ syncRole }) => syncRole !== undefined)?.syncRole ?? ''
    return { output: {}, result: { role, rules: found.rules.flatMap(rulesOfS3) } }
  }),
)

function rulesOfS3({ id, prefixSet, status, destination, asSet }: ReplicationRule): readonly S3ReplicationRule[] {
  if (asSet !== undefined) return [{ ...asSet, id }]
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
export const s3ReplicationHandlers = [
  putS3BucketReplication,
  getS3BucketReplication,
  deleteS3BucketReplication,
] as const

export const putBucketRtc = handler('PutBucketRTC', async ({ domain, bucket, document: { id, rtc } }) => {
  await setRtc(domain, bucket.name, id, rtc)
  return { output: {} }
})
