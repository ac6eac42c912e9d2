import { hexDump, stringToBytes, textOfByteString } from '@bindery/bytes'
import type { Digests } from '../digests.js'
import { OssError } from '../errors/oss-error.js'
import type { ChunkChain } from '../s3/chunk-signatures.js'
import { sigV2StringsToSign } from '../s3/sigv2.js'
import { type SentRequest, SigV4Verifier } from '../s3/verifier.js'
import type { Claim, SigV2Claim, V1Claim, V4HeaderClaim, V4UrlClaim } from './claim-form.js'
import { SigningKeys, v1Signature, v2Signature, v4Strings } from './compute.js'
import { signatureOfDigest } from './sign-digest.js'
import { equalSignatures, type Signable } from './signable.js'
import { v1StringsToSign, v1StringToSign } from './v1.js'
import { v2StringToSign } from './v2.js'
import { v4CanonicalRequest, v4StringHead } from './v4.js'

/** A request as its signature covers it: as it is meant, or as it was sent. */
export type SignedRequest = Signable & SentRequest

/** Compares claims with the signatures that their secret would have produced. Caches the signing keys of the fourth versions. */
export class SignatureVerifier {
  readonly #digests: Digests
  readonly #sigV4: SigV4Verifier
  readonly #signingKeys: SigningKeys

  constructor(digests: Digests) {
    this.#digests = digests
    this.#signingKeys = new SigningKeys(digests)
    this.#sigV4 = new SigV4Verifier(digests)
  }

  /** Whether the holder of the secret signed this request. Does not check its time. */
  verifies(claim: Claim, request: SignedRequest, accessKeySecret: string): boolean {
    if (claim.scheme === 'sigv4') return this.#sigV4.verifies(claim, request, accessKeySecret)
    if (claim.scheme === 'v4') return this.#verifiesV4(claim, request, accessKeySecret)
    if (claim.scheme === 'v2') {
      const stringToSign = v2StringToSign(request, claim.date, claim.additionalHeaders)
      return equalSignatures(v2Signature(accessKeySecret, stringToSign, this.#digests), claim.signature)
    }
    for (const stringToSign of firstVersionStrings(claim, request)) {
      if (equalSignatures(v1Signature(accessKeySecret, stringToSign, this.#digests), claim.signature)) return true
    }
    return false
  }

  /** The error of a claim that does not verify, with the strings that its signer should have signed. */
  mismatch(claim: Claim, request: SignedRequest): OssError {
    if (claim.scheme === 'sigv4') return this.#sigV4.mismatch(claim, request)
    if (claim.scheme === 'sigv2') return sigV2Mismatch(claim, request)
    const identity = { accessKeyId: claim.accessKeyId, signatureProvided: claim.signature }
    if (claim.scheme === 'v1') {
      return new OssError('signatureDoesNotMatch', { ...identity, ...shown(v1StringToSign(request, claim.date)) })
    }
    if (claim.scheme === 'v2') {
      const stringToSign = v2StringToSign(request, claim.date, claim.additionalHeaders)
      return new OssError('signatureV2DoesNotMatch', { ...identity, ...shown(stringToSign) })
    }
    const { stringToSign, canonicalRequest } = v4Strings(request, claim, this.#digests)
    const details = { ...identity, ...shown(stringToSign), canonicalRequest: readable(canonicalRequest) }
    return new OssError('signatureV4DoesNotMatch', details)
  }

  /** The key and the first signature of a body's chunks; undefined for schemes that do not sign chunks. */
  chunkChain(claim: Claim, accessKeySecret: string): ChunkChain | undefined {
    return claim.scheme === 'sigv4' ? this.#sigV4.chunkChain(claim, accessKeySecret) : undefined
  }

  #verifiesV4(claim: V4HeaderClaim | V4UrlClaim, request: Signable, accessKeySecret: string): boolean {
    const key = this.#signingKeys.get(accessKeySecret, claim.scope)
    const head = v4StringHead(claim.date, claim.scope)
    const matches = (skipEmptyHeaders: boolean) => {
      const canonical = v4CanonicalRequest(request, claim.additionalHeaders, { skipEmptyHeaders })
      return equalSignatures(signatureOfDigest(key, head, canonical, this.#digests), claim.signature)
    }
    return matches(false) || (Object.values(request.headers).includes('') && matches(true))
  }
}

/** The strings of OSS's first version and of AWS's second: the signature of either is an HMAC-SHA1 in base64. */
function firstVersionStrings(claim: V1Claim | SigV2Claim, request: SignedRequest): Generator<string, void> {
  return claim.scheme === 'v1' ? v1StringsToSign(request, claim) : sigV2StringsToSign(request, endOf(claim))
}

const endOf = ({ place, date }: SigV2Claim): string | undefined => (place === 'url' ? date : undefined)

function sigV2Mismatch(claim: SigV2Claim, request: SignedRequest): OssError {
  const [stringToSign = ''] = sigV2StringsToSign(request, endOf(claim))
  const { accessKeyId: awsAccessKeyId, signature: signatureProvided } = claim
  const { stringToSignBytes, ...text } = shown(stringToSign)
  const bytes = stringToSignBytes.toLowerCase()
  return new OssError('sigV4DoesNotMatch', { awsAccessKeyId, ...text, signatureProvided, stringToSignBytes: bytes })
}

function shown(stringToSign: string): { stringToSign: string; stringToSignBytes: string } {
  return { stringToSign: readable(stringToSign), stringToSignBytes: hexDump(stringToBytes(stringToSign)) }
}

function readable(bytes: string): string {
  return textOfByteString(bytes) ?? bytes
}
