/** Records of users, groups, roles, policies and access keys. Each belongs to an account, which its key names. */

/** Policies are attached to identities; keys act for users, and sessions for roles. */
export type IdentityKind = 'user' | 'group' | 'role'

interface Identity {
  /** Decimal digits, unique on this server, and never used again. */
  readonly id: string
  /** Milliseconds since 1970, as all times here. */
  readonly createdAt: number
  readonly comments: string
  /** Names of the managed policies that are attached, in the order of attachment. */
  readonly policies: readonly string[]
  /** Documents of the policies that belong to this identity alone, by their names. */
  readonly inline: Readonly<Record<string, string>>
}

/** A user of an account. */
export interface UserRecord extends Identity {
  readonly kind: 'user'
  readonly displayName: string
  /** Names of the groups to which the user belongs. */
  readonly groups: readonly string[]
  /** Ids of the user's access keys. */
  readonly accessKeys: readonly string[]
}

/** A group of users, which share its policies. */
export interface GroupRecord extends Identity {
  readonly kind: 'group'
}

/** A role, which requesters that its trust policy names can assume. */
export interface RoleRecord extends Identity {
  readonly kind: 'role'
  /** The document of the policy that names who may assume the role. */
  readonly trust: string
  /** The longest life of a session, in seconds. */
  readonly sessionSecondsMax: number
}

/** A user, a group or a role. */
export type IdentityRecord = UserRecord | GroupRecord | RoleRecord

/** A managed policy. */
export interface PolicyRecord {
  readonly document: string
  readonly comments: string
  readonly createdAt: number
  readonly updatedAt: number
}

/** An account that was created by the one that administers the server, which has no record itself. */
export interface AccountRecord {
  readonly displayName: string
  readonly comments: string
  readonly createdAt: number
  /** Ids of the account's own access keys. */
  readonly accessKeys: readonly string[]
}

/** A nonce that a signed call has used up; its row is named by the time of the call. */
export interface NonceRecord {
  readonly accessKeyId: string
}

/** An access key of a user or of an account. */
export interface AccessKeyRecord {
  readonly account: string
  /** Absent: the key is the account's own. */
  readonly user?: string | undefined
  /** The secret, sealed for this access key; base64. */
  readonly secret: string
  readonly enabled: boolean
  readonly createdAt: number
}

/** The last use of an access key, to the hour: a row of its own, so that uses do not disturb those who read the key. */
export interface KeyUseRecord {
  readonly usedAt: number
}
