/**
 * The digests of signatures, for a synchronous runner. The rest of signing builds strings, so that a runner on Web
 * Crypto only needs its own version of this file.
 */

import { base64, hex, stringToBytes, utf8Bytes } from '@bindery/bytes'
import type { Digests } from '../digests.js'
import type { Signable } from './signable.js'
import { V4_KEY_PREFIX, type V4Scope, v4CanonicalRequest, v4KeySteps, v4ScopeText, v4StringToSign } from './v4.js'

/** The HMAC-SHA1 of a byte string, in base64. */
export function v1Signature(accessKeySecret: string, stringToSign: string, digests: Digests): string {
  return base64(digests.hmacSha1(utf8Bytes(accessKeySecret), stringToBytes(stringToSign)))
}

/** The HMAC-SHA256 of a byte string, in base64. */
export function v2Signature(accessKeySecret: string, stringToSign: string, digests: Digests): string {
  return base64(digests.hmacSha256(utf8Bytes(accessKeySecret), stringToBytes(stringToSign)))
}

/** The strings that V4 signs, as byte strings. */
export interface V4Strings {
  readonly canonicalRequest: string
  readonly stringToSign: string
}

/** The signed items besides the request; `date` is the timestamp as sent. */
export interface V4Terms {
  readonly date: string
  readonly scope: V4Scope
  readonly additionalHeaders: readonly string[]
}

/** The strings that a V4 signature covers. */
export function v4Strings(request: Signable, { date, scope, additionalHeaders }: V4Terms, digests: Digests): V4Strings {
  const canonicalRequest = v4CanonicalRequest(request, additionalHeaders)
  const digest = hex(digests.sha256(stringToBytes(canonicalRequest)))
  return { canonicalRequest, stringToSign: v4StringToSign(date, scope, digest) }
}

/** The key that signs all requests of one scope. */
export function v4SigningKey(accessKeySecret: string, scope: V4Scope, digests: Digests): Uint8Array {
  const start = utf8Bytes(V4_KEY_PREFIX + accessKeySecret)
  return v4KeySteps(scope).reduce((key, step) => digests.hmacSha256(key, stringToBytes(step)), start)
}

/** The HMAC-SHA256 of a byte string under the key of a scope, in lower-case hex. */
export function v4Signature(signingKey: Uint8Array, stringToSign: string, digests: Digests): string {
  return hex(digests.hmacSha256(signingKey, stringToBytes(stringToSign)))
}

const SIGNING_KEYS_MAX = 256

/** Signing keys by secret and scope: a client uses one for a day. The oldest is dropped for the 257th. */
export class SigningKeys {
  readonly #digests: Digests
  readonly #keys = new Map<string, Uint8Array>()
  /** The key of the previous request, which most requests share. */
  #last: { readonly accessKeySecret: string; readonly scope: V4Scope; readonly key: Uint8Array } | undefined

  constructor(digests: Digests) {
    this.#digests = digests
  }

  get(accessKeySecret: string, scope: V4Scope): Uint8Array {
    const last = this.#last
    if (last !== undefined && last.accessKeySecret === accessKeySecret && isSameScope(last.scope, scope))
      return last.key
    const key = this.#find(accessKeySecret, scope)
    this.#last = { accessKeySecret, scope, key }
    return key
  }

  #find(accessKeySecret: string, scope: V4Scope): Uint8Array {
    const name = `${v4ScopeText(scope)}\n${accessKeySecret}`
    const known = this.#keys.get(name)
    if (known !== undefined) return known
    const key = v4SigningKey(accessKeySecret, scope, this.#digests)
    const [oldest] = this.#keys.keys()
    if (this.#keys.size >= SIGNING_KEYS_MAX && oldest !== undefined) this.#keys.delete(oldest)
    this.#keys.set(name, key)
    return key
  }
}

function isSameScope(one: V4Scope, other: V4Scope): boolean {
  return one.date === other.date && one.region === other.region && one.product === other.product
}
