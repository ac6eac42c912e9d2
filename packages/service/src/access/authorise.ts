import { type Action, type ObjectKey, type Operation, OssError, VERSION_ACTIONS } from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import type { Domain } from '../domain/domain.js'
import { readObject } from '../domain/objects/current.js'
import type { BucketRecord, ObjectRecord, VersionId } from '../domain/stored/model.js'
import type { Access } from './access.js'
import type { Authoriser } from './authoriser.js'
import type { Conditions } from './conditions.js'
import { type Decision, type Denied, NEEDS_OBJECT } from './decision.js'
import type { AccessQuestion, BucketRules } from './question.js'
import { Refusal } from './refusal.js'
import { accountOf, type Requester } from './requester.js'

/** The requester, the operation and the circumstances of a request. */
export interface Asking {
  readonly domain: Domain
  readonly access: Access
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
  /** The version that the request names: such a request needs actions of its own. */
  readonly version?: VersionId | undefined
  /** `unread`: looked up if a decision depends on it. */
  readonly object?: ObjectRecord | undefined | 'unread'
}

/**
 * Allows the declared actions of an operation, or throws the cause of the first denial. Waits only to look up an
 * object.
 */
export function authorise(asking: Asking, touched: Touched): Awaitable<void> {
  return requireAll(asking, touched, neededActions(asking, touched))
}

/** Throws bucketOwnerDiffers if the requester takes a bucket for that of another account. */
export function requireOwner(
  bucket: BucketRecord | undefined,
  { expectedBucketOwner: expected }: { readonly expectedBucketOwner?: string | undefined },
): void {
  if (expected !== undefined && bucket !== undefined && bucket.owner !== expected) {
    throw new OssError('bucketOwnerDiffers')
  }
}

/** Allows reading the source of a copy, or throws the cause of the denial. */
export function authoriseSource(asking: Asking, touched: Touched): Awaitable<void> {
  const needed = (asking.operation.sourcePermissions ?? []).map((action) => ({ action }))
  return requireAll(asking, touched, needed)
}

/** Allows writing the object that an operation makes elsewhere, or throws the cause of the denial. */
export function authoriseTarget(asking: Asking, touched: Touched): Awaitable<void> {
  const needed = (asking.operation.targetPermissions ?? []).map((action) => ({ action }))
  return requireAll(asking, touched, needed)
}

/** Allows the actions that a part of the body needs, or throws the cause of the denial. */
export function authoriseBody(asking: Asking, touched: Touched): Awaitable<void> {
  const { permissions, bodyPermissions = [] } = asking.operation
  const needed = bodyPermissions.map((action) => ({ action, within: permissions[0] }))
  return requireAll(asking, touched, needed)
}

/** Allows listing the keys of a bucket, or throws the cause of the denial. */
export function authoriseListing(asking: Asking, touched: Touched): Awaitable<void> {
  return requireAll(asking, touched, [{ action: 'oss:ListObjects' }])
}

/** Allows reading an object that the operation needs besides its own, or throws the cause of the denial. */
export function authoriseRead(asking: Asking, touched: Touched): Awaitable<void> {
  return requireAll(asking, touched, [{ action: 'oss:GetObject' }])
}

/** Whether a requester is of an account, and not only the bearer of a URL that such a requester signed. */
export function isSignedBy({ requester, conditions }: Asking, account: string | undefined): boolean {
  return conditions.signedIn === 'header' && accountOf(requester)?.id === account
}

interface Needed extends Pick<AccessQuestion, 'action' | 'within'> {
  /** Only a statement of a policy that denies it counts. */
  readonly unlessDenied?: true
}

function neededActions({ operation, conditions }: Asking, { bucket }: Touched): Needed[] {
  const { permissions, permissionsWith, settingNothing = {}, undenied = [], createsBucket } = operation
  const needed: Needed[] = permissions.map((action) => ({ action }))
  if (createsBucket === true && bucket === undefined && !permissions.includes('oss:PutBucket')) {
    needed.push({ action: 'oss:PutBucket' })
  }
  for (const header in permissionsWith) {
    const action: Action | undefined = permissionsWith[header]
    const value = conditions.stated.header(header)
    if (action === undefined || value === undefined || value === settingNothing[header]) continue
    needed.push({ action, within: permissions[0] })
  }
  for (const action of undenied) needed.push({ action, unlessDenied: true })
  return needed
}

function requireAll(asking: Asking, touched: Touched, needed: readonly Needed[]): Awaitable<void> {
  const { access, operation, requester, conditions } = asking
  const { bucket, bucketName = bucket?.name, rules, key, version, object } = touched
  const owner = bucket?.owner ?? accountOf(requester)?.id
  for (const { action: declared, within, unlessDenied } of needed) {
    const action = version === undefined ? declared : (VERSION_ACTIONS[declared] ?? declared)
    const resource = { owner, bucketName, bucket, rules, key, object }
    const question: AccessQuestion = { requester, action, within, resource, conditions }
    const decision =
      operation.keysInBody === true && key === undefined
        ? decideOnSome(access.authoriser, question)
        : access.authoriser.decide(question)
    if (decision === NEEDS_OBJECT) {
      return andThen(findObject(asking, touched), (found) => requireAll(asking, { ...touched, object: found }, needed))
    }
    if (!decision.allowed && !(unlessDenied === true && decision.reason.statement === undefined)) {
      throw denial(access, question, decision)
    }
  }
}

function denial({ authoriser }: Access, question: AccessQuestion, { cause, reason }: Denied): OssError {
  const refusal = new Refusal(question.requester, question.action, reason, authoriser.factsOf(question, reason))
  return new OssError(cause, refusal.details, { cause: refusal })
}

/** The body of an operation may name objects, or versions of them. */
function decideOnSome(authoriser: Authoriser, question: AccessQuestion): Decision {
  const decision = authoriser.decideOnSome(question)
  const action = VERSION_ACTIONS[question.action]
  if (decision.allowed || action === undefined) return decision
  const ofVersions = authoriser.decideOnSome({ ...question, action })
  return ofVersions.allowed ? ofVersions : decision
}

function findObject({ domain }: Asking, { bucket, key, version }: Touched): Awaitable<ObjectRecord | undefined> {
  if (bucket === undefined || key === undefined) return undefined
  return domain.metadata.read((reader) => readObject(reader, { bucket: bucket.name, key, version }))
}
