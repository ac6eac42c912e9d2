import { OssError } from '../errors/oss-error.js'
import { RamError } from '../errors/ram-error.js'
import type { Head } from '../message.js'
import { SIGV2_FORMS, SIGV4_FORMS } from '../s3/forms.js'
import { because, type Claim, type ClaimForm, claimIn } from './claim-form.js'
import { OSS_FORMS, V4_OF_BODY } from './oss-forms.js'
import { V2_ALGORITHM } from './v2.js'
import { V4_ALGORITHM } from './v4.js'

const FORMS = { ...OSS_FORMS, sigv2: SIGV2_FORMS, sigv4: SIGV4_FORMS } as const

/** The row of a claim's form. */
export function formOf({ scheme, place }: Pick<Claim, 'scheme' | 'place'>): ClaimForm {
  return FORMS[scheme][place]
}

/** OSS's forms by the scheme that an Authorization header names. */
const HEADER_FORMS: ReadonlyMap<string, ClaimForm> = new Map([
  ['OSS', OSS_FORMS.v1.header],
  [V2_ALGORITHM, OSS_FORMS.v2.header],
  [V4_ALGORITHM, OSS_FORMS.v4.header],
])

/** OSS's forms by the version that the query of a URL names; one of V1 names none. */
const URL_FORMS: ReadonlyMap<string, ClaimForm> = new Map([
  [V2_ALGORITHM, OSS_FORMS.v2.url],
  [V4_ALGORITHM, OSS_FORMS.v4.url],
])

const V1_URL_KEYS = ['OSSAccessKeyId', 'Expires', 'Signature']

/**
 * The claim of a request of OSS, or undefined if it makes none. The query is examined first, and the first of repeated
 * keys counts. Throws the causes of malformed signatures, and authorizationTwice if query and header both sign.
 * @see https://help.aliyun.com/document_detail/31951.html
 */
export function readClaim(head: Head): Claim | undefined {
  const { authorization } = head.headers
  const urlForm = urlFormOf(head)
  if (urlForm === undefined) return authorization === undefined ? undefined : headerClaim(authorization, head)
  if (authorization !== undefined) throw new OssError('authorizationTwice')
  return claimIn(urlForm, head)
}

/**
 * The claim of a request whose signature must cover its body: V4 in the header, with the SHA-256 of the body. Undefined if it
 * makes none. The hash is still to be compared with that of the body. Throws bodyUnsigned, and what readClaim throws.
 */
export function readClaimOfBody(head: Head): Claim | undefined {
  const { authorization } = head.headers
  if (urlFormOf(head) !== undefined) throw new RamError('bodyUnsigned')
  return authorization === undefined ? undefined : headerClaim(authorization, head, V4_OF_BODY)
}

/** The form of the query's claim, undefined if it makes none. Throws authorizationTwice where OSS and S3 both sign. */
function urlFormOf({ query, headers }: Head): ClaimForm | undefined {
  const version = query.get('x-oss-signature-version')
  if (version !== undefined) {
    const form = URL_FORMS.get(version)
    if (form === undefined) throw because('signatureVersionUnknown', 'x-oss-signature-version')(version)
    return form
  }
  const isV1 = V1_URL_KEYS.some((key) => query.has(key))
  const ofS3 = query.has('X-Amz-Algorithm') ? 'AWS4-HMAC-SHA256' : query.has('AWSAccessKeyId') ? 'AWS' : undefined
  if (ofS3 === undefined) return isV1 ? OSS_FORMS.v1.url : undefined
  const isSignedToo = headers.authorization !== undefined || query.has('OSSAccessKeyId')
  throw isSignedToo ? new OssError('authorizationTwice') : notSupported(ofS3)
}

/** `only`: the only form that is accepted. */
function headerClaim(authorization: string, head: Head, only?: ClaimForm): Claim {
  const text = authorization.trim()
  if (text === '') throw new OssError('authorizationEmpty')
  const blank = text.indexOf(' ')
  const scheme = blank === -1 ? text : text.slice(0, blank)
  const form = HEADER_FORMS.get(scheme)
  if (only !== undefined && scheme !== V4_ALGORITHM) throw new RamError('bodyUnsigned')
  if (form !== undefined) return claimIn(only ?? form, head, blank === -1 ? '' : text.slice(blank + 1).trim())
  if (scheme === 'AWS' || scheme === 'AWS4-HMAC-SHA256') throw notSupported(scheme)
  throw new OssError('authorizationInvalid')
}

function notSupported(scheme: string): OssError {
  return new OssError('signatureNotSupported', { scheme })
}
