import { base64, base64Bytes, utf8Bytes, utf8Text } from '@bindery/bytes'
import type { Sealer } from '../options.js'

/** The content of a temporary key's token: everything that a process needs to verify the key. */
export interface Session {
  readonly accessKeyId: string
  readonly accessKeySecret: string
  readonly account: string
  readonly role: string
  /** A role that was deleted and created again under its name has another id. */
  readonly roleId: string
  readonly sessionName: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
  /** The document of the session's policy. */
  readonly policy?: string | undefined
}

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
