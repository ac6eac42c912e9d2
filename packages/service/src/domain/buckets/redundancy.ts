/** The change of a bucket's redundancy from LRS to ZRS: a label, so that it is finished when it is begun. */
import { type BucketName, type BucketSettings, OssError } from '@bindery/protocol'
import { type Domain, newId } from '../domain.js'
import { readDocument, writeDocument } from '../stored/documents.js'
import { bucketRows } from '../stored/keyspace.js'
import { ownBuckets, readBucket } from './buckets.js'
import { changeDocument, findDocument } from './documents.js'

const DOCUMENT = { kind: 'redundancyTransition' } as const

/** The change of redundancy that is recorded for a bucket. */
export type RedundancyTransition = BucketSettings['redundancyTransition']

/** Resolves with the id of the task. Throws noSuchBucket, redundancyTaskExists. */
export async function changeRedundancy(domain: Domain, bucket: BucketName): Promise<string> {
  const taskId = newId(domain).toLowerCase()
  const now = domain.clock()
  await domain.metadata.transact(async (tx) => {
    const record = await readBucket(domain, tx, bucket)
    if (record.redundancy === 'ZRS') throw new OssError('redundancyTaskExists')
    const changed = { ...record, redundancy: 'ZRS' } as const
    bucketRows.set(tx, { bucket }, changed)
    writeDocument(tx, changed, DOCUMENT, {
      bucket,
      taskId,
      status: 'Finished',
      createTime: now,
      startTime: now,
      endTime: now,
      processPercentage: 100,
      estimatedRemainingTime: 0,
    } satisfies RedundancyTransition)
  })
  return taskId
}

/** The recorded change of a bucket's redundancy; undefined without one. Throws noSuchBucket. */
export async function findTransition(domain: Domain, bucket: BucketName): Promise<RedundancyTransition | undefined> {
  return findDocument(domain, bucket, 'redundancyTransition')
}

/** Deletes the record of a change of redundancy. Throws noSuchBucket, redundancyTaskUnknown. */
export async function forgetTransition(domain: Domain, bucket: BucketName, taskId: string): Promise<void> {
  await changeDocument(domain, bucket, DOCUMENT, async ({ tx, bucket: record }) => {
    const found = await readDocument(tx, record, 'redundancyTransition')
    if (found?.taskId !== taskId) throw new OssError('redundancyTaskUnknown')
    return undefined
  })
}

/** The transitions of an account's buckets, in the order of the buckets' names. */
export async function listTransitions(domain: Domain, owner: string): Promise<RedundancyTransition[]> {
  const buckets = await ownBuckets(domain.metadata, owner)
  const found = await domain.metadata.read((reader) =>
    Promise.all(buckets.map((bucket) => readDocument(reader, bucket, 'redundancyTransition'))),
  )
  return found.filter((transition) => transition !== undefined)
}
