/** Signs requests by OSS V4, in their headers or in a URL. */
import { hex, percentEncode, stringToBytes, utf8Bytes } from '@bindery/bytes'
import {
  formatBasicDay,
  formatBasicTime,
  Query,
  UNSIGNED_PAYLOAD,
  V4_ALGORITHM,
  V4_KEY_PREFIX,
  v4CanonicalRequest,
  v4KeySteps,
  v4ScopeText,
  v4StringToSign,
} from '@bindery/protocol'
import { hmacSha256, sha256 } from './sha256.js'

/** The key of a session, or a permanent one while someone signs in. */
export interface SigningKey {
  readonly accessKeyId: string
  readonly accessKeySecret: string
  readonly securityToken?: string | undefined
}

/** A request before it is signed. Header names are in lower case. */
export interface Unsigned {
  readonly method: string
  readonly bucket?: string | undefined
  readonly key?: string | undefined
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
}

/** When and where a signature is valid. */
export interface Signing {
  readonly region: string
  /** Milliseconds since 1970. */
  readonly time: number
}

/** The headers of a signed request, those given included. `payload` is the hash of the body, where it is signed. */
export function signedHeaders(
  request: Unsigned,
  key: SigningKey,
  { region, time, payload = UNSIGNED_PAYLOAD }: Signing & { readonly payload?: string | undefined },
): Record<string, string> {
  const headers = {
    ...request.headers,
    'x-oss-date': formatBasicTime(time),
    'x-oss-content-sha256': payload,
    ...(key.securityToken === undefined ? {} : { 'x-oss-security-token': key.securityToken }),
  }
  const { signature, credential } = sign({ ...request, headers }, key, { region, time })
  return { ...headers, authorization: `${V4_ALGORITHM} Credential=${credential},Signature=${signature}` }
}

/** The query of a URL that is signed for `seconds`, that of the request included. */
export function signedQuery(
  request: Unsigned,
  key: SigningKey,
  { region, time, seconds }: Signing & { readonly seconds: number },
): Record<string, string> {
  const scope = { date: formatBasicDay(time), region, product: 'oss' }
  const query = {
    ...request.query,
    'x-oss-signature-version': V4_ALGORITHM,
    'x-oss-credential': `${key.accessKeyId}/${v4ScopeText(scope)}`,
    'x-oss-date': formatBasicTime(time),
    'x-oss-expires': String(seconds),
    ...(key.securityToken === undefined ? {} : { 'x-oss-security-token': key.securityToken }),
  }
  return { ...query, 'x-oss-signature': sign({ ...request, query }, key, { region, time }).signature }
}

function sign(request: Unsigned, key: SigningKey, { region, time }: Signing) {
  const { method, bucket, key: name, headers } = request
  const query = new Query(Object.entries(request.query).map(([parameter, value]) => ({ name: parameter, value })))
  const scope = { date: formatBasicDay(time), region, product: 'oss' }
  const canonical = v4CanonicalRequest({ method, bucket, key: name, query, headers }, [])
  const text = v4StringToSign(formatBasicTime(time), scope, hex(sha256(stringToBytes(canonical))))
  let derived = utf8Bytes(V4_KEY_PREFIX + key.accessKeySecret)
  for (const step of v4KeySteps(scope)) derived = hmacSha256(derived, stringToBytes(step))
  return {
    signature: hex(hmacSha256(derived, stringToBytes(text))),
    credential: `${key.accessKeyId}/${v4ScopeText(scope)}`,
  }
}

/** The path of a bucket or object, in path style. */
export function pathOf(bucket: string | undefined, key: string | undefined): string {
  if (bucket === undefined) return '/'
  return `/${bucket}/${key === undefined ? '' : percentEncode(key, { keepSlash: !hasDotSegment(key) })}`
}

/** A query with its `?`; empty without parameters. A parameter without a value has no `=`. */
export function queryText(query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query).map(([name, value]) =>
    value === '' ? percentEncode(name) : `${percentEncode(name)}=${percentEncode(value)}`,
  )
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

/** Browsers remove such segments from paths, but not where the slashes are encoded. */
function hasDotSegment(key: string): boolean {
  return /(^|\/)\.{1,2}(\/|$)/.test(key)
}
