/**
 * Access control: all decisions are made here. A decision is a pure function of what `authorise.ts` has looked up before.
 * @see https://help.aliyun.com/document_detail/100676.html
 */
import { ACTIONS, type AclClass, type Action, type Cause } from '@bindery/protocol'
import { hasListingAcl } from '../domain/buckets/buckets.js'
import type { BucketRecord, ObjectRecord } from '../domain/stored/model.js'
import { type Conditions, circumstancesOf, LISTINGS, lookUpOf, readsObject, readsRequestTags } from './conditions.js'
import type { CompiledPolicy, PolicyQuestion, PrincipalNames, ResourceName, Verdict } from './policy/compile.js'
import { type RefererRules, refererDenial } from './referer.js'
import type { DenialFacts, Reason, Unmet } from './refusal.js'
import { type AttachedPolicy, attachedPolicies, type KeyHolder, type Requester } from './requester.js'

/** Settings of a bucket about access, except its ACL. */
export interface BucketRules {
  readonly policy?: CompiledPolicy | undefined
  /** Set on the bucket or on its owner's account: nothing is open to everyone. */
  readonly blocksPublicAccess?: boolean | undefined
  /** Requesters of other accounts must state that they pay. */
  readonly requesterPays?: boolean | undefined
  readonly referers?: RefererRules | undefined
  /** Looked up only if a policy depends on them. */
  readonly tags?: readonly (readonly [key: string, value: string])[] | undefined
}

/** The thing that an action is done to. */
export interface Resource {
  /** The account id of the bucket's owner, or of the requester for the service and for a new bucket. */
  readonly owner: string | undefined
  /** Undefined for the service. */
  readonly bucketName: string | undefined
  /** Undefined for the service, and for a bucket that the operation will create. */
  readonly bucket: Pick<BucketRecord, 'acl' | 'aclOrigin'> | undefined
  readonly rules?: BucketRules | undefined
  /** Undefined for a bucket as a whole. */
  readonly key?: string | undefined
  /** The object of that key, undefined where no such object exists. `unread` until a decision needs it. */
  readonly object?: Pick<ObjectRecord, 'acl' | 'tagging'> | undefined | 'unread'
}

/** One question to the authoriser. */
export interface AccessQuestion {
  readonly requester: Requester
  /** The action that the operation declares. */
  readonly action: Action
  /** The action that this one accompanies (an ACL sent with an upload); ACLs treat the two as one. */
  readonly within?: Action | undefined
  readonly resource: Resource
  readonly conditions: Conditions
}

/** A question about users, roles or sessions. */
export interface OtherQuestion {
  readonly requester: KeyHolder
  /** `ram:CreateUser`. */
  readonly action: string
  readonly resource: ResourceName
  readonly conditions: Conditions
}

/** The outcome of a question. */
export type Decision = Allowed | Denied

/** A permitted action, with the rule that permits it. */
export interface Allowed {
  readonly allowed: true
  readonly reason: Reason
}

/** A denied action, with the cause to answer and the rule that denies it. */
export interface Denied {
  readonly allowed: false
  readonly cause: Cause
  readonly reason: Reason
}

/** The decision depends on the object, which the question does not contain yet. */
export const NEEDS_OBJECT = Symbol('needs the object')

/** Decides whether a requester may perform one action. */
export class Authoriser {
  readonly #region: string

  /** `region` as in a V4 scope: it is part of resource names. */
  constructor({ region }: { readonly region: string }) {
    this.#region = region
  }

  /** While tags are unread that a policy depends on, the answer is that of `decideOnSome`. */
  decide(question: AccessQuestion): Decision | typeof NEEDS_OBJECT {
    const { object, key } = question.resource
    const areTagsUnread = question.conditions.requestTags === 'unread'
    if (areTagsUnread && asksAbout(question, readsRequestTags)) return this.decideOnSome(question)
    if (object === 'unread' && key !== undefined && asksAbout(question, readsObject)) return NEEDS_OBJECT
    const decision = forbidden(question) ?? this.#byPolicies(question) ?? byOwnerOrAcl(question)
    if (decision === NEEDS_OBJECT || decision.allowed || !this.#isBlocked(question, decision)) return decision
    return { ...decision, reason: { source: 'publicAccessBlock' } }
  }

  /**
   * Decides whether the body of an operation may be read whose objects or tags are only known from that body. They are
   * then decided about separately.
   */
  decideOnSome(question: AccessQuestion): Decision {
    const { requester, action, resource } = question
    const asked = { action, principal: principalNames(question) }
    const denial = forbidden(question)
    if (denial !== undefined) return denial
    if (sessionPolicyOf(requester)?.mightAllow(asked) === false) {
      return denied('deniedBySessionPolicy', { source: 'sessionPolicy' })
    }
    if (resource.rules?.policy?.mightAllow(asked) === true) return allowed({ source: 'bucketPolicy' })
    const attached = attachedPolicies(requester).find(({ policy }) => policy.mightAllow(asked))
    if (attached !== undefined && ownsBucket(question)) return allowed({ source: 'ramPolicy', policy: attached.name })
    const byAcl = byOwnerOrAcl({ ...question, resource: { ...resource, object: undefined } })
    if (byAcl === NEEDS_OBJECT) throw new TypeError('no object was left to look up')
    return byAcl
  }

  /** Decides an action of another product than OSS, to which nothing but the requester's policies apply. */
  decideOther(question: OtherQuestion): Decision {
    const { requester } = question
    if (requester.kind === 'account') return allowed({ source: 'owner' })
    const asked = askedOf(question)
    const bySession = sessionPolicyOf(requester)?.evaluate(asked)
    if (bySession !== undefined && bySession.effect !== 'Allow') {
      return denied('deniedBySessionPolicy', reasonOf('sessionPolicy', bySession))
    }
    const { effect, reason } = verdictOf(attachedPolicies(requester), asked)
    return effect === 'Allow' ? allowed(reason) : denied('deniedByPolicy', reason)
  }

  /** Whether a policy would have allowed it to everyone, if the bucket did not block public access. */
  #isBlocked(question: AccessQuestion, { reason }: Denied): boolean {
    const { policy, blocksPublicAccess } = question.resource.rules ?? {}
    if (reason.source !== 'acl' || blocksPublicAccess !== true || policy === undefined) return false
    return policy.evaluate(this.#policyQuestion(question)).effect === 'Allow'
  }

  /** Facts about a denial, for an explanation on request. */
  factsOf(question: AccessQuestion, reason: Reason): DenialFacts {
    const { source, statement } = reason
    const { owner } = question.resource
    if (source === 'requestPayment' || source === 'referer') return { owner }
    if (statement === undefined) return { owner, unmet: this.#unmet(question) }
    return { owner, statement: this.statementOf(question, reason) }
  }

  /** The statement that decided, as it was written; undefined where none did. */
  statementOf({ requester, resource }: AccessQuestion, { source, policy: name, statement }: Reason): unknown {
    if (statement === undefined) return undefined
    if (source === 'bucketPolicy') return resource.rules?.policy?.statementAt(statement)
    return writtenBy(requester, { source, policy: name, statement })
  }

  /** Facts about the denial of an action of another product. */
  factsOfOther(question: OtherQuestion, reason: Reason): DenialFacts {
    const { requester } = question
    if (reason.statement === undefined) return { unmet: unmetByOwn(requester, askedOf(question)) }
    return { statement: writtenBy(requester, reason) }
  }

  /** Conditions of policies that would have allowed it. */
  #unmet(question: AccessQuestion): Unmet[] {
    const { requester, resource } = question
    const asked = this.#policyQuestion(question)
    const byOwn = unmetByOwn(requester, asked, { ofRam: ownsBucket(question) })
    const sessionPolicy = sessionPolicyOf(requester)
    if (sessionPolicy !== undefined && sessionPolicy.evaluate(asked).effect !== 'Allow') return byOwn
    const byBucket = resource.rules?.policy?.unmet(asked) ?? []
    return [...byOwn, ...byBucket.map((unmet) => ({ source: 'bucketPolicy', ...unmet }) as const)]
  }

  /** Undefined if no policy applies. */
  #byPolicies(question: AccessQuestion): Decision | undefined {
    const { requester, resource } = question
    const policies = attachedPolicies(requester)
    const sessionPolicy = sessionPolicyOf(requester)
    const { policy: bucketPolicy, blocksPublicAccess } = resource.rules ?? {}
    if (policies.length === 0 && bucketPolicy === undefined && sessionPolicy === undefined) return undefined

    const asked = this.#policyQuestion(question)
    if (sessionPolicy !== undefined) {
      const verdict = sessionPolicy.evaluate(asked)
      if (verdict.effect !== 'Allow') return denied('deniedBySessionPolicy', reasonOf('sessionPolicy', verdict))
    }
    const byRam = verdictOf(policies, asked)
    if (byRam.effect === 'Deny') return denied('deniedByPolicy', byRam.reason)
    const byBucket = bucketPolicy?.evaluate(asked, { exceptPublic: blocksPublicAccess === true })
    if (byBucket?.effect === 'Deny') return denied('deniedByPolicy', reasonOf('bucketPolicy', byBucket))
    if (byRam.effect === 'Allow' && ownsBucket(question)) return allowed(byRam.reason)
    if (byBucket?.effect === 'Allow') return allowed(reasonOf('bucketPolicy', byBucket))
    return undefined
  }

  #policyQuestion(question: AccessQuestion): PolicyQuestion {
    const { action, resource } = question
    const { owner = '', bucketName = '*', key } = resource
    const path = key === undefined ? bucketName : `${bucketName}/${key}`
    return {
      action,
      resource: { product: 'oss', region: this.#region, account: owner, path },
      principal: principalNames(question),
      lookUp: lookUpOf(question),
    }
  }
}

function askedOf({ requester, action, resource, conditions }: OtherQuestion): PolicyQuestion {
  return { action, resource, principal: { isOwner: false }, lookUp: circumstancesOf(requester, conditions) }
}

/** The statement of a policy of the requester that decided. */
function writtenBy(requester: Requester, { source, policy: name, statement }: Reason): unknown {
  if (statement === undefined) return undefined
  if (source === 'sessionPolicy') return sessionPolicyOf(requester)?.statementAt(statement)
  return attachedPolicies(requester)
    .find((one) => one.name === name)
    ?.policy.statementAt(statement)
}

/** Unmet conditions of the session's policy, if that is what denied, or of the requester's RAM policies. */
function unmetByOwn(requester: Requester, asked: PolicyQuestion, { ofRam = true } = {}): Unmet[] {
  const sessionPolicy = sessionPolicyOf(requester)
  if (sessionPolicy !== undefined && sessionPolicy.evaluate(asked).effect !== 'Allow') {
    return sessionPolicy.unmet(asked).map((unmet) => ({ source: 'sessionPolicy', ...unmet }))
  }
  return (ofRam ? attachedPolicies(requester) : []).flatMap(({ name, policy }) =>
    policy.unmet(asked).map((unmet) => ({ source: 'ramPolicy', policy: name, ...unmet }) as const),
  )
}

/** Refusals that no permission lifts: hotlinks, and requesters that have to pay. */
function forbidden({ requester, resource, conditions }: AccessQuestion): Denied | undefined {
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
function byOwnerOrAcl(question: AccessQuestion): Decision | typeof NEEDS_OBJECT {
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
function ownsBucket({ requester, resource }: AccessQuestion): boolean {
  return requester.kind !== 'anonymous' && requester.account.id === resource.owner
}

/** Whether a policy that may apply has a condition about such a key. */
function asksAbout({ requester, resource }: AccessQuestion, isSuch: (key: string) => boolean): boolean {
  return (
    resource.rules?.policy?.asksAbout(isSuch) === true ||
    sessionPolicyOf(requester)?.asksAbout(isSuch) === true ||
    attachedPolicies(requester).some(({ policy }) => policy.asksAbout(isSuch))
  )
}

function sessionPolicyOf(requester: Requester): CompiledPolicy | undefined {
  const identity = requester.kind === 'anonymous' ? undefined : requester.identity
  return identity?.kind === 'role' ? identity.sessionPolicy : undefined
}

function principalNames(question: AccessQuestion): PrincipalNames {
  const { requester } = question
  if (requester.kind === 'anonymous') return { isOwner: false }
  const { account, identity } = requester
  if (identity === undefined) return { id: account.id, isOwner: ownsBucket(question) }
  if (identity.kind === 'user') {
    return { id: identity.id, arn: `arn:aws:iam::${account.id}:user/${identity.name}`, isOwner: false }
  }
  return { arn: `arn:sts::${account.id}:assumed-role/${identity.name}/${identity.sessionName}`, isOwner: false }
}

/** A denial by any policy takes precedence over an allowance by another. */
function verdictOf(
  policies: readonly AttachedPolicy[],
  asked: PolicyQuestion,
): { readonly effect: Verdict['effect']; readonly reason: Reason } {
  let allowing: Reason | undefined
  for (const { name, policy } of policies) {
    const verdict = policy.evaluate(asked)
    if (verdict.effect === 'none') continue
    const reason = { ...reasonOf('ramPolicy', verdict), policy: name }
    if (verdict.effect === 'Deny') return { effect: 'Deny', reason }
    allowing ??= reason
  }
  return allowing === undefined
    ? { effect: 'none', reason: { source: 'ramPolicy' } }
    : { effect: 'Allow', reason: allowing }
}

function reasonOf(source: Reason['source'], verdict: Verdict): Reason {
  return verdict.effect === 'none' ? { source } : { source, statement: verdict.statement }
}

function allowed(reason: Reason): Allowed {
  return { allowed: true, reason }
}

function denied(cause: Cause, reason: Reason): Denied {
  return { allowed: false, cause, reason }
}
