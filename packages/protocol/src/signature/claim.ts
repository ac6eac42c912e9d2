import type { Cause } from '../errors/catalogue.js'
import { OssError } from '../errors/oss-error.js'
import { PRESIGN_V4_SECONDS_MAX } from '../limits.js'
import type { Head } from '../message.js'
import type { Query } from '../query.js'
import { parseBasicTime } from './time.js'
import { V2_ALGORITHM } from './v2.js'
import { UNSIGNED_PAYLOAD, V4_ALGORITHM, V4_TERMINATOR, type V4Scope } from './v4.js'

interface Presented {
  readonly accessKeyId: string
  readonly signature: string
  /** Absent rather than empty. */
  readonly securityToken: string | undefined
  /**
   * The time as it is signed, verbatim. For a header the time of the request, '' if it has none; for a URL of V1 or V2
   * its end, in seconds since 1970; for a URL of V4 its start, `20221220T084818Z`.
   */
  readonly date: string
}

interface V4Presented extends Presented {
  readonly scheme: 'v4'
  readonly scope: V4Scope
  /** In lower case, sorted. */
  readonly additionalHeaders: readonly string[]
}

type Place = 'header' | 'url'

export type V1Claim = Presented & { readonly scheme: 'v1'; readonly place: Place }
export type V2Claim = Presented & {
  readonly scheme: 'v2'
  readonly place: Place
  /** In lower case, sorted. */
  readonly additionalHeaders: readonly string[]
}
export type V4HeaderClaim = V4Presented & { readonly place: 'header' }
export type V4UrlClaim = V4Presented & { readonly place: 'url'; readonly expiresSeconds: number }

/** The unverified statement of a request about its signer and signature. */
export type Claim = V1Claim | V2Claim | V4HeaderClaim | V4UrlClaim

const V1_URL_KEYS = ['OSSAccessKeyId', 'Expires', 'Signature']
const V2_ITEMS = ['AccessKeyId', 'AdditionalHeaders', 'Signature']
const V4_ITEMS = ['Credential', 'AdditionalHeaders', 'Signature']
/** Products whose requests come to a bucket: those of OSS itself, and of its cloud boxes. */
const V4_PRODUCTS: ReadonlySet<string> = new Set(['oss', 'oss-cloudbox'])
const SECONDS = /^\d+$/

/**
 * The claim of a request, or undefined if it makes none. The query is examined first, and the first of repeated keys
 * counts. Throws the causes of malformed signatures, and authorizationTwice if query and header both sign.
 * @see https://help.aliyun.com/document_detail/31951.html
 */
export function readClaim(head: Head): Claim | undefined {
  const { authorization } = head.headers
  const readUrlClaim = urlScheme(head.query)
  if (readUrlClaim === undefined) return authorization === undefined ? undefined : headerClaim(authorization, head)
  if (authorization !== undefined) throw new OssError('authorizationTwice')
  return readUrlClaim(head)
}

/** The function that reads the claim of the query, undefined if it makes none. */
function urlScheme(query: Query): ((head: Head) => Claim) | undefined {
  const version = query.get('x-oss-signature-version')
  if (version === V4_ALGORITHM) return v4UrlClaim
  if (version === V2_ALGORITHM) return v2UrlClaim
  if (version !== undefined) throw new OssError('signatureVersionUnknown', argument('x-oss-signature-version', version))
  if (query.has('X-Amz-Algorithm')) throw notSupported('AWS4-HMAC-SHA256')
  if (query.has('AWSAccessKeyId')) throw notSupported('AWS')
  return V1_URL_KEYS.some((key) => query.has(key)) ? v1UrlClaim : undefined
}

function headerClaim(authorization: string, head: Head): Claim {
  const text = authorization.trim()
  if (text === '') throw new OssError('authorizationEmpty')
  const blank = text.indexOf(' ')
  const scheme = blank === -1 ? text : text.slice(0, blank)
  const rest = blank === -1 ? '' : text.slice(blank + 1).trim()
  if (scheme === 'OSS') return v1HeaderClaim(rest, head)
  if (scheme === V4_ALGORITHM) return v4HeaderClaim(rest, head)
  if (scheme === V2_ALGORITHM) return v2HeaderClaim(rest, head)
  if (scheme === 'AWS' || scheme === 'AWS4-HMAC-SHA256') throw notSupported(scheme)
  throw new OssError('authorizationInvalid')
}

function v1HeaderClaim(text: string, head: Head): V1Claim {
  const [accessKeyId, signature, ...more] = text.split(':')
  if (accessKeyId === undefined || signature === undefined || more.length > 0) throw new OssError('authorizationItems')
  if (accessKeyId === '') throw new OssError('authorizationMissingPart')
  if (signature === '') throw new OssError('signatureEmpty')
  // The newer Python and Java SDKs send the token of V1 in a header without the usual prefix.
  const token = securityToken(head, 'header', 'security-token') ?? head.headers['security-token']
  return {
    scheme: 'v1',
    place: 'header',
    accessKeyId,
    signature,
    securityToken: token || undefined,
    date: headerDate(head),
  }
}

function v1UrlClaim(head: Head): V1Claim {
  const { query } = head
  const accessKeyId = query.get('OSSAccessKeyId')
  const signature = query.get('Signature')
  const date = query.get('Expires')
  if (date === undefined) throw new OssError('urlExpiresMissing')
  if (!accessKeyId || !signature) throw new OssError('urlSignatureIncomplete')
  if (!SECONDS.test(date)) throw new OssError('urlExpiresInvalid')
  const token = securityToken(head, 'url', 'security-token')
  return { scheme: 'v1', place: 'url', accessKeyId, signature, securityToken: token, date }
}

function v2HeaderClaim(text: string, head: Head): V2Claim {
  const items = readItems(text, ':', V2_ITEMS) ?? fail('authorizationItems')
  const accessKeyId = items.get('AccessKeyId')
  const signature = items.get('Signature')
  if (!accessKeyId) throw new OssError('authorizationMissingPart')
  if (!signature) throw new OssError('v2SignatureMissing')
  return {
    scheme: 'v2',
    place: 'header',
    accessKeyId,
    signature,
    additionalHeaders: headerNames(items.get('AdditionalHeaders'), head, V2_NAMES),
    securityToken: securityToken(head, 'header', 'security-token'),
    date: headerDate(head),
  }
}

function v2UrlClaim(head: Head): V2Claim {
  const { query } = head
  const accessKeyId = query.get('x-oss-access-key-id')
  const signature = query.get('x-oss-signature')
  const date = query.get('x-oss-expires')
  if (!accessKeyId || date === undefined) throw new OssError('urlSignatureIncomplete')
  if (!signature) throw new OssError('v2SignatureMissing')
  if (!SECONDS.test(date)) throw new OssError('urlExpiresInvalid')
  return {
    scheme: 'v2',
    place: 'url',
    accessKeyId,
    signature,
    additionalHeaders: headerNames(query.get('x-oss-additional-headers'), head, V2_NAMES),
    securityToken: securityToken(head, 'url', 'security-token'),
    date,
  }
}

function v4HeaderClaim(text: string, head: Head): V4HeaderClaim {
  const items = readItems(text, '=', V4_ITEMS) ?? fail('v4AuthorizationInvalid')
  const credential = items.get('Credential')
  const signature = items.get('Signature')
  if (!credential || !signature) throw new OssError('authorizationMissingPart')
  const additionalHeaders = headerNames(items.get('AdditionalHeaders'), head, V4_HEADER_NAMES)
  const payload = head.headers['x-oss-content-sha256']
  if (payload !== UNSIGNED_PAYLOAD) {
    throw new OssError('v4PayloadInvalid', argument('x-oss-content-sha256', payload ?? ''))
  }
  const { accessKeyId, scope } = splitCredential(credential) ?? fail('v4CredentialInvalid')
  if (!V4_PRODUCTS.has(scope.product)) throw new OssError('v4ProductInvalid', argument('Credential', scope.product))
  return {
    scheme: 'v4',
    place: 'header',
    accessKeyId,
    scope,
    signature,
    additionalHeaders,
    securityToken: securityToken(head, 'header', 'x-oss-security-token'),
    date: headerDate(head),
  }
}

function v4UrlClaim(head: Head): V4UrlClaim {
  const { query } = head
  const signature = query.get('x-oss-signature')
  if (!signature) throw new OssError('v4UrlSignatureMissing', argument('x-oss-signature', ''))
  const credential = query.get('x-oss-credential') ?? ''
  const { accessKeyId, scope } =
    splitCredential(credential) ?? fail('v4UrlCredentialInvalid', argument('x-oss-credential', credential))
  if (!V4_PRODUCTS.has(scope.product))
    throw new OssError('v4ProductInvalid', argument('x-oss-credential', scope.product))
  const date = query.get('x-oss-date') ?? ''
  const start = parseBasicTime(date)
  if (start === undefined) throw new OssError('v4UrlDateInvalid', argument('x-oss-date', date))
  const expires = query.get('x-oss-expires') ?? ''
  const expiresSeconds = /^\d{1,9}$/.test(expires) ? Number(expires) : 0
  if (expiresSeconds < 1 || expiresSeconds > PRESIGN_V4_SECONDS_MAX) {
    throw new OssError('v4UrlExpiresInvalid', argument('x-oss-expires', expires))
  }
  return {
    scheme: 'v4',
    place: 'url',
    accessKeyId,
    scope,
    signature,
    additionalHeaders: headerNames(query.get('x-oss-additional-headers'), head, V4_URL_NAMES),
    securityToken: securityToken(head, 'url', 'x-oss-security-token'),
    date,
    expiresSeconds,
  }
}

/**
 * The items of an Authorization header, which SDKs write in any order, with or without a space after the comma.
 * Undefined if one is malformed or repeated. Throws authorizationUnknownParameter.
 */
function readItems(text: string, sign: string, names: readonly string[]): ReadonlyMap<string, string> | undefined {
  const items = new Map<string, string>()
  for (const item of text.split(',')) {
    const end = item.indexOf(sign)
    const name = item.slice(0, Math.max(end, 0)).trim()
    if (end === -1 || items.has(name)) return undefined
    if (!names.includes(name)) throw new OssError('authorizationUnknownParameter')
    items.set(name, item.slice(end + 1).trim())
  }
  return items
}

function splitCredential(credential: string): { accessKeyId: string; scope: V4Scope } | undefined {
  const [accessKeyId, date, region, product, terminator, ...more] = credential.split('/')
  if (!accessKeyId || !date || region === undefined || !product || terminator !== V4_TERMINATOR) return undefined
  const plain = /^\d{8}$/.test(date) && /^[\w.-]*$/.test(region) && /^[\w.-]+$/.test(product)
  return plain && more.length === 0 ? { accessKeyId, scope: { date, region, product } } : undefined
}

/** Causes of a list of names that is empty, that holds what is no name, and that names what the request does not have. */
interface NameCauses {
  readonly empty: Cause
  readonly invalid: Cause
  readonly missing: Cause
}

const V2_NAMES: NameCauses = {
  empty: 'v2AdditionalHeadersEmpty',
  invalid: 'v2AdditionalHeadersInvalid',
  missing: 'v2AdditionalHeadersMissing',
}
const V4_HEADER_NAMES: NameCauses = {
  empty: 'v4AdditionalHeadersEmpty',
  invalid: 'v4AdditionalHeadersInvalid',
  missing: 'v4AdditionalHeadersMissing',
}
const V4_URL_NAMES: NameCauses = {
  empty: 'v4UrlAdditionalHeadersEmpty',
  invalid: 'v4UrlAdditionalHeadersInvalid',
  missing: 'v4UrlAdditionalHeadersMissing',
}

/** OSS requires sorted names; older Python SDKs send them unsorted and sign them sorted. */
function headerNames(text: string | undefined, { headers }: Head, causes: NameCauses): readonly string[] {
  if (text === undefined) return []
  if (text === '') throw new OssError(causes.empty)
  const names = text.split(';').map((name) => name.trim())
  if (names.some((name) => name === '' || name !== name.toLowerCase())) throw new OssError(causes.invalid)
  if (names.some((name) => headers[name] === undefined)) throw new OssError(causes.missing)
  return names.sort()
}

/** `x-oss-date` takes precedence over Date. */
function headerDate({ headers }: Head): string {
  return headers['x-oss-date'] ?? headers.date ?? ''
}

/** A token with an empty value counts as absent. In a URL it counts only there; OSS refuses it in both places. */
function securityToken({ query, headers }: Head, place: Place, queryKey: string): string | undefined {
  const inHeader = headers['x-oss-security-token']
  const inQuery = query.get(queryKey)
  if (inHeader && inQuery) throw new OssError('securityTokenTwice', argument(queryKey, inQuery))
  return inQuery || (place === 'header' && inHeader) || undefined
}

function notSupported(scheme: string): OssError {
  return new OssError('signatureNotSupported', { Scheme: scheme })
}

function argument(name: string, value: string): { ArgumentName: string; ArgumentValue: string } {
  return { ArgumentName: name, ArgumentValue: value }
}

function fail(...[cause, details]: ConstructorParameters<typeof OssError>): never {
  throw new OssError(cause, details)
}
