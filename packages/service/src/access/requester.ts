import type { Awaitable } from '@bindery/storage'
import type { CompiledPolicy } from './policy/compile.js'

/** An account of this server: it owns buckets, RAM users and roles. */
export interface Account {
  /** Decimal digits, as OSS prints owners. */
  readonly id: string
  readonly displayName: string
}

/** A key that may sign requests. */
export interface AccessKey {
  readonly accessKeyId: string
  readonly accessKeySecret: string
  readonly account: Account
  /** Absent: the key is the account's own. */
  readonly identity?: Identity
  /** Only for temporary keys. */
  readonly session?: KeySession
  /** The edition of the account in which the identity was read; absent for a key that does not depend on the store. */
  readonly edition?: number
}

/** The token and the expiry of a temporary key. */
export interface KeySession {
  /** Required in every request that the key signs. */
  readonly securityToken: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
  /** The id of the permanent key whose holder signed in; absent: the key is of a role. */
  readonly standsFor?: string
}

/** The user or role that a key acts for, if it is not the account itself. */
export type Identity = RamUser | RoleSession

/** A user of an account. */
export interface RamUser {
  readonly kind: 'user'
  /** Decimal digits, unique on this server. */
  readonly id: string
  readonly name: string
  /** All policies attached to the user or to one of its groups. */
  readonly policies: readonly AttachedPolicy[]
}

/** An assumed role, for as long as its temporary key is valid. */
export interface RoleSession {
  readonly kind: 'role'
  readonly id: string
  readonly name: string
  readonly sessionName: string
  readonly policies: readonly AttachedPolicy[]
  /** Restricts what the role's policies allow. */
  readonly sessionPolicy?: CompiledPolicy | undefined
}

/** A policy by its name, ready to be evaluated. */
export interface AttachedPolicy {
  readonly name: string
  readonly policy: CompiledPolicy
}

/** Looks up keys; the server stores them. */
export interface AccessKeys {
  /**
   * `securityToken` is the token of the request. Waits only if the key has to be looked up. The object is the same as
   * long as nothing about the key is found to have changed. Throws invalidSecurityToken, accessKeyDisabled.
   */
  find(accessKeyId: string, securityToken?: string): Awaitable<AccessKey | undefined>
}

/** The account, user or role that signed a request, or anonymous. */
export type Requester = Anonymous | KeyHolder

/** A requester that did not sign. */
export interface Anonymous {
  readonly kind: 'anonymous'
}

/** A requester that signed with a key. */
export interface KeyHolder {
  readonly kind: 'account' | 'user' | 'role'
  readonly account: Account
  readonly accessKeyId: string
  /** The id of the permanent key that began the session, where the key is of one that stands for another. */
  readonly standsFor?: string
  /** When a temporary key ends: milliseconds since 1970. Absent: the key is permanent. */
  readonly expiresAt?: number
  /** Absent: the account itself. */
  readonly identity?: Identity | undefined
  /** The key as it was looked up; absent where what it may do cannot change. */
  readonly key?: AccessKey | undefined
}

/** The requester that a key stands for. */
export function keyHolder(key: AccessKey): KeyHolder {
  const { accessKeyId, account, identity, edition, session } = key
  const kind = identity?.kind ?? 'account'
  const known = { kind, account, accessKeyId } as const
  const holder: KeyHolder = session === undefined ? known : { ...known, ...ofSession(session) }
  if (identity === undefined) return edition === undefined ? holder : { ...holder, key }
  return { ...holder, identity, key: edition === undefined ? undefined : key }
}

function ofSession({ standsFor, expiresAt }: KeySession): Pick<KeyHolder, 'standsFor' | 'expiresAt'> {
  return standsFor === undefined ? { expiresAt } : { standsFor, expiresAt }
}

/** The edition of the account in which the requester's permissions were read; undefined where they cannot change. */
export function editionOf(requester: Requester): number | undefined {
  return requester.kind === 'anonymous' ? undefined : requester.key?.edition
}

/** The account of a requester; undefined for an anonymous one. */
export function accountOf(requester: Requester): Account | undefined {
  return requester.kind === 'anonymous' ? undefined : requester.account
}

/**
 * Names a requester in stored records (initiator, receipt): the id of an account or a RAM user, or `role:session` of a
 * role. All anonymous requesters share one name.
 */
export function requesterId(requester: Requester): string {
  if (requester.kind === 'anonymous') return 'anonymous'
  const { account, identity } = requester
  if (identity === undefined) return account.id
  return identity.kind === 'user' ? identity.id : `${identity.id}:${identity.sessionName}`
}

const NO_POLICIES: readonly AttachedPolicy[] = []

/** The RAM policies of the user or role that a key acts for; an account itself has none. */
export function attachedPolicies(requester: Requester): readonly AttachedPolicy[] {
  return requester.kind === 'anonymous' ? NO_POLICIES : (requester.identity?.policies ?? NO_POLICIES)
}
