import type { ErrorDetails } from '@bindery/protocol'
import type { KeyHolder, Requester } from './requester.js'

/** The rule that decided. `statement` counts from 0. */
export interface Reason {
  readonly source: 'owner' | 'acl' | 'bucketPolicy' | 'ramPolicy' | 'sessionPolicy' | 'requestPayment' | 'referer'
  /** The name of a RAM policy. */
  readonly policy?: string | undefined
  /** Absent if no statement matched. */
  readonly statement?: number | undefined
}

/** The policies that RAM's documents know, by what decided. */
const POLICY_TYPES: Readonly<Partial<Record<Reason['source'], string>>> = {
  ramPolicy: 'AccountLevelIdentityBasedPolicy',
  sessionPolicy: 'SessionPolicy',
  bucketPolicy: 'ResourceBasedPolicy',
}

const PRINCIPAL_TYPES = { account: 'Account', user: 'SubUser', role: 'AssumedRoleUser' } as const

/** A denial: its reason for the log, and for the client the detail that OSS shows. */
export class Refusal {
  readonly action: string
  readonly by: Reason['source']
  readonly policy: string | undefined
  readonly statement: number | undefined
  readonly #requester: Requester

  constructor(requester: Requester, action: string, { source, policy, statement }: Reason) {
    this.#requester = requester
    this.action = action
    this.by = source
    this.policy = policy
    this.statement = statement
  }

  /**
   * The kind of policy that denied which action to whom, as the detail of an error. Nothing where no policy could have
   * allowed it: for anonymous requests, and for accounts that no policy names.
   */
  get details(): ErrorDetails {
    const requester = this.#requester
    if (requester.kind === 'anonymous') return {}
    const byDefault = this.by === 'acl' && requester.identity !== undefined
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
