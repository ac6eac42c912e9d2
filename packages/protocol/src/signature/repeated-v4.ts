import type { Digests } from '../digests.js'
import { checkHeaderTime } from './check-time.js'
import type { V4HeaderClaim } from './claim-form.js'
import { v4SigningKey } from './compute.js'
import { signatureOfDigest } from './sign-digest.js'
import { equalSignatures, type Signable } from './signable.js'
import { V4_ALGORITHM, type V4Scope, v4CanonicalRequest, v4ScopeText } from './v4.js'

type Headers = Signable['headers']

const DATE_LINE = '\nx-oss-date:'

/**
 * V4 signatures, in the header, of requests that differ in their times and signatures alone: what they cover besides is put together
 * once. What it does not verify may still be right, in a form that is left to the verifier of all signatures.
 */
export class RepeatedV4 {
  readonly #scope: V4Scope
  readonly #digests: Digests
  readonly #signingKey: Uint8Array
  /** The Authorization header before the signature. */
  readonly #before: string
  /** The canonical request before and behind the value of `x-oss-date`; all of it, and nothing, where the time is in Date. */
  readonly #head: string
  readonly #tail: string | undefined
  readonly #scopeText: string

  private constructor({ scope }: V4HeaderClaim, before: string, canonical: string, key: Uint8Array, digests: Digests) {
    this.#scope = scope
    this.#digests = digests
    this.#signingKey = key
    this.#before = before
    // nothing before the lines of headers has a line break of its own
    const dated = canonical.indexOf(DATE_LINE)
    const end = dated === -1 ? canonical.length : dated + DATE_LINE.length
    this.#head = canonical.slice(0, end)
    this.#tail = dated === -1 ? undefined : canonical.slice(canonical.indexOf('\n', end))
    this.#scopeText = `\n${v4ScopeText(scope)}\n`
  }

  /** Those of all requests with the headers, query and key of one with this claim; undefined where its signature has another form. */
  static of(
    claim: V4HeaderClaim,
    request: Signable,
    { accessKeySecret, digests }: { readonly accessKeySecret: string; readonly digests: Digests },
  ): RepeatedV4 | undefined {
    const { authorization = '' } = request.headers
    const { scope, signature, additionalHeaders } = claim
    if (additionalHeaders.length > 0 || !authorization.endsWith(signature)) return undefined
    const before = authorization.slice(0, authorization.length - signature.length)
    const key = v4SigningKey(accessKeySecret, scope, digests)
    return new RepeatedV4(claim, before, v4CanonicalRequest(request, []), key, digests)
  }

  /** Whether a request at `now` (milliseconds since 1970) has a right time and a signature that verifies. */
  verifies(headers: Headers, now: number): boolean {
    const { authorization = '', date = '', 'x-oss-date': ownDate } = headers
    if (!authorization.startsWith(this.#before) || (ownDate === undefined) !== (this.#tail === undefined)) return false
    const time = ownDate ?? date
    if (!this.#isTimely(time, now)) return false
    const canonical = ownDate === undefined ? this.#head : this.#head + ownDate.trim() + this.#tail
    const head = `${V4_ALGORITHM}\n${time}${this.#scopeText}`
    const signature = signatureOfDigest(this.#signingKey, head, canonical, this.#digests)
    return equalSignatures(signature, authorization.slice(this.#before.length))
  }

  #isTimely(date: string, now: number): boolean {
    try {
      checkHeaderTime({ scheme: 'v4', date, scope: this.#scope }, now)
      return true
    } catch {
      return false
    }
  }
}
