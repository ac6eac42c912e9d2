/** Settings of a bucket that the answer of an operation depends on: they are read together with the bucket. */
import type { BucketSettings, Operation } from '@bindery/protocol'
import { type Awaitable, andThen, type Reader, settle, together } from '@bindery/storage'
import type { ReadForAccess } from './access/bucket-rules.js'
import type { Requester } from './access/requester.js'
import type { ReadMore } from './domain/buckets/buckets.js'
import { isDamage } from './domain/stored/damage.js'
import { readDocument } from './domain/stored/documents.js'
import type { BucketRecord } from './domain/stored/model.js'
import type { LifecycleRule } from './domain/upkeep/due-action.js'

export interface ReadWithBucket extends ReadForAccess {
  /** Only of operations whose answer shows when an object expires, in a bucket that has rules. */
  readonly lifecycle?: readonly LifecycleRule[] | undefined
  /** Only of operations whose answer shows when an object was read. */
  readonly accessMonitor?: BucketSettings['accessmonitor'] | undefined
  /** Only for anonymous reads of a bucket that is a website. */
  readonly website?: BucketSettings['website'] | undefined
}

/** Adds what the answer of an operation depends on. Nothing is read, and nothing changes, where the bucket has none of it. */
export function withSettings(
  operation: Operation,
  requester: Requester,
  readRules: ReadMore<ReadForAccess>,
): ReadMore<ReadWithBucket> {
  return withWebsite(operation, requester, withAccessMonitor(operation, withLifecycle(operation, readRules)))
}

function withAccessMonitor({ output }: Operation, readMore: ReadMore<ReadWithBucket>): ReadMore<ReadWithBucket> {
  if (!('lastAccessTime' in output)) return readMore
  return (reader, bucket) => {
    if (bucket.documents?.accessmonitor === undefined) return readMore(reader, bucket)
    const both = together(readMore(reader, bucket), readDocument(reader, bucket, 'accessmonitor'))
    return andThen(both, ([others, accessMonitor]) => ({ ...others, accessMonitor }))
  }
}

/** A website answers anonymous reads alone. */
function withWebsite(
  { method }: Operation,
  requester: Requester,
  readMore: ReadMore<ReadWithBucket>,
): ReadMore<ReadWithBucket> {
  if (requester.kind !== 'anonymous' || (method !== 'GET' && method !== 'HEAD')) return readMore
  return (reader, bucket) => {
    if (bucket.documents?.website === undefined) return readMore(reader, bucket)
    const both = together(readMore(reader, bucket), readDocument(reader, bucket, 'website'))
    return andThen(both, ([others, website]) => ({ ...others, website }))
  }
}

function withLifecycle({ output }: Operation, readRules: ReadMore<ReadForAccess>): ReadMore<ReadWithBucket> {
  if (!('expiration' in output)) return readRules
  return (reader, bucket) => {
    if (bucket.documents?.lifecycle === undefined) return readRules(reader, bucket)
    const both = together(readRules(reader, bucket), readLifecycle(reader, bucket))
    return andThen(both, ([access, lifecycle]) => ({ ...access, lifecycle }))
  }
}

/** Damaged rules are reported by the pass that applies them; what they do to an object is not known. */
function readLifecycle(reader: Reader, bucket: BucketRecord): Awaitable<readonly LifecycleRule[] | undefined> {
  return settle(
    () => readDocument(reader, bucket, 'lifecycle'),
    (found) => found?.rules,
    (error) => {
      if (!isDamage(error)) throw error
      return undefined
    },
  )
}
