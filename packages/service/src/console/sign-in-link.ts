/** A link by which the person that starts a server signs in to its console once, without typing a secret. */
import { base64, base64Bytes, utf8Bytes, utf8Text } from '@bindery/bytes'
import type { Sealer } from '../options.js'

/** The contents of a link. */
export interface SignInLink {
  /** The key that signs in. */
  readonly accessKeyId: string
  /** Milliseconds since 1970. */
  readonly madeAt: number
  /** No other link has it. */
  readonly nonce: string
}

const CONTEXT = 'sign-in link'
/** Characters of a sealed link; those that this server makes are shorter. */
const LINK_LENGTH_MAX = 1_024

/** The text of a link, for the fragment of a URL: letters, digits, `-` and `_`. */
export function sealSignInLink(sealer: Sealer, link: SignInLink): string {
  const text = base64(sealer.seal(utf8Bytes(JSON.stringify(link)), CONTEXT))
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** Undefined for a text that this server has not made. */
export function openSignInLink(sealer: Sealer, text: string): SignInLink | undefined {
  if (text.length > LINK_LENGTH_MAX || !/^[\w-]+$/.test(text)) return undefined
  const padded = text
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .padEnd(Math.ceil(text.length / 4) * 4, '=')
  const sealed = base64Bytes(padded)
  const opened = sealed && sealer.open(sealed, CONTEXT)
  return opened && JSON.parse(utf8Text(opened) ?? 'null')
}
