import { base64, base64Bytes, utf8Bytes, utf8Text } from '@bindery/bytes'
import type { Sealer } from '../options.js'

/** A temporary key, which its token holds. */
interface SealedKey {
  readonly accessKeyId: string
  readonly accessKeySecret: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** A temporary key that may do what a role may do. */
export interface RoleSessionContent extends SealedKey {
  readonly account: string
  readonly role: string
  /** A role that was deleted and created again under its name has another id. */
  readonly roleId: string
  readonly sessionName: string
  /** The document of the session's policy. */
  readonly policy?: string | undefined
}

/** A temporary key that may do what the key of an account or user may do, for as long as that key works. */
export interface KeySessionContent extends SealedKey {
  /** The id of that key. */
  readonly standsFor: string
  /** When its holder signed in with that key: milliseconds since 1970. A renewed session keeps it. */
  readonly beganAt: number
}

/** The content of a temporary key's token: everything that a process needs to verify the key. */
export type Session = RoleSessionContent | KeySessionContent

/** Tokens of STS begin with these characters, and clients may look for them. */
const PREFIX = 'CAIS'
const CONTEXT = 'session token'
/** Characters of a token: a session with the longest policy. */
const TOKEN_LENGTH_MAX = 8_192

/** Encrypts and authenticates a session by AES-256-GCM: any process that has the master key verifies it without a lookup. */
export function sealSession(sealer: Sealer, session: Session): string {
  return PREFIX + base64(sealer.seal(utf8Bytes(JSON.stringify(session)), CONTEXT))
}

/** Undefined for a token that this server has not issued, or that was changed. */
export function openSession(sealer: Sealer, token: string): Session | undefined {
  if (!token.startsWith(PREFIX) || token.length > TOKEN_LENGTH_MAX) return undefined
  const text = token.slice(PREFIX.length)
  const sealed = base64Bytes(text)
  // the last character may have bits that decoding drops: one session has one token
  if (sealed === undefined || base64(sealed) !== text) return undefined
  const opened = sealer.open(sealed, CONTEXT)
  return opened && JSON.parse(utf8Text(opened) ?? 'null')
}
