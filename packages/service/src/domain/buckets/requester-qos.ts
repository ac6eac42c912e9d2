/** Limits of bandwidth and requests of the requesters of a bucket, as they are set. */

import type { BucketName, BucketSettings } from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import type { Domain } from '../domain.js'
import {
  changeListed,
  findListed,
  type ListedSettings,
  type Page,
  pageOf,
  withOne,
  without,
} from './listed-settings.js'

/** The limits of one requester of a bucket. */
export type RequesterQos = BucketSettings['requesterQosInfo']['requesters'][number]

const QOS: ListedSettings<'requesterQosInfo', RequesterQos> = {
  kind: 'requesterQosInfo',
  rowsMax: 8,
  settingsIn: ({ requesters }) => requesters,
  documentOf: (requesters) => ({ requesters }),
  nameOf: ({ requester }) => requester,
}

/** Sets the limits of a requester. Throws noSuchBucket, entityTooLarge. */
export function putRequesterQos(domain: Domain, bucket: BucketName, qos: RequesterQos): Promise<void> {
  return changeListed(domain, bucket, QOS, (before) => withOne(before, QOS.nameOf, qos))
}

/** Deletes the limits of a requester if it has any. Throws noSuchBucket. */
export function deleteRequesterQos(domain: Domain, bucket: BucketName, requester: string): Promise<void> {
  return changeListed(domain, bucket, QOS, (before) => without(before, QOS.nameOf, requester))
}

/** In the order of the ids. Throws noSuchBucket. */
export function findRequesterQos(domain: Domain, bucket: BucketName): Awaitable<readonly RequesterQos[]> {
  return findListed(domain, bucket, QOS)
}

/** A page of those that follow an id. Throws noSuchBucket. */
export function listRequesterQos(
  domain: Domain,
  bucket: BucketName,
  after: string,
  size: number,
): Awaitable<Page<RequesterQos>> {
  return andThen(findRequesterQos(domain, bucket), (all) => pageOf(all, QOS.nameOf, after, size))
}
