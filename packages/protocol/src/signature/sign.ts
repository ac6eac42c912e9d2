import { byteString } from '@bindery/bytes'
import type { Digests } from '../digests.js'
import { Query } from '../query.js'
import { type V4Terms, v1Signature, v4Signature, v4SigningKey, v4Strings } from './compute.js'
import type { Credentials, Signable } from './signable.js'
import { formatBasicDay, formatBasicTime } from './time.js'
import { v1StringToSign } from './v1.js'
import { isV4DefaultHeader, UNSIGNED_PAYLOAD, V4_ALGORITHM, type V4Scope, v4ScopeText } from './v4.js'

/** The time, region and additional headers for which a request is signed. */
export interface V4SignOptions {
  /** Milliseconds since 1970. */
  readonly time: number
  readonly region: string
  /** `oss` by default. */
  readonly product?: string
  /** Names in any case and order; those that V4 signs anyway or that the request does not have are left out. */
  readonly additionalHeaders?: readonly string[]
  /** The SHA-256 of the body in lower-case hex, where the signature is to cover it; absent: it does not. Not for URLs. */
  readonly payload?: string
  readonly digests: Digests
}

/** The request with the headers that sign it by V1: `x-oss-date`, the token, `authorization`. Time in milliseconds. */
export function signV1(
  request: Signable,
  credentials: Credentials,
  { time, digests }: { readonly time: number; readonly digests: Digests },
): Signable {
  const date = new Date(time).toUTCString()
  const headers = { ...request.headers, 'x-oss-date': date, ...tokenHeader(credentials) }
  const stringToSign = v1StringToSign({ ...request, headers }, date)
  const signature = v1Signature(credentials.accessKeySecret, stringToSign, digests)
  return { ...request, headers: { ...headers, authorization: `OSS ${credentials.accessKeyId}:${signature}` } }
}

/**
 * The request with the query keys that sign it by V1 until `expiresAt` (milliseconds since 1970; whole seconds
 * count).
 */
export function presignV1(
  request: Signable,
  credentials: Credentials,
  { expiresAt, digests }: { readonly expiresAt: number; readonly digests: Digests },
): Signable {
  const { accessKeyId, accessKeySecret, securityToken } = credentials
  const expires = String(Math.floor(expiresAt / 1000))
  const query = withParameters(request.query, { 'security-token': securityToken })
  const signature = v1Signature(accessKeySecret, v1StringToSign({ ...request, query }, expires), digests)
  const signed = withParameters(query, { OSSAccessKeyId: accessKeyId, Expires: expires, Signature: signature })
  return { ...request, query: signed }
}

/** The request with the headers that sign it by V4: `x-oss-date`, the payload's, the token, `authorization`. */
export function signV4(request: Signable, credentials: Credentials, options: V4SignOptions): Signable {
  const date = formatBasicTime(options.time)
  const { payload = UNSIGNED_PAYLOAD } = options
  const required = { 'x-oss-date': date, 'x-oss-content-sha256': payload, ...tokenHeader(credentials) }
  const headers = { ...request.headers, ...required }
  const scope = scopeOf(options)
  const additionalHeaders = additionalNames(request, options)
  const terms = { date, scope, additionalHeaders }
  const signature = signatureV4({ ...request, headers }, credentials, terms, options.digests)
  const items = [
    `Credential=${credentials.accessKeyId}/${v4ScopeText(scope)}`,
    ...(additionalHeaders.length === 0 ? [] : [`AdditionalHeaders=${additionalHeaders.join(';')}`]),
    `Signature=${signature}`,
  ]
  return { ...request, headers: { ...headers, authorization: `${V4_ALGORITHM} ${items.join(',')}` } }
}

/** The request with the query keys that sign it by V4, from `time` for `expiresSeconds`, 1 to 604,800. */
export function presignV4(
  request: Signable,
  credentials: Credentials,
  options: V4SignOptions & { readonly expiresSeconds: number },
): Signable {
  const date = formatBasicTime(options.time)
  const scope = scopeOf(options)
  const additionalHeaders = additionalNames(request, options)
  const query = withParameters(request.query, {
    'x-oss-signature-version': V4_ALGORITHM,
    'x-oss-credential': `${credentials.accessKeyId}/${v4ScopeText(scope)}`,
    'x-oss-date': date,
    'x-oss-expires': String(options.expiresSeconds),
    'x-oss-additional-headers': additionalHeaders.length === 0 ? undefined : additionalHeaders.join(';'),
    'x-oss-security-token': credentials.securityToken,
  })
  const terms = { date, scope, additionalHeaders }
  const signature = signatureV4({ ...request, query }, credentials, terms, options.digests)
  return { ...request, query: withParameters(query, { 'x-oss-signature': signature }) }
}

function signatureV4(request: Signable, { accessKeySecret }: Credentials, terms: V4Terms, digests: Digests): string {
  const { stringToSign } = v4Strings(request, terms, digests)
  return v4Signature(v4SigningKey(accessKeySecret, terms.scope, digests), stringToSign, digests)
}

function scopeOf({ time, region, product = 'oss' }: V4SignOptions): V4Scope {
  return { date: formatBasicDay(time), region, product }
}

function additionalNames({ headers }: Signable, { additionalHeaders = [] }: V4SignOptions): readonly string[] {
  const names = new Set(additionalHeaders.map((name) => name.toLowerCase()))
  return [...names].filter((name) => headers[name] !== undefined && !isV4DefaultHeader(name)).sort()
}

function tokenHeader({ securityToken }: Credentials): Readonly<Record<string, string>> {
  return securityToken === undefined ? {} : { 'x-oss-security-token': byteString(securityToken) }
}

function withParameters(query: Query, values: Readonly<Record<string, string | undefined>>): Query {
  const added = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]))
  return new Query([...query.parameters, ...added])
}
