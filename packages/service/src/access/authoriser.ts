/**
 * Access control: all decisions are made here. A decision is a pure function of what `authorise.ts` has looked up before.
 * @see https://help.aliyun.com/document_detail/100676.html
 */
import type { Cause } from '@bindery/protocol'
import { byOwnerOrAcl, forbidden, ownsBucket } from './acl.js'
import { circumstancesOf, lookUpOf, readsObject, readsRequestTags } from './conditions.js'
import { allowed, type Decision, type Denied, denied, NEEDS_OBJECT } from './decision.js'
import type { CompiledPolicy, PolicyQuestion, PrincipalNames, Verdict } from './policy/compile.js'
import type { AccessQuestion, OtherQuestion, Resource } from './question.js'
import type { DenialFacts, Reason, Unmet } from './refusal.js'
import { type AttachedPolicy, attachedPolicies, type Requester } from './requester.js'

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
    const without = withoutOwnPolicies(question)
    if (without !== undefined) {
      const decision = this.#decideWith(without)
      if (decision === NEEDS_OBJECT || !decision.allowed) return decision
    }
    return this.#decideWith(question)
  }

  #decideWith(question: AccessQuestion): Decision | typeof NEEDS_OBJECT {
    const atPoint = this.#atAccessPoint(question)
    if (atPoint?.allowed === false) return atPoint
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
    const denial = this.#atAccessPointOnSome(question, asked) ?? forbidden(question)
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

  /**
   * The decision of the access point that a request came by; undefined of a request that came by none. ACLs do not count:
   * the owner's account is allowed, and everyone else as the policies of the access point and of RAM allow.
   */
  #atAccessPoint(question: AccessQuestion): Decision | undefined {
    const { accessPoint, blocksPublicAccess } = question.resource.rules ?? {}
    if (accessPoint === undefined) return undefined
    const { policy } = accessPoint
    if (accessPoint.networkOrigin === 'vpc') return refusedOutsideVpc(question)
    const decision = this.#byPolicies(question, 'accessPoint')
    if (decision !== undefined) return decision
    if (question.requester.kind === 'account' && ownsBucket(question)) return allowed({ source: 'owner' })
    const asked = this.#policyQuestion(question, 'accessPoint')
    const isBlocked = blocksPublicAccess === true && policy?.evaluate(asked).effect === 'Allow'
    return refusedAtPoint('deniedByAccessPoint', { source: isBlocked ? 'publicAccessBlock' : 'accessPointPolicy' })
  }

  /** The denial of an access point of whatever its policies might not allow on any object. */
  #atAccessPointOnSome(
    question: AccessQuestion,
    asked: Pick<PolicyQuestion, 'action' | 'principal'>,
  ): Denied | undefined {
    const { accessPoint } = question.resource.rules ?? {}
    if (accessPoint === undefined) return undefined
    const { requester } = question
    if (accessPoint.networkOrigin === 'vpc') return refusedOutsideVpc(question)
    const mayPass =
      (requester.kind === 'account' && ownsBucket(question)) ||
      accessPoint.policy?.mightAllow(asked) === true ||
      (ownsBucket(question) && attachedPolicies(requester).some(({ policy }) => policy.mightAllow(asked)))
    return mayPass ? undefined : refusedAtPoint('deniedByAccessPoint', { source: 'accessPointPolicy' })
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
    if (statement === undefined) return { owner, unmet: this.#unmet(question, reason) }
    return { owner, statement: this.statementOf(question, reason) }
  }

  /** The statement that decided, as it was written; undefined where none did. */
  statementOf({ requester, resource }: AccessQuestion, { source, policy: name, statement }: Reason): unknown {
    if (statement === undefined) return undefined
    if (source === 'bucketPolicy') return resource.rules?.policy?.statementAt(statement)
    if (source === 'accessPointPolicy') return resource.rules?.accessPoint?.policy?.statementAt(statement)
    return writtenBy(requester, { source, policy: name, statement })
  }

  /** Facts about the denial of an action of another product. */
  factsOfOther(question: OtherQuestion, reason: Reason): DenialFacts {
    const { requester } = question
    if (reason.statement === undefined) return { unmet: unmetByOwn(requester, askedOf(question)) }
    return { statement: writtenBy(requester, reason) }
  }

  /** Conditions of policies that would have allowed it. */
  #unmet(question: AccessQuestion, reason: Reason): Unmet[] {
    const { requester } = question
    const asked = this.#policyQuestion(question, reason.at)
    if (reason.source === 'sessionPolicy') return unmetByOwn(requester, asked)
    const byOwn = ownsBucket(question) ? unmetByOwn(requester, asked) : []
    const { source, policy } = placeOf(question, reason.at)
    return [...byOwn, ...(policy?.unmet(asked) ?? []).map((unmet) => ({ source, ...unmet }) as const)]
  }

  /** Undefined if no policy applies. `at`: those of the access point that the request came by, in place of its bucket. */
  #byPolicies(question: AccessQuestion, at?: 'accessPoint'): Decision | undefined {
    const { requester, resource } = question
    const policies = attachedPolicies(requester)
    const sessionPolicy = sessionPolicyOf(requester)
    const { source, policy, cause } = placeOf(question, at)
    if (policies.length === 0 && policy === undefined && sessionPolicy === undefined) return undefined

    const asked = this.#policyQuestion(question, at)
    const because = (reason: Reason): Reason => (at === undefined ? reason : { ...reason, at })
    if (sessionPolicy !== undefined) {
      const verdict = sessionPolicy.evaluate(asked)
      if (verdict.effect !== 'Allow') {
        return denied('deniedBySessionPolicy', because(reasonOf('sessionPolicy', verdict)))
      }
    }
    const byRam = verdictOf(policies, asked)
    if (byRam.effect === 'Deny') return denied('deniedByPolicy', because(byRam.reason))
    const exceptPublic = resource.rules?.blocksPublicAccess === true
    const byOwn = policy?.evaluate(asked, { exceptPublic })
    if (byOwn?.effect === 'Deny') return denied(cause, because(reasonOf(source, byOwn)))
    if (byRam.effect === 'Allow' && ownsBucket(question)) return allowed(byRam.reason)
    if (byOwn?.effect === 'Allow') return allowed(reasonOf(source, byOwn))
    return undefined
  }

  #policyQuestion(question: AccessQuestion, at?: 'accessPoint'): PolicyQuestion {
    const { action, resource } = question
    const { owner = '' } = resource
    return {
      action,
      resource: { product: 'oss', region: this.#region, account: owner, path: pathOf(resource, at) },
      principal: principalNames(question),
      lookUp: lookUpOf(question, this.#region),
    }
  }
}

/** The policy of a place where a request is decided, and the cause of its denials. */
function placeOf({ resource: { rules } }: AccessQuestion, at: 'accessPoint' | undefined) {
  return at === undefined
    ? ({ source: 'bucketPolicy', policy: rules?.policy, cause: 'deniedByPolicy' } as const)
    : ({ source: 'accessPointPolicy', policy: rules?.accessPoint?.policy, cause: 'deniedByAccessPoint' } as const)
}

/** The name of a resource in policies, without its account: at an access point, objects are named below it. */
function pathOf({ bucketName = '*', key, rules }: Resource, at: 'accessPoint' | undefined): string {
  if (at === undefined) return key === undefined ? bucketName : `${bucketName}/${key}`
  const point = `accesspoint/${rules?.accessPoint?.name}`
  return key === undefined ? point : `${point}/object/${key}`
}

function refusedAtPoint(cause: Cause, reason: Reason): Denied {
  return denied(cause, { ...reason, at: 'accessPoint' })
}

/** To other accounts an access point that they cannot reach looks as one that lets them do nothing, and as none at all. */
function refusedOutsideVpc(question: AccessQuestion): Denied {
  if (!ownsBucket(question)) return refusedAtPoint('deniedByAccessPoint', { source: 'accessPointPolicy' })
  return refusedAtPoint('accessPointOfVpc', { source: 'accessPoint' })
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
function unmetByOwn(requester: Requester, asked: PolicyQuestion): Unmet[] {
  const sessionPolicy = sessionPolicyOf(requester)
  if (sessionPolicy !== undefined && sessionPolicy.evaluate(asked).effect !== 'Allow') {
    return sessionPolicy.unmet(asked).map((unmet) => ({ source: 'sessionPolicy', ...unmet }))
  }
  return attachedPolicies(requester).flatMap(({ name, policy }) =>
    policy.unmet(asked).map((unmet) => ({ source: 'ramPolicy', policy: name, ...unmet }) as const),
  )
}

/** Whether a policy that may apply has a condition about such a key. */
function asksAbout({ requester, resource }: AccessQuestion, isSuch: (key: string) => boolean): boolean {
  return (
    resource.rules?.policy?.asksAbout(isSuch) === true ||
    resource.rules?.accessPoint?.policy?.asksAbout(isSuch) === true ||
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

/**
 * The same question of a requester without policies, where it has some and the bucket belongs to another account. What the
 * bucket denies is then denied by the bucket's rules alone: which of its own conditions hold would show the requester tags
 * that only the other account may read.
 */
function withoutOwnPolicies(question: AccessQuestion): AccessQuestion | undefined {
  const { requester, resource } = question
  if (requester.kind === 'anonymous' || resource.bucket === undefined || ownsBucket(question)) return undefined
  const { identity } = requester
  if (identity === undefined) return undefined
  const bare = identity.kind === 'user' ? identity : { ...identity, sessionPolicy: undefined }
  return { ...question, requester: { ...requester, identity: { ...bare, policies: [] } } }
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
