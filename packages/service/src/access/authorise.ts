import { type Action, type ObjectKey, type Operation, OssError } from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import type { Domain } from '../domain/domain.js'
import { readObject } from '../domain/objects/current.js'
import type { BucketRecord, ObjectRecord } from '../domain/stored/model.js'
import { type AccessQuestion, type Authoriser, type BucketRules, NEEDS_OBJECT } from './authoriser.js'
import type { BucketRuleBook } from './bucket-rules.js'
import { type Conditions, headerOf } from './conditions.js'
import { Refusal } from './refusal.js'
import { accountOf, type Requester } from './requester.js'

/** The requester, the operation and the circumstances of a request. */
export interface Asking {
  readonly domain: Domain
  readonly authoriser: Authoriser
  readonly rules: BucketRuleBook
  readonly operation: Operation
  readonly requester: Requester
  readonly conditions: Conditions
}

/** The things that an operation is about to read or change. */
export interface Touched {
  /** Undefined: the service itself, or a bucket that will be created. */
  readonly bucket: BucketRecord | undefined
  /** Present if the bucket will be created. */
  readonly bucketName?: string | undefined
  /** Settings of the bucket about access, except its ACL. */
  readonly rules?: BucketRules | undefined
  readonly key?: ObjectKey | undefined
  /** `unread`: looked up if a decision depends on it. */
  readonly object?: ObjectRecord | undefined | 'unread'
}

/**
 * Allows the declared actions of an operation, or throws the cause of the first denial. Waits only to look up an
 * object.
 */
export function authorise(asking: Asking, touched: Touched): Awaitable<void> {
  return requireAll(asking, touched, neededActions(asking))
}

/** Allows reading the source of a copy, or throws the cause of the denial. */
export function authoriseSource(asking: Asking, touched: Touched): Awaitable<void> {
  const needed = (asking.operation.sourcePermissions ?? []).map((action) => ({ action }))
  return requireAll(asking, touched, needed)
}

type Needed = Pick<AccessQuestion, 'action' | 'within'>

function neededActions({ operation, conditions }: Asking): Needed[] {
  const { permissions, permissionsWith } = operation
  const needed: Needed[] = permissions.map((action) => ({ action }))
  for (const header in permissionsWith) {
    const action: Action | undefined = permissionsWith[header]
    if (action !== undefined && headerOf(conditions, header) !== undefined)
      needed.push({ action, within: permissions[0] })
  }
  return needed
}

function requireAll(asking: Asking, touched: Touched, needed: readonly Needed[]): Awaitable<void> {
  const { authoriser, operation, requester, conditions } = asking
  const { bucket, bucketName = bucket?.name, rules, key, object } = touched
  const owner = bucket?.owner ?? accountOf(requester)?.id
  for (const { action, within } of needed) {
    const resource = { owner, bucketName, bucket, rules, key, object }
    const question: AccessQuestion = { requester, action, within, resource, conditions }
    const decision =
      operation.keysInBody === true && key === undefined
        ? authoriser.decideOnSome(question)
        : authoriser.decide(question)
    if (decision === NEEDS_OBJECT) {
      return andThen(findObject(asking, touched), (found) => requireAll(asking, { ...touched, object: found }, needed))
    }
    if (!decision.allowed) {
      throw new OssError(decision.cause, {}, { cause: new Refusal(action, decision.reason) })
    }
  }
}

function findObject({ domain }: Asking, { bucket, key }: Touched): Awaitable<ObjectRecord | undefined> {
  if (bucket === undefined || key === undefined) return undefined
  return domain.metadata.read((reader) => readObject(reader, { bucket: bucket.name, key }))
}
