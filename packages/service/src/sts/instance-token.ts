/** Tokens of an instance's metadata in its hardened form: a program first requests one, and sends it along with what it reads. */
import { base64, base64Bytes, utf8Bytes, utf8Text } from '@bindery/bytes'
import type { Sealer } from '../options.js'

const CONTEXT = 'instance token'
/** Seconds that a token may be valid. */
const SECONDS_MAX = 21_600

/** The validity that a program requests, in seconds; undefined for anything but 1 to 21,600. */
export function tokenSeconds(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,5}$/.test(text)) return undefined
  const seconds = Number(text)
  return seconds >= 1 && seconds <= SECONDS_MAX ? seconds : undefined
}

/** A token until `expiresAt`, in milliseconds since 1970. Every process that has the master key verifies it. */
export function sealInstanceToken(sealer: Sealer, expiresAt: number): string {
  return base64(sealer.seal(utf8Bytes(String(expiresAt)), CONTEXT))
}

/** Whether this server has issued a token that is still valid. */
export function isInstanceToken(sealer: Sealer, token: string, now: number): boolean {
  const sealed = token.length > 1_024 ? undefined : base64Bytes(token)
  const opened = sealed && sealer.open(sealed, CONTEXT)
  return opened !== undefined && Number(utf8Text(opened)) >= now
}
