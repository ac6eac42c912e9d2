/** The buckets that a request names besides its own. */
import { type BucketName, type Entrance, isAccessPointAlias } from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import type { Asking } from './access/authorise.js'
import type { ReadForAccess } from './access/bucket-rules.js'
import { findEntrance } from './domain/buckets/access-points.js'
import { type BucketAndMore, findBucketAndMore } from './domain/buckets/buckets.js'
import type { BucketRecord } from './domain/stored/model.js'

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

/**
 * The bucket of an object that an operation makes elsewhere. In the bucket of the request itself, `own`, the access point that
 * the request came by decides about that object too. Throws noSuchBucket.
 */
export function findTarget(
  { domain, access, requester, entrance }: Asking & { readonly entrance: Entrance | undefined },
  name: BucketName,
  own: BucketRecord,
): Awaitable<BucketAndMore<ReadForAccess>> {
  const accessPoint = name === own.name ? entrance?.accessPoint : undefined
  return findBucketAndMore(domain, name, access.rules.readFor(requester, accessPoint))
}
