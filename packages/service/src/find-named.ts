/** The records that the head of a request names, in one read. */
import { ACTIONS, type DeclaredOperation, type Operation } from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import { authorise, requireOwner, type Touched } from './access/authorise.js'
import { NOTHING_READ, readOnlyEdition } from './access/bucket-rules.js'
import { accountOf, editionOf } from './access/requester.js'
import { type ReadWithBucket, withSettings } from './bucket-settings.js'
import type { CallHead } from './call.js'
import type { Found } from './call-parts.js'
import { type BucketAndMore, findBucketAndMore, findBucketIfAny } from './domain/buckets/buckets.js'
import { findBucketAndObject } from './domain/objects/objects.js'
import { type OpenObject, openBucketAndObject } from './domain/objects/open-object.js'
import type { DeleteMarker, ObjectRecord } from './domain/stored/model.js'
import { requireEndpoint } from './response/endpoint.js'

/** Results of steps 1 to 4 for an operation. */
export type Head = CallHead<Operation> & { readonly operation: DeclaredOperation }

/**
 * Looks up the bucket, or bucket and object, that a request names, with all that its authorisation needs, in one read.
 * Throws noSuchBucket.
 */
export function findNamed(head: CallHead<Operation>): Awaitable<Found> {
  const { operation, domain, requester, exchange, access, bucketName: name, objectName, entrance } = head
  if (name === undefined) return findNothing(head)
  const isOpen = operation.permissions.length === 0
  const forAccess = isOpen ? readOnlyEdition(requester) : access.rules.readFor(requester, entrance?.accessPoint)
  const readRules = withSettings(head, forAccess)
  if (operation.createsBucket === true) {
    // a bucket of another account is for the operation to refuse: its name is taken
    return andThen(findBucketIfAny(domain, name, readRules), (found) =>
      found !== undefined && found.bucket.owner === accountOf(requester)?.id ? foundOf(found) : findNothing(head),
    )
  }
  if (operation.reads === 'object' && objectName !== undefined) {
    return andThen(openBucketAndObject(domain, exchange.scope, objectName, readRules), (found) =>
      foundOf(found, found.object?.record, found.object, found.marker),
    )
  }
  if (readsObject(operation) && objectName !== undefined) {
    return andThen(findBucketAndObject(domain, objectName, readRules), (found) =>
      foundOf(found, found.object, undefined, found.marker),
    )
  }
  return andThen(findBucketAndMore(domain, name, readRules), (found) => foundOf(found))
}

/** Refuses a request that expects another owner of its bucket, or that reached it elsewhere. Throws bucketOwnerDiffers, endpointOfOtherRegion. */
export function requireMeant({ input, exchange }: CallHead<Operation>, { bucket }: Found): void {
  requireOwner(bucket, input)
  const { strict, region } = exchange.surroundings.options
  if (strict && bucket !== undefined) requireEndpoint(exchange.request.host, region, bucket.name)
}

const NOTHING_FOUND: Found = {
  ...NOTHING_READ,
  bucket: undefined,
  object: undefined,
  openObject: undefined,
  marker: undefined,
}

/** Nothing but the edition of the requester's permissions, where they depend on one. */
function findNothing({ access, requester }: CallHead<Operation>): Awaitable<Found> {
  if (editionOf(requester) === undefined) return NOTHING_FOUND
  return andThen(access.keys.edition(requester), (edition) => ({ ...NOTHING_FOUND, edition }))
}

/** All fields in one literal: a spread for each request costs more than all of them. */
function foundOf(
  { bucket, more }: BucketAndMore<ReadWithBucket>,
  object?: ObjectRecord,
  openObject?: OpenObject,
  marker?: DeleteMarker,
): Found {
  return {
    bucket,
    rules: more.rules,
    edition: more.edition,
    settings: more.settings,
    object,
    openObject,
    marker,
  }
}

/** Whether an operation reads its object, so that it is looked up with its bucket. */
export function readsObject({ level, permissions: [action] }: Operation): boolean {
  return level === 'object' && action !== undefined && ACTIONS[action] === 'read'
}

/** The things that the declared actions of a request touch. Only the object of an operation that reads it was looked up with its bucket. */
export function touched(
  { operation, bucketName: name, objectName }: CallHead<Operation>,
  { bucket, rules, object }: Found,
): Touched {
  const { key, version } = objectName ?? {}
  return { bucket, bucketName: name, rules, key, version, object: readsObject(operation) ? object : 'unread' }
}

/**
 * Allows a request that is still being answered what it was allowed, as time, key, policies and settings are now. Throws the causes of
 * authorisation, noSuchBucket, and as RamKeys.current.
 */
export function authoriseAgain(head: CallHead<Operation>): Awaitable<void> {
  const { access, domain, conditions } = head
  const requester = head.requester.kind === 'anonymous' ? head.requester : access.keys.current(head.requester)
  return andThen(requester, (current) => {
    const again = { ...head, requester: current, conditions: { ...conditions, now: domain.clock() } }
    return andThen(findNamed(again), (found) => authorise(again, touched(again, found)))
  })
}
