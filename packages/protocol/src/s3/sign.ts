import { percentEncode } from '@bindery/bytes'
import type { Digests } from '../digests.js'
import type { Credentials } from '../signature/signable.js'
import { formatBasicTime } from '../signature/time.js'
import { UNSIGNED_PAYLOAD } from '../signature/v4.js'
import {
  canonicalRequests,
  SIGV4_ALGORITHM,
  sigV4ScopeText,
  sigV4Signature,
  sigV4SigningKey,
  sigV4StringToSign,
} from './sigv4.js'

/** A request of S3 that is to be signed. */
export interface UnsignedS3 {
  readonly method: string
  /** Path and query as they will be sent. */
  readonly target: string
  /** Names in lower case, `host` included; all of them are signed. */
  readonly headers: Readonly<Record<string, string>>
}

/** The time and region for which a request is signed. */
export interface S3SignOptions {
  /** Milliseconds since 1970. */
  readonly time: number
  readonly region: string
  readonly digests: Digests
}

/** The headers of a request with its signature; `payload` is the text of `x-amz-content-sha256`. */
export function signS3(
  request: UnsignedS3,
  payload: string,
  key: Credentials,
  options: S3SignOptions,
): Record<string, string> {
  const date = formatBasicTime(options.time)
  const token = key.securityToken === undefined ? {} : { 'x-amz-security-token': key.securityToken }
  const headers = { ...request.headers, 'x-amz-date': date, 'x-amz-content-sha256': payload, ...token }
  const { credential, signedHeaders, signature } = sign({ ...request, headers }, payload, key, options)
  const items = `Credential=${credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`
  return { ...headers, authorization: `${SIGV4_ALGORITHM} ${items}` }
}

/** The target of a request with its signature, valid for `expiresSeconds`. */
export function presignS3(
  request: UnsignedS3,
  expiresSeconds: number,
  key: Credentials,
  options: S3SignOptions,
): string {
  const scope = sigV4ScopeText(scopeOf(options))
  const parameters: [string, string][] = [
    ['X-Amz-Algorithm', SIGV4_ALGORITHM],
    ['X-Amz-Credential', `${key.accessKeyId}/${scope}`],
    ['X-Amz-Date', formatBasicTime(options.time)],
    ['X-Amz-Expires', String(expiresSeconds)],
    ['X-Amz-SignedHeaders', Object.keys(request.headers).sort().join(';')],
    ...(key.securityToken === undefined ? [] : [['X-Amz-Security-Token', key.securityToken] as [string, string]]),
  ]
  const query = parameters.map(([name, value]) => `${name}=${percentEncode(value)}`).join('&')
  const target = `${request.target}${request.target.includes('?') ? '&' : '?'}${query}`
  const { signature } = sign({ ...request, target }, UNSIGNED_PAYLOAD, key, options)
  return `${target}&X-Amz-Signature=${signature}`
}

function sign(request: UnsignedS3, payload: string, key: Credentials, options: S3SignOptions) {
  const { digests, time } = options
  const scope = scopeOf(options)
  const signedHeaders = Object.keys(request.headers).sort()
  const [path = '', query = ''] = request.target.split(/\?(.*)/s)
  const [canonical = ''] = canonicalRequests({ ...request, path, query, signedHeaders, payload })
  const stringToSign = sigV4StringToSign(formatBasicTime(time), scope, canonical, digests)
  const signingKey = sigV4SigningKey(key.accessKeySecret, scope, digests)
  return {
    credential: `${key.accessKeyId}/${sigV4ScopeText(scope)}`,
    signedHeaders: signedHeaders.join(';'),
    signature: sigV4Signature(signingKey, stringToSign, digests),
  }
}

function scopeOf({ time, region }: S3SignOptions) {
  return { date: formatBasicTime(time).slice(0, 8), region }
}
