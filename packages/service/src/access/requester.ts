/** An account of this server. There is one, the root account, until RAM users and STS come. */
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
  /** Only of temporary keys. */
  readonly session?: KeySession
}

/** What a temporary key is bound to. */
export interface KeySession {
  /** Must come with every request that the key signs. */
  readonly securityToken: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
  /** JSON text of the policy that narrows what the key may do. */
  readonly policy?: string | undefined
}

/** Finds keys; the server keeps them. */
export interface AccessKeys {
  /** `securityToken` is what came with the request. Waits only where the key has to be looked up. */
  find(accessKeyId: string, securityToken?: string): AccessKey | undefined | Promise<AccessKey | undefined>
}

/** Who asks. */
export type Requester =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'account'; readonly account: Account; readonly accessKeyId: string }

export function accountOf(requester: Requester): Account | undefined {
  return requester.kind === 'anonymous' ? undefined : requester.account
}

/** Names a requester in stored records (initiator, receipt). Anonymous requesters are one. */
export function requesterId(requester: Requester): string {
  return requester.kind === 'anonymous' ? 'anonymous' : requester.account.id
}
