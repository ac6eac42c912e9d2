import { hexDump, stringToBytes, textOfByteString } from '@bindery/bytes'
import type { Digests } from '../digests.js'
import { OssError } from '../errors/oss-error.js'
import type { SigV4HeaderClaim, SigV4UrlClaim } from '../signature/claim-form.js'
import { signatureOfDigest } from '../signature/sign-digest.js'
import { equalSignatures } from '../signature/signable.js'
import { splitTarget } from '../target.js'
import type { ChunkChain } from './chunk-signatures.js'
import {
  canonicalRequests,
  type SigV4Request,
  sigV4ScopeText,
  sigV4SigningKey,
  sigV4StringHead,
  sigV4StringToSign,
} from './sigv4.js'

/** A claim in either form of Signature Version 4. */
export type SigV4Claim = SigV4HeaderClaim | SigV4UrlClaim

/** A request as it was sent. */
export interface SentRequest {
  readonly method: string
  /** Path and query, percent-encoding untouched; only for schemes that sign them as they are. */
  readonly target?: string | undefined
  /** Names in lower case; values are byte strings. */
  readonly headers: Readonly<Record<string, string>>
}

const SIGNING_KEYS_MAX = 256

/** Compares claims of AWS Signature Version 4 with what their secret would have signed. Caches signing keys. */
export class SigV4Verifier {
  readonly #digests: Digests
  readonly #signingKeys = new Map<string, Uint8Array>()

  constructor(digests: Digests) {
    this.#digests = digests
  }

  /** Whether the holder of the secret signed this request. Does not check its time. */
  verifies(claim: SigV4Claim, request: SentRequest, accessKeySecret: string): boolean {
    const key = this.#signingKey(claim, accessKeySecret)
    const head = sigV4StringHead(claim.date, claim.scope)
    for (const canonical of canonicalRequests(signed(claim, request))) {
      if (equalSignatures(signatureOfDigest(key, head, canonical, this.#digests), claim.signature)) return true
    }
    return false
  }

  /** The error of a claim that does not verify, with the strings that its signer should have signed. */
  mismatch(claim: SigV4Claim, request: SentRequest): OssError {
    const [canonical = ''] = canonicalRequests(signed(claim, request))
    const stringToSign = sigV4StringToSign(claim.date, claim.scope, canonical, this.#digests)
    return new OssError('sigV4DoesNotMatch', {
      awsAccessKeyId: claim.accessKeyId,
      stringToSign: readable(stringToSign),
      signatureProvided: claim.signature,
      stringToSignBytes: hexDump(stringToBytes(stringToSign)).toLowerCase(),
      canonicalRequest: readable(canonical),
      canonicalRequestBytes: hexDump(stringToBytes(canonical)).toLowerCase(),
    })
  }

  /** The key and the first signature of the chunks of the request's body. */
  chunkChain(claim: SigV4Claim, accessKeySecret: string): ChunkChain {
    return {
      seed: claim.signature,
      signingKey: this.#signingKey(claim, accessKeySecret),
      timestamp: claim.date,
      scope: claim.scope,
      digests: this.#digests,
    }
  }

  #signingKey({ scope }: SigV4Claim, accessKeySecret: string): Uint8Array {
    const name = `${sigV4ScopeText(scope)}\n${accessKeySecret}`
    const known = this.#signingKeys.get(name)
    if (known !== undefined) return known
    if (this.#signingKeys.size >= SIGNING_KEYS_MAX) this.#signingKeys.clear()
    const key = sigV4SigningKey(accessKeySecret, scope, this.#digests)
    this.#signingKeys.set(name, key)
    return key
  }
}

/** Throws sigV4HeadersNotSigned where a header that has an effect in S3 was not signed; Host names the server and the bucket. */
export function requireSigned({ signedHeaders, place }: SigV4Claim, { headers }: Pick<SentRequest, 'headers'>): void {
  const unsigned = signedHeaders.includes('host') ? [] : ['host']
  for (const name in headers) {
    const counts = name.startsWith('x-amz-') || (name === 'content-md5' && place === 'header')
    if (counts && !signedHeaders.includes(name)) unsigned.push(name)
  }
  if (unsigned.length > 0) throw new OssError('sigV4HeadersNotSigned', { headersNotSigned: unsigned.join(', ') })
}

function signed({ signedHeaders, payload }: SigV4Claim, { method, target = '', headers }: SentRequest): SigV4Request {
  return { method, ...splitTarget(target), headers, signedHeaders, payload }
}

function readable(bytes: string): string {
  return textOfByteString(bytes) ?? bytes
}
