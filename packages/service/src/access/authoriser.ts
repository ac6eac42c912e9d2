/**
 * Who may do what, decided in one place. A decision is a pure function of what was looked up before; `authorise.ts`
 * does the looking up.
 */
import { ACTIONS, type AclClass, type Action, type Cause } from '@bindery/protocol'
import type { BucketRecord, ObjectRecord } from '../domain/stored/model.js'
import type { Conditions } from './conditions.js'
import type { Requester } from './requester.js'

/** What an action is done to. */
export interface Resource {
  /** Account id: of the bucket's owner, or of the requester whose service or new bucket this is. */
  readonly owner: string | undefined
  /** Undefined for the service, and for a bucket that the operation is about to create. */
  readonly bucket: BucketRecord | undefined
  /** Undefined for a bucket as a whole. */
  readonly key?: string | undefined
  /** The object of that key, undefined where there is none. `unread` until a decision needs it. */
  readonly object?: Pick<ObjectRecord, 'acl'> | undefined | 'unread'
}

/** One question to the authoriser. */
export interface AccessQuestion {
  readonly requester: Requester
  /** As the operation declares it. */
  readonly action: Action
  /** The action that this one accompanies (an ACL sent with an upload); ACLs judge the two as one. */
  readonly within?: Action | undefined
  readonly resource: Resource
  readonly conditions: Conditions
}

export type Decision = Allowed | Denied

export interface Allowed {
  readonly allowed: true
}

export interface Denied {
  readonly allowed: false
  readonly cause: Cause
}

/** Decides whether a requester may do one thing. */
export interface Authoriser {
  /** Whether `decide` depends on the object, and the question does not hold it yet. */
  needsObject(question: AccessQuestion): boolean
  decide(question: AccessQuestion): Decision
}

const ALLOWED: Allowed = { allowed: true }

/**
 * The owner of a bucket may do everything with it; everyone else only what the ACL opens. An object's own ACL wins over
 * its bucket's in both directions, and no ACL opens management.
 * @see https://help.aliyun.com/document_detail/100676.html
 */
export const aclAuthoriser: Authoriser = {
  needsObject: (question) =>
    question.resource.object === 'unread' && !isOwner(question) && aclClass(question) !== 'manage',
  decide: (question) => {
    if (isOwner(question)) return ALLOWED
    const { requester, resource } = question
    const anonymous = requester.kind === 'anonymous'
    if (resource.bucket === undefined && anonymous) return denied('anonymousForbidden')
    const access = aclClass(question)
    if (access === 'manage') return denied(anonymous ? 'anonymousBucketDenied' : 'bucketNotYours')
    return opens(effectiveAcl(resource), access) ? ALLOWED : denied('deniedByAcl')
  },
}

function isOwner({ requester, resource }: AccessQuestion): boolean {
  return requester.kind === 'account' && requester.account.id === resource.owner
}

function aclClass({ action, within = action }: AccessQuestion): AclClass {
  return ACTIONS[within]
}

function effectiveAcl({ bucket, object }: Resource): string | undefined {
  if (object === 'unread') throw new TypeError('the ACL of an object must be read before it is judged')
  return object === undefined || object.acl === 'default' ? bucket?.acl : object.acl
}

function opens(acl: string | undefined, access: 'read' | 'write'): boolean {
  return acl === 'public-read-write' || (acl === 'public-read' && access === 'read')
}

function denied(cause: Cause): Denied {
  return { allowed: false, cause }
}
