/** Signs requests by OSS V4 and V1. */
import { base64, hex, stringToBytes, utf8Bytes } from '@bindery/bytes'
import {
  formatBasicDay,
  formatBasicTime,
  isAmbiguousInV1,
  Query,
  type Signable,
  UNSIGNED_PAYLOAD,
  V4_ALGORITHM,
  V4_KEY_PREFIX,
  type V4Scope,
  v1StringToSign,
  v4CanonicalRequest,
  v4KeySteps,
  v4ScopeText,
  v4StringToSign,
} from '@bindery/protocol/signing'
import type { Credentials } from '../types/client.js'
import { CLIENT_CODES, OssError } from '../types/error.js'
import type { SigningDigests } from './signing-digests.js'

/** A request before it is signed. Header names are in lower case. */
export interface Unsigned {
  readonly method: string
  readonly bucket?: string | undefined
  readonly key?: string | undefined
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  /** Headers that V4 signs besides those that it always signs. */
  readonly additional?: readonly string[] | undefined
}

/** Signs a request in its headers or its query. */
export interface Signer {
  /** The headers that a signed request has, those given included. `time` in milliseconds since 1970. */
  headers(request: Unsigned, credentials: Credentials, time: number): Promise<Record<string, string>>
  /** The query that signs a URL for `seconds`. */
  query(request: Unsigned, credentials: Credentials, time: number, seconds: number): Promise<Record<string, string>>
}

/** A signer for one region; V1 ignores the region. */
export function createSigner(signature: 'v4' | 'v1', region: string, digests: SigningDigests): Signer {
  return signature === 'v1' ? createV1(digests) : createV4(region, digests)
}

function createV1({ hmac }: SigningDigests): Signer {
  const sha1 = async (secret: string, text: string) =>
    base64(await hmac('SHA-1', utf8Bytes(secret), stringToBytes(text)))
  return {
    async headers(request, { accessKeyId, accessKeySecret, securityToken }, time) {
      const date = new Date(time).toUTCString()
      const headers = { ...request.headers, 'x-oss-date': date, ...optional('x-oss-security-token', securityToken) }
      const signature = await sha1(accessKeySecret, v1StringToSign(signable({ ...request, headers }), date))
      return { ...headers, authorization: `OSS ${accessKeyId}:${signature}` }
    },
    async query(request, { accessKeyId, accessKeySecret, securityToken }, time, seconds) {
      if (isAmbiguousInV1(request.key ?? '')) throw ambiguous()
      const expires = String(Math.floor(time / 1000) + seconds)
      const query = { ...request.query, ...optional('security-token', securityToken) }
      const signature = await sha1(accessKeySecret, v1StringToSign(signable({ ...request, query }), expires))
      return { ...query, OSSAccessKeyId: accessKeyId, Expires: expires, Signature: signature }
    },
  }
}

function ambiguous(): OssError {
  return new OssError({
    code: CLIENT_CODES.invalidOption,
    message: 'A URL signed by V1 for this key would also be valid for a subresource of another key.',
    hint: 'Sign it by V4.',
  })
}

function createV4(region: string, { sha256, hmac }: SigningDigests): Signer {
  const signingKey = keepLast((secret, scope: V4Scope) => deriveKey(secret, scope, hmac), v4ScopeText)
  const sign = async (request: Unsigned, { accessKeySecret }: Credentials, date: string, scope: V4Scope) => {
    const digest = await sha256(stringToBytes(v4CanonicalRequest(signable(request), request.additional ?? [])))
    const text = v4StringToSign(date, scope, hex(digest))
    return hex(await hmac('SHA-256', await signingKey(accessKeySecret, scope), stringToBytes(text)))
  }
  const scopeOf = (time: number): V4Scope => ({ date: formatBasicDay(time), region, product: 'oss' })
  return {
    async headers(request, credentials, time) {
      const date = formatBasicTime(time)
      const scope = scopeOf(time)
      const token = optional('x-oss-security-token', credentials.securityToken)
      const headers = {
        ...request.headers,
        'x-oss-date': date,
        'x-oss-content-sha256': UNSIGNED_PAYLOAD,
        ...token,
      }
      const signature = await sign({ ...request, headers }, credentials, date, scope)
      const credential = `${credentials.accessKeyId}/${v4ScopeText(scope)}`
      return { ...headers, authorization: `${V4_ALGORITHM} Credential=${credential},Signature=${signature}` }
    },
    async query(request, credentials, time, seconds) {
      const date = formatBasicTime(time)
      const scope = scopeOf(time)
      const query = {
        ...request.query,
        'x-oss-signature-version': V4_ALGORITHM,
        'x-oss-credential': `${credentials.accessKeyId}/${v4ScopeText(scope)}`,
        'x-oss-date': date,
        'x-oss-expires': String(seconds),
        ...optional('x-oss-additional-headers', request.additional?.join(';')),
        ...optional('x-oss-security-token', credentials.securityToken),
      }
      return { ...query, 'x-oss-signature': await sign({ ...request, query }, credentials, date, scope) }
    },
  }
}

async function deriveKey(secret: string, scope: V4Scope, hmac: SigningDigests['hmac']): Promise<Uint8Array> {
  let key = utf8Bytes(V4_KEY_PREFIX + secret)
  for (const step of v4KeySteps(scope)) key = await hmac('SHA-256', key, stringToBytes(step))
  return key
}

type Derive<Scope> = (secret: string, scope: Scope) => Promise<Uint8Array>

/** A signing key lasts a day: the last one is the next one, too. `nameOf` differs from scope to scope. */
export function keepLast<Scope>(derive: Derive<Scope>, nameOf: (scope: Scope) => string): Derive<Scope> {
  let name = ''
  let last: Promise<Uint8Array> | undefined
  return (secret, scope) => {
    const wanted = `${nameOf(scope)}\n${secret}`
    if (last === undefined || name !== wanted) {
      name = wanted
      last = derive(secret, scope)
    }
    return last
  }
}

function signable({ method, bucket, key, query, headers }: Unsigned): Signable {
  const parameters = Object.entries(query).map(([name, value]) => ({ name, value }))
  return { method, bucket, key, query: new Query(parameters), headers }
}

function optional(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value }
}
