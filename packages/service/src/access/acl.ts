/** Decisions without policies: what only payment or referers forbid, what owners may do, and what ACLs open. */
import { ACTIONS, type AclClass, type Cause } from '@bindery/protocol'
import { hasListingAcl } from '../domain/buckets/buckets.js'
import { type Conditions, LISTINGS } from './conditions.js'
import { allowed, type Decision, type Denied, denied, NEEDS_OBJECT } from './decision.js'
import type { AccessQuestion, Resource } from './question.js'
import { refererDenial } from './referer.js'
import type { Requester } from './requester.js'

/** Refusals that no permission lifts: hotlinks, and requesters that have to pay. */
export function forbidden({ requester, resource, conditions }: AccessQuestion): Denied | undefined {
  const { rules, owner } = resource
  if (rules === undefined) return undefined
  if (rules.requesterPays === true && !(requester.kind !== 'anonymous' && requester.account.id === owner)) {
    const cause = paymentDenial(requester, conditions)
    if (cause !== undefined) return denied(cause, { source: 'requestPayment' })
  }
  if (rules.referers !== undefined && conditions.signedIn !== 'header') {
    const cause = refererDenial(rules.referers, conditions.stated.referer)
    if (cause !== undefined) return denied(cause, { source: 'referer' })
  }
  return undefined
}

function paymentDenial(requester: Requester, { stated, signedIn }: Conditions): Cause | undefined {
  if (requester.kind === 'anonymous') return 'requesterPaysAnonymous'
  if (stated.agreesToPay) return undefined
  return signedIn === 'url' ? 'requesterPaysUrl' : 'requesterPaysHeader'
}

/** The owner may do everything with a bucket; everyone else only what the ACL allows, and no ACL allows management. */
export function byOwnerOrAcl(question: AccessQuestion): Decision | typeof NEEDS_OBJECT {
  const { requester, action, within = action, resource } = question
  if (requester.kind === 'account' && ownsBucket(question)) return allowed({ source: 'owner' })
  const access = ACTIONS[within]
  if (access === 'manage') {
    if (LISTINGS.has(within) && opensListing(resource)) return allowed({ source: 'acl' })
    const opened = LISTINGS.has(within) && opensListing(unblocked(resource))
    return denied(managementDenial(question), { source: blockOrAcl(question, opened) })
  }
  if (resource.object === 'unread') return NEEDS_OBJECT
  if (opens(effectiveAcl(resource, access), access)) return allowed({ source: 'acl' })
  const opened = opens(effectiveAcl(unblocked(resource), access), access)
  return denied('deniedByAcl', { source: blockOrAcl(question, opened) })
}

/** The same thing without its block of public access. */
function unblocked(resource: Resource): Resource {
  return { ...resource, rules: { ...resource.rules, blocksPublicAccess: false } }
}

/** Names the block of public access where an ACL that it overrides would have opened what is denied. */
function blockOrAcl({ resource }: AccessQuestion, opened: boolean): 'publicAccessBlock' | 'acl' {
  return resource.rules?.blocksPublicAccess === true && opened ? 'publicAccessBlock' : 'acl'
}

function managementDenial({ requester, action, resource }: AccessQuestion): Cause {
  if (requester.kind === 'anonymous') {
    return resource.bucket === undefined ? 'anonymousForbidden' : 'anonymousBucketDenied'
  }
  if (action === 'oss:ListBuckets') return 'listBucketsDenied'
  if (action === 'oss:GetObjectAcl' || action === 'oss:GetObjectVersionAcl') return 'readAclDenied'
  return action === 'oss:PutObjectAcl' || action === 'oss:PutObjectVersionAcl' ? 'writeAclDenied' : 'bucketNotYours'
}

/** The public ACLs that S3 sets on a bucket open its listings. */
function opensListing({ bucket, rules }: Resource): boolean {
  return bucket !== undefined && hasListingAcl(bucket) && bucket.acl !== 'private' && rules?.blocksPublicAccess !== true
}

/**
 * An object's own ACL takes precedence over its bucket's in both directions. One that S3 set on the bucket does not apply
 * to existing objects: it decides about writing, and about objects that do not exist.
 */
function effectiveAcl({ bucket, rules, object }: Resource, access: AclClass): string | undefined {
  if (rules?.blocksPublicAccess === true) return 'private'
  if (bucket !== undefined && hasListingAcl(bucket) && object !== 'unread') {
    if (object === undefined || access === 'write') return bucket.acl
    return object.acl === 'default' ? 'private' : object.acl
  }
  return object === undefined || object === 'unread' || object.acl === 'default' ? bucket?.acl : object.acl
}

function opens(acl: string | undefined, access: AclClass): boolean {
  return acl === 'public-read-write' || (acl === 'public-read' && access === 'read')
}

/** Whether the requester belongs to the account that owns the bucket. */
export function ownsBucket({ requester, resource }: AccessQuestion): boolean {
  return requester.kind !== 'anonymous' && requester.account.id === resource.owner
}
