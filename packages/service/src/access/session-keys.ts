import { OssError } from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import type { Domain } from '../domain/domain.js'
import { findRole } from '../domain/ram/find-holder.js'
import type { Sealer } from '../options.js'
import { PolicyCache } from './policy/cache.js'
import { CompiledPolicies } from './policy/compiled-policies.js'
import { Remembered } from './remembered.js'
import type { AccessKey } from './requester.js'
import { type KeySessionContent, openSession, type RoleSessionContent } from './session-token.js'

/** Temporary keys. Their tokens contain everything but the permissions of their roles, users and accounts. */
export class SessionKeys {
  readonly #domain: Domain
  readonly #sealer: Sealer
  readonly #lookUpKey: (accessKeyId: string) => Awaitable<AccessKey | undefined>
  readonly #policies = new CompiledPolicies()
  readonly #sessionPolicies = new PolicyCache('session')
  readonly #byToken = new Remembered<AccessKey>()

  /** `lookUpKey` finds a permanent key as it is now; it throws accessKeyDisabled. */
  constructor(domain: Domain, sealer: Sealer, lookUpKey: (accessKeyId: string) => Awaitable<AccessKey | undefined>) {
    this.#domain = domain
    this.#sealer = sealer
    this.#lookUpKey = lookUpKey
  }

  /**
   * The permissions may be outdated; the caller compares the edition, and the time of expiry. Throws invalidSecurityToken,
   * securityTokenOfOtherKey, accessKeyDisabled.
   */
  find(accessKeyId: string, securityToken: string): Awaitable<AccessKey> {
    const known = this.#byToken.get(securityToken)
    if (known === undefined) return this.lookUp(accessKeyId, securityToken)
    if (known.accessKeyId !== accessKeyId) throw new OssError('securityTokenOfOtherKey')
    return known
  }

  /** The key with its permissions as they are now. Throws invalidSecurityToken, securityTokenOfOtherKey, accessKeyDisabled. */
  lookUp(accessKeyId: string, securityToken: string): Awaitable<AccessKey> {
    const session = openSession(this.#sealer, securityToken)
    if (session === undefined) throw new OssError('invalidSecurityToken')
    if (session.accessKeyId !== accessKeyId) throw new OssError('securityTokenOfOtherKey')
    return 'standsFor' in session
      ? this.#lookUpStanding(session, securityToken)
      : this.#lookUpRole(session, securityToken)
  }

  #lookUpStanding(content: KeySessionContent, securityToken: string): Awaitable<AccessKey> {
    const { accessKeyId, accessKeySecret, expiresAt, standsFor } = content
    return andThen(this.#lookUpKey(standsFor), (found) => {
      this.#byToken.delete(securityToken)
      if (found === undefined) throw new OssError('invalidSecurityToken')
      const session = { securityToken, expiresAt, standsFor }
      return this.#byToken.set(securityToken, { ...found, accessKeyId, accessKeySecret, session })
    })
  }

  #lookUpRole(session: RoleSessionContent, securityToken: string): Awaitable<AccessKey> {
    return andThen(findRole(this.#domain, session.account, session.role), (found) => {
      this.#byToken.delete(securityToken)
      if (found?.record.id !== session.roleId) throw new OssError('invalidSecurityToken')
      const key = { ...this.#keyOf(session, securityToken), edition: found.edition }
      const identity = { ...this.#identityOf(session), policies: this.#policies.of(found.policies) }
      return this.#byToken.set(securityToken, { ...key, identity })
    })
  }

  #keyOf({ accessKeyId, accessKeySecret, account, expiresAt }: RoleSessionContent, securityToken: string) {
    const session = { securityToken, expiresAt }
    return { accessKeyId, accessKeySecret, account: { id: account, displayName: account }, session }
  }

  #identityOf({ role, roleId, sessionName, policy }: RoleSessionContent) {
    const sessionPolicy = policy === undefined ? undefined : this.#sessionPolicies.get(policy)
    return { kind: 'role', id: roleId, name: role, sessionName, sessionPolicy } as const
  }
}
