import { base64Bytes, utf8Text } from '@bindery/bytes'
import { OssError } from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import type { Domain } from '../domain/domain.js'
import { readEdition } from '../domain/ram/changes.js'
import { type AppliedPolicy, type FoundKey, findKeyHolder, type HolderFound } from '../domain/ram/find-holder.js'
import { KeyUses } from '../domain/ram/key-use.js'
import { TEMPORARY_KEY_PREFIX } from '../domain/ram/names.js'
import type { UserRecord } from '../domain/stored/ram-model.js'
import type { Sealer, ServiceOptions } from '../options.js'
import { CompiledPolicies } from './policy/compiled-policies.js'
import { Remembered } from './remembered.js'
import {
  type AccessKey,
  type AccessKeys,
  type AttachedPolicy,
  type Identity,
  type KeyHolder,
  keyHolder,
  type Requester,
} from './requester.js'
import { SessionKeys } from './session-keys.js'

/** The context in which the secret of an access key is sealed. */
export const secretContext = (accessKeyId: string): string => `secret of ${accessKeyId}`

/**
 * The keys that may sign: the root key of the server, those of accounts, and those of users. What a key may do is remembered with the edition of its
 * account in which that was read. Each request compares it with the edition that it reads together with its bucket's
 * settings, and looks the key up again if they differ: so a change is in force for every request that begins after it.
 */
export class RamKeys implements AccessKeys {
  readonly #domain: Domain
  readonly #rootKeys: AccessKeys
  readonly #sealer: Sealer | undefined
  readonly #uses: KeyUses
  readonly #sessions: SessionKeys | undefined
  readonly #policies = new CompiledPolicies()
  readonly #remembered = new Remembered<AccessKey>()

  constructor(domain: Domain, { accessKeys, sealer }: Pick<ServiceOptions, 'accessKeys' | 'sealer'>) {
    this.#domain = domain
    this.#rootKeys = accessKeys
    this.#sealer = sealer
    this.#uses = new KeyUses(domain)
    const lookUp = (id: string) => andThen(accessKeys.find(id), (key) => key ?? this.#lookUp(id))
    this.#sessions = sealer && new SessionKeys(domain, sealer, lookUp)
  }

  /**
   * The remembered permissions may be outdated; a secret never changes. Throws accessKeyDisabled,
   * invalidSecurityToken, securityTokenOfOtherKey.
   */
  find(accessKeyId: string, securityToken?: string): Awaitable<AccessKey | undefined> {
    return andThen(this.#rootKeys.find(accessKeyId, securityToken), (key) => {
      if (key !== undefined) return key
      const isTemporary = securityToken !== undefined && accessKeyId.startsWith(TEMPORARY_KEY_PREFIX)
      if (isTemporary && this.#sessions !== undefined) return this.#sessions.find(accessKeyId, securityToken)
      return this.#remembered.get(accessKeyId) ?? this.#lookUp(accessKeyId)
    })
  }

  /** The edition of the requester's account, as it is now; undefined where its permissions cannot change. */
  edition(requester: Requester): Awaitable<number | undefined> {
    if (requester.kind === 'anonymous' || requester.key === undefined) return undefined
    const { account } = requester
    return this.#domain.metadata.read((reader) => readEdition(reader, account.id))
  }

  /** The holder of a key as it is now. Throws securityTokenExpired, and the causes of `renew`. */
  current(holder: KeyHolder): Awaitable<KeyHolder> {
    const { key, expiresAt = Number.POSITIVE_INFINITY } = holder
    if (this.#domain.clock() > expiresAt) throw new OssError('securityTokenExpired')
    if (key === undefined) return holder
    return andThen(this.edition(holder), (edition) =>
      edition === key.edition ? holder : andThen(this.renew(key), keyHolder),
    )
  }

  /** A requester whose permissions were changed, as it is now. Throws the causes of `renew`. */
  renewed(requester: Requester): Awaitable<Requester> {
    if (requester.kind === 'anonymous' || requester.key === undefined) throw new TypeError('this key does not change')
    return andThen(this.renew(requester.key), keyHolder)
  }

  /** The key as it is now. Throws invalidAccessKeyId, accessKeyDisabled, invalidSecurityToken. */
  renew({ accessKeyId, session }: AccessKey): Awaitable<AccessKey> {
    if (session !== undefined && this.#sessions !== undefined) {
      return this.#sessions.lookUp(accessKeyId, session.securityToken)
    }
    return andThen(this.#lookUp(accessKeyId), (key) => {
      if (key === undefined) throw new OssError('invalidAccessKeyId', { accessKeyId })
      return key
    })
  }

  /** Notes that a key signed a request. */
  used(requester: Requester, now: number): void {
    if (requester.kind === 'anonymous' || requester.kind === 'role' || requester.key === undefined) return
    this.#uses.note(requester.standsFor ?? requester.accessKeyId, now)
  }

  #lookUp(accessKeyId: string): Awaitable<AccessKey | undefined> {
    const sealer = this.#sealer
    if (sealer === undefined) return undefined
    return andThen(findKeyHolder(this.#domain, accessKeyId), (found) => {
      this.#remembered.delete(accessKeyId)
      if (found === undefined) return undefined
      if (!found.key.enabled) throw new OssError('accessKeyDisabled', { accessKeyId })
      return this.#remembered.set(accessKeyId, this.#keyOf(accessKeyId, found, sealer))
    })
  }

  #keyOf(accessKeyId: string, { key, user, edition }: FoundKey, sealer: Sealer): AccessKey {
    const opened = sealer.open(base64Bytes(key.secret) ?? new Uint8Array(), secretContext(accessKeyId))
    const accessKeySecret = opened && utf8Text(opened)
    if (accessKeySecret === undefined) throw new Error(`no master key opens the secret of ${accessKeyId}`)
    return {
      accessKeyId,
      accessKeySecret,
      account: { id: key.account, displayName: key.account },
      ...(user && { identity: this.#identityOf(key.user ?? '', user) }),
      edition,
    }
  }

  #identityOf(name: string, { record, policies }: HolderFound<UserRecord>): Identity {
    return { kind: 'user', id: record.id, name, policies: this.compile(policies) }
  }

  /** Policies in the form in which they are evaluated. Throws PolicyFault. */
  compile(policies: readonly AppliedPolicy[]): AttachedPolicy[] {
    return this.#policies.of(policies)
  }
}
