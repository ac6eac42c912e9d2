import { percentEncode } from '@bindery/bytes'
import { encodedQuery, headerLines, type Signable } from './signable.js'

/** The name of the algorithm in headers, URLs and strings to sign. */
export const V4_ALGORITHM = 'OSS4-HMAC-SHA256'
/** The last part of each scope. */
export const V4_TERMINATOR = 'aliyun_v4_request'
/** The only payload hash that OSS accepts: bodies are not signed. */
export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD'

/** The scope of a signing key. */
export interface V4Scope {
  /** UTC, `YYYYMMDD`. */
  readonly date: string
  /** Without `oss-`; empty from SDKs without a configured region. */
  readonly region: string
  /** `oss`, or the product name of another surface. */
  readonly product: string
}

/** A scope as it is in credentials and in the string to sign. */
export function v4ScopeText({ date, region, product }: V4Scope): string {
  return `${date}/${region}/${product}/${V4_TERMINATOR}`
}

/**
 * The request in V4's canonical form, as a byte string. `additionalHeaders` are lower-case names that are signed in
 * addition to `content-type`, `content-md5` and `x-oss-*`. With `skipEmptyHeaders` it is the form that the C++ SDK
 * signs.
 * @see https://help.aliyun.com/document_detail/2668189.html
 */
export function v4CanonicalRequest(
  request: Signable,
  additionalHeaders: readonly string[],
  { skipEmptyHeaders = false } = {},
): string {
  const { method, headers, query } = request
  const isSigned = (name: string) =>
    (isV4DefaultHeader(name) || additionalHeaders.includes(name)) && !(skipEmptyHeaders && headers[name]?.trim() === '')
  const signedLines = headerLines(headers, isSigned)
  const payload = headers['x-oss-content-sha256'] ?? UNSIGNED_PAYLOAD
  const additional = additionalHeaders.length === 0 ? '' : [...additionalHeaders].sort().join(';')
  return `${method}\n${canonicalUri(request)}\n${encodedQuery(query)}\n${signedLines}\n${additional}\n${payload}`
}

/** Whether V4 signs a header by default. */
export function isV4DefaultHeader(name: string): boolean {
  return name === 'content-type' || name === 'content-md5' || name.startsWith('x-oss-')
}

/** A byte string. `timestamp` is the request's time as sent, ISO or an HTTP date; the digest is in lower-case hex. */
export function v4StringToSign(timestamp: string, scope: V4Scope, canonicalRequestSha256: string): string {
  return v4StringHead(timestamp, scope) + canonicalRequestSha256
}

/** A string to sign as far as the digest of the request. */
export function v4StringHead(timestamp: string, scope: V4Scope): string {
  return `${V4_ALGORITHM}\n${timestamp}\n${v4ScopeText(scope)}\n`
}

/**
 * The signing key is the HMAC-SHA256 of each step, keyed with the one before; the first key is this prefix plus the
 * secret.
 */
export const V4_KEY_PREFIX = 'aliyun_v4'
/** The texts of the HMACs that make the signing key of a scope, in their order. */
export function v4KeySteps({ date, region, product }: V4Scope): readonly string[] {
  return [date, region, product, V4_TERMINATOR]
}

/** Built from the decoded key: clients differ in what they encode on the wire. */
function canonicalUri({ bucket, key }: Signable): string {
  return bucket === undefined ? '/' : percentEncode(`/${bucket}/${key ?? ''}`, { keepSlash: true })
}
