import { hexDump, stringToBytes, textOfByteString } from '@bindery/bytes'
import type { Digests } from '../digests.js'
import { OssError } from '../errors/oss-error.js'
import type { Claim, V4HeaderClaim, V4UrlClaim } from './claim-form.js'
import { SigningKeys, v1Signature, v2Signature, v4Signature, v4Strings } from './compute.js'
import { equalSignatures, type Signable } from './signable.js'
import { v1StringsToSign, v1StringToSign } from './v1.js'
import { v2StringToSign } from './v2.js'

/** Compares claims with the signatures that their secret would have produced. Caches V4's signing keys. */
export class SignatureVerifier {
  readonly #digests: Digests
  readonly #signingKeys: SigningKeys

  constructor(digests: Digests) {
    this.#digests = digests
    this.#signingKeys = new SigningKeys(digests)
  }

  /** Whether the holder of the secret signed this request. Does not check its time. */
  verifies(claim: Claim, request: Signable, accessKeySecret: string): boolean {
    if (claim.scheme === 'v4') return this.#verifiesV4(claim, request, accessKeySecret)
    if (claim.scheme === 'v2') {
      const stringToSign = v2StringToSign(request, claim.date, claim.additionalHeaders)
      return equalSignatures(v2Signature(accessKeySecret, stringToSign, this.#digests), claim.signature)
    }
    for (const stringToSign of v1StringsToSign(request, claim.date)) {
      if (equalSignatures(v1Signature(accessKeySecret, stringToSign, this.#digests), claim.signature)) return true
    }
    return false
  }

  /** The error of a claim that does not verify, with the strings that its signer should have signed. */
  mismatch(claim: Claim, request: Signable): OssError {
    const identity = { OSSAccessKeyId: claim.accessKeyId, SignatureProvided: claim.signature }
    if (claim.scheme === 'v1') {
      return new OssError('signatureDoesNotMatch', { ...identity, ...shown(v1StringToSign(request, claim.date)) })
    }
    if (claim.scheme === 'v2') {
      const stringToSign = v2StringToSign(request, claim.date, claim.additionalHeaders)
      return new OssError('signatureV2DoesNotMatch', { ...identity, ...shown(stringToSign) })
    }
    const { stringToSign, canonicalRequest } = v4Strings(request, claim, this.#digests)
    const details = { ...identity, ...shown(stringToSign), CanonicalRequest: readable(canonicalRequest) }
    return new OssError('signatureV4DoesNotMatch', details)
  }

  #verifiesV4(claim: V4HeaderClaim | V4UrlClaim, request: Signable, accessKeySecret: string): boolean {
    const key = this.#signingKeys.get(accessKeySecret, claim.scope)
    const matches = (skipEmptyHeaders: boolean) => {
      const { stringToSign } = v4Strings(request, claim, this.#digests, { skipEmptyHeaders })
      return equalSignatures(v4Signature(key, stringToSign, this.#digests), claim.signature)
    }
    return matches(false) || (Object.values(request.headers).includes('') && matches(true))
  }
}

function shown(stringToSign: string): { StringToSign: string; StringToSignBytes: string } {
  return { StringToSign: readable(stringToSign), StringToSignBytes: hexDump(stringToBytes(stringToSign)) }
}

function readable(bytes: string): string {
  return textOfByteString(bytes) ?? bytes
}
