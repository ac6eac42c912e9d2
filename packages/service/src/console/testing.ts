/** Sessions of the console for tests. */
import type { AccessKey } from '../access/requester.js'
import { adminRequest, call, type StartedService } from '../testing/index.js'

/** The answer to a sign-in, with the key of the session where there is one. */
export interface Begun {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: any JSON
  readonly body: any
  readonly key: AccessKey
}

/** Signs in by a key, or without one by a link in `input`. */
export async function signIn(started: StartedService, as: AccessKey | 'anonymous', input: object = {}): Promise<Begun> {
  const { status, text } = await call(started, { ...adminRequest('', input), key: 'console/session', as })
  const body = JSON.parse(text)
  const { AccessKeyId, AccessKeySecret, SecurityToken, Expiration } = body.Credentials ?? {}
  const session = { securityToken: SecurityToken, expiresAt: Date.parse(Expiration) }
  const account = { id: '', displayName: '' }
  return { status, body, key: { accessKeyId: AccessKeyId, accessKeySecret: AccessKeySecret, account, session } }
}
