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
}

/** Finds keys; the server keeps them. */
export interface AccessKeys {
  find(accessKeyId: string): AccessKey | undefined
}

/** Who asks. */
export type Requester =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'account'; readonly account: Account; readonly accessKeyId: string }

/** Names a requester in stored records (initiator, receipt). Anonymous requesters are one. */
export function requesterId(requester: Requester): string {
  return requester.kind === 'anonymous' ? 'anonymous' : requester.account.id
}
