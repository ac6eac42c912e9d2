import { type ErrorDetails, OssError, RamError } from '@bindery/protocol'
import type { Awaitable } from '@bindery/storage'
import type { UnmetCondition } from './policy/compile.js'
import type { KeyHolder, Requester } from './requester.js'

/** The kinds of rules that decide. */
export type Source =
  | 'owner'
  | 'acl'
  | 'publicAccessBlock'
  | 'bucketPolicy'
  | 'accessPointPolicy'
  | 'accessPoint'
  | 'ramPolicy'
  | 'sessionPolicy'
  | 'requestPayment'
  | 'referer'

/** The rule that decided. `statement` counts from 0. */
export interface Reason {
  readonly source: Source
  /** The access point decided that the request came by; absent: its bucket did. */
  readonly at?: 'accessPoint' | undefined
  /** The name of a RAM policy. */
  readonly policy?: string | undefined
  /** Absent if no statement matched. */
  readonly statement?: number | undefined
}

/** A condition that kept a policy from allowing what was denied. */
export interface Unmet extends UnmetCondition {
  readonly source: Source
  readonly policy?: string | undefined
}

/** Facts about a denial besides its reason. */
export interface DenialFacts {
  /** The account that owns the bucket; absent for what belongs to no bucket. */
  readonly owner?: string | undefined
  /** The statement that denied, as it was written. */
  readonly statement?: unknown
  readonly unmet?: readonly Unmet[]
}

/** The policies that RAM's documents know, by what decided. */
const POLICY_TYPES: Readonly<Partial<Record<Reason['source'], string>>> = {
  ramPolicy: 'AccountLevelIdentityBasedPolicy',
  sessionPolicy: 'SessionPolicy',
  bucketPolicy: 'ResourceBasedPolicy',
  accessPointPolicy: 'ResourceBasedPolicy',
}

/** Sources of denials that a RAM policy of the requester could have lifted. */
const IMPLICIT: ReadonlySet<Reason['source']> = new Set<Reason['source']>([
  'acl',
  'publicAccessBlock',
  'accessPointPolicy',
])

const PRINCIPAL_TYPES = { account: 'Account', user: 'SubUser', role: 'AssumedRoleUser' } as const

/** A denial: its reason for the log, and for the client the detail that OSS shows. */
export class Refusal {
  readonly action: string
  readonly by: Reason['source']
  readonly at: Reason['at']
  readonly policy: string | undefined
  readonly statement: number | undefined
  /** Absent where no condition could have changed it. */
  readonly unmet: readonly Unmet[] | undefined
  readonly #requester: Requester
  readonly #facts: DenialFacts

  constructor(
    requester: Requester,
    action: string,
    { source, at, policy, statement }: Reason,
    facts: DenialFacts = {},
  ) {
    const { unmet = [] } = facts
    this.#requester = requester
    this.#facts = facts
    this.unmet = unmet.length === 0 ? undefined : unmet
    this.action = action
    this.by = source
    this.at = at
    this.policy = policy
    this.statement = statement
  }

  /** The requester that was denied. Not a property of its own: the log has the key already. */
  get requester(): Requester {
    return this.#requester
  }

  get owner(): string | undefined {
    return this.#facts.owner
  }

  /** The statement that denied, as it was written. */
  get written(): unknown {
    return this.#facts.statement
  }

  /**
   * The kind of policy, the action and the requester, as the detail of an error. Nothing where no policy could have
   * allowed it: for anonymous requests, and for accounts that no policy names. Nothing at the access point of another
   * account either, where the detail would show that it exists.
   */
  get details(): ErrorDetails {
    const requester = this.#requester
    if (requester.kind === 'anonymous') return {}
    if (this.at === 'accessPoint' && this.owner !== requester.account.id) return {}
    const isImplicit = this.statement === undefined && IMPLICIT.has(this.by)
    const byDefault = isImplicit && requester.identity !== undefined
    const policyType = byDefault ? POLICY_TYPES.ramPolicy : POLICY_TYPES[this.by]
    if (policyType === undefined) return {}
    const accessDeniedDetail = {
      policyType,
      authPrincipalOwnerId: requester.account.id,
      authPrincipalType: PRINCIPAL_TYPES[requester.kind],
      authPrincipalDisplayName: displayNameOf(requester),
      noPermissionType: this.statement === undefined ? 'ImplicitDeny' : 'ExplicitDeny',
      authAction: this.action,
    }
    return { accessDeniedDetail }
  }
}

function displayNameOf({ account, identity }: KeyHolder): string {
  if (identity === undefined) return account.id
  return identity.kind === 'user' ? identity.id : `${identity.name}:${identity.sessionName}`
}

/** Whether a decision allows: false where it throws why it does not, or that what it is about exists no more. */
export async function isAllowed(decide: () => Awaitable<void>): Promise<boolean> {
  try {
    await decide()
    return true
  } catch (error) {
    if (error instanceof RamError || (error instanceof OssError && error.isClientError)) return false
    throw error
  }
}
