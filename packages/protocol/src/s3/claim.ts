import { OssError } from '../errors/oss-error.js'
import type { Head } from '../message.js'
import { type Claim, claimIn, type SigV4HeaderClaim } from '../signature/claim-form.js'
import { SIGV2_FORMS, SIGV4_FORMS, STS_FORM } from './forms.js'
import { SIGV4_ALGORITHM } from './sigv4.js'

const URL_KEYS = ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Signature']
/** The keys by which a URL shows that OSS signed it. */
export const OSS_URL_KEYS: readonly string[] = ['x-oss-signature-version', 'OSSAccessKeyId', 'x-oss-credential']

/** The claim of a request of S3, or undefined if it makes none. Throws the sigV4… causes, sigV2UrlIncomplete, urlExpiresInvalid, and signatureNotSupported. */
export function readS3Claim(head: Head): Claim | undefined {
  const { query } = head
  const { authorization } = head.headers
  const isUrl = URL_KEYS.some((key) => query.has(key))
  const isV2Url = query.has('AWSAccessKeyId')
  const isOfOss = OSS_URL_KEYS.some((key) => query.has(key))
  if ([isUrl || isV2Url, isOfOss, authorization !== undefined].filter(Boolean).length > 1)
    throw new OssError('sigV4Twice')
  if (isUrl) return claimIn(SIGV4_FORMS.url, head)
  if (isV2Url) return claimIn(SIGV2_FORMS.url, head)
  return authorization === undefined ? undefined : headerClaim(authorization.trim(), head)
}

function headerClaim(authorization: string, head: Head): Claim {
  const blank = authorization.indexOf(' ')
  const scheme = blank === -1 ? authorization : authorization.slice(0, blank)
  if (scheme === 'AWS4-ECDSA-P256-SHA256') throw new OssError('signatureNotSupported', { scheme })
  if (scheme === 'AWS' && blank !== -1) return claimIn(SIGV2_FORMS.header, head, authorization.slice(blank + 1).trim())
  if (scheme !== SIGV4_ALGORITHM || blank === -1) throw new OssError('sigV4AuthorizationInvalid')
  return claimIn(SIGV4_FORMS.header, head, authorization.slice(blank + 1))
}

/** The claim of a request of STS in AWS's form, whose payload is still empty. Throws the causes of malformed headers. */
export function readStsClaim(head: Head): SigV4HeaderClaim {
  const { authorization = '' } = head.headers
  const claim = claimIn(STS_FORM, head, authorization.slice(SIGV4_ALGORITHM.length + 1))
  if (claim.scheme !== 'sigv4' || claim.place !== 'header') throw new OssError('sigV4AuthorizationInvalid')
  return claim
}
