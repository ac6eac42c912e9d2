/** Limits of bandwidth and requests of the requesters of a bucket, as they are set. */

import type { BucketName, BucketSettings } from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import type { Domain } from '../domain.js'
import { readDocument } from '../stored/documents.js'
import { changeDocument, findDocument } from './documents.js'

const DOCUMENT = { kind: 'requesterQosInfo', rowsMax: 8 } as const

/** The limits of one requester of a bucket. */
export type RequesterQos = BucketSettings['requesterQosInfo']['requesters'][number]

/** Sets the limits of a requester. Throws noSuchBucket, entityTooLarge. */
export function putRequesterQos(domain: Domain, bucket: BucketName, qos: RequesterQos): Promise<void> {
  return changeRequesters(domain, bucket, qos.requester, [qos])
}

/** Deletes the limits of a requester if it has any. Throws noSuchBucket. */
export function deleteRequesterQos(domain: Domain, bucket: BucketName, requester: string): Promise<void> {
  return changeRequesters(domain, bucket, requester, [])
}

async function changeRequesters(
  domain: Domain,
  bucket: BucketName,
  requester: string,
  replacement: readonly RequesterQos[],
): Promise<void> {
  await changeDocument(domain, bucket, DOCUMENT, async ({ tx, bucket: record }) => {
    const before = (await readDocument(tx, record, 'requesterQosInfo'))?.requesters ?? []
    const requesters = [...before.filter((one) => one.requester !== requester), ...replacement]
    if (requesters.length === 0) return undefined
    return { requesters: requesters.sort((one, other) => (one.requester < other.requester ? -1 : 1)) }
  })
}

/** In the order of the ids. Throws noSuchBucket. */
export function findRequesterQos(domain: Domain, bucket: BucketName): Awaitable<readonly RequesterQos[]> {
  return andThen(findDocument(domain, bucket, 'requesterQosInfo'), (found) => found?.requesters ?? [])
}
