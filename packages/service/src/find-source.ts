import { type BucketName, isAccessPointAlias } from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import type { Asking } from './access/authorise.js'
import type { ReadForAccess } from './access/bucket-rules.js'
import { findEntrance } from './domain/buckets/access-points.js'
import { type BucketAndMore, findBucketAndMore } from './domain/buckets/buckets.js'

/**
 * The bucket of an object that is to be copied, by its name or, with `byAlias`, by the alias of an access point, whose rules
 * then count too. Throws noSuchBucket, noSuchAccessPoint.
 */
export function findSource(
  { domain, access, requester }: Asking,
  name: BucketName,
  byAlias: boolean,
): Awaitable<BucketAndMore<ReadForAccess>> {
  const entrance = byAlias && isAccessPointAlias(name) ? findEntrance(domain, name) : undefined
  return andThen(entrance, (found) =>
    findBucketAndMore(domain, found?.bucket ?? name, access.rules.readFor(requester, found?.accessPoint)),
  )
}
