import type { Domain } from '../domain/domain.js'
import { newSecret, newTemporaryKeyId } from '../domain/ram/names.js'
import type { Sealer } from '../options.js'
import { type KeySessionContent, type RoleSessionContent, sealSession } from './session-token.js'

type Made = 'accessKeyId' | 'accessKeySecret' | 'expiresAt'

/** A session that is about to begin; `seconds` of life. */
export type NewSession = (Omit<RoleSessionContent, Made> | Omit<KeySessionContent, Made>) & { readonly seconds: number }

/** A temporary key. */
export interface TemporaryKey {
  readonly accessKeyId: string
  readonly accessKeySecret: string
  readonly securityToken: string
  /** Milliseconds since 1970, in whole seconds. */
  readonly expiresAt: number
}

/** Makes the key of a session. Nothing is stored: its token contains everything. */
export function beginSession(domain: Domain, sealer: Sealer, { seconds, ...session }: NewSession): TemporaryKey {
  const expiresAt = Math.floor(domain.clock() / 1000 + seconds) * 1000
  const key = { accessKeyId: newTemporaryKeyId(domain), accessKeySecret: newSecret(domain), expiresAt }
  return { ...key, securityToken: sealSession(sealer, { ...session, ...key }) }
}
