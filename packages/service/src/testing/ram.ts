/** Users, groups and policies for tests of requests, as another process would change them. */
import { base64, utf8Bytes } from '@bindery/bytes'
import { secretContext } from '../access/ram-keys.js'
import type { AccessKey } from '../access/requester.js'
import { createDomain, type Domain } from '../domain/domain.js'
import { createAccessKey } from '../domain/ram/access-keys.js'
import { attachPolicy, createIdentity, setInlinePolicy } from '../domain/ram/identities.js'
import { newAccessKeyId, newSecret } from '../domain/ram/names.js'
import { createPolicy } from '../domain/ram/policies.js'
import { nodeDigests } from '../domain/testing.js'
import { testSealer } from './sealer.js'
import { ROOT, type StartedService } from './start-service.js'

/** A statement in its JSON form. */
type Statement = Readonly<Record<string, unknown>>

/** The users and policies of the account that owns what tests create. */
export class Ram {
  readonly account = ROOT.account.id
  readonly domain: Domain
  readonly #sealer = testSealer()

  constructor({ metadata, blobs, cluster, now }: StartedService) {
    let last = 0
    this.domain = createDomain({
      metadata,
      blobs,
      cluster,
      digests: nodeDigests,
      clock: now,
      sleep: async () => {},
      random: (bytes) => Uint8Array.from({ length: bytes }, () => (last = (last * 137 + 101) % 251)),
      receiptMs: 0,
      strict: false,
    })
  }

  /** Creates a user with a key. Its inline policy has these statements, if there are any. */
  async user(name: string, ...statements: readonly Statement[]): Promise<AccessKey> {
    const described = { kind: 'user', displayName: name, comments: '', groups: [], accessKeys: [] } as const
    await createIdentity(this.domain, this.named(name), described)
    if (statements.length > 0) await this.allow(name, ...statements)
    return this.key(name)
  }

  /** Creates one more key of a user. */
  async key(user: string): Promise<AccessKey> {
    const accessKeyId = newAccessKeyId(this.domain)
    const accessKeySecret = newSecret(this.domain)
    const secret = base64(this.#sealer.seal(utf8Bytes(accessKeySecret), secretContext(accessKeyId)))
    await createAccessKey(this.domain, { account: this.account, user }, { accessKeyId, secret })
    return { accessKeyId, accessKeySecret, account: ROOT.account }
  }

  /** Replaces the inline policy of a user. */
  async allow(user: string, ...statements: readonly Statement[]): Promise<void> {
    await setInlinePolicy(this.domain, this.named(user), 'inline', documentOf(statements))
  }

  /** Creates a managed policy. */
  policy(policy: string, ...statements: readonly Statement[]): Promise<void> {
    const document = documentOf(statements)
    return createPolicy(this.domain, { account: this.account, policy }, { document, comments: '' })
  }

  async attach(user: string, policy: string): Promise<void> {
    await attachPolicy(this.domain, this.named(user), policy)
  }

  named(name: string) {
    return { account: this.account, kind: 'user', name } as const
  }
}

export function documentOf(statements: readonly Statement[]): string {
  return JSON.stringify({ Version: '1', Statement: statements })
}
