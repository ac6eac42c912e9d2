import { hex, percentEncode, utf8Bytes } from '@bindery/bytes'
import type { Digests } from '../digests.js'
import type { Query } from '../query.js'

/** The name of the algorithm, with which the Authorization header and the string to sign begin. */
export const ACS3_ALGORITHM = 'ACS3-HMAC-SHA256'

/** The Authorization header of the newer SDKs, taken apart. */
export interface Acs3Claim {
  readonly accessKeyId: string
  /** In lower case, sorted. */
  readonly signedHeaders: readonly string[]
  readonly signature: string
}

/** Undefined if the header is of another form. */
export function readAcs3Claim(authorization: string): Acs3Claim | undefined {
  const [, text] = /^ACS3-HMAC-SHA256\s+(.+)$/.exec(authorization.trim()) ?? []
  if (text === undefined) return undefined
  const items = new Map(
    text.split(',').map((item): [string, string] => {
      const sign = item.indexOf('=')
      return [item.slice(0, Math.max(sign, 0)).trim(), item.slice(sign + 1).trim()]
    }),
  )
  const [accessKeyId, names, signature] = ['Credential', 'SignedHeaders', 'Signature'].map((name) => items.get(name))
  if (!accessKeyId || !names || !signature) return undefined
  return { accessKeyId, signedHeaders: names.split(';').sort(), signature }
}

/** The parts of a request that such a signature covers. */
export interface Acs3Request {
  readonly method: string
  readonly path: string
  readonly query: Query
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
}

/**
 * The string to sign: its payload is the hash that `x-acs-content-sha256` announces, which the caller compares with the body.
 * @see https://help.aliyun.com/document_detail/315526.html
 */
export function acs3StringToSign(
  { method, path, query, headers }: Acs3Request,
  { signedHeaders }: Acs3Claim,
  { sha256 }: Pick<Digests, 'sha256'>,
): string {
  const pairs = query.parameters
    .map(({ name, value }): [string, string] => [percentEncode(name), percentEncode(value ?? '')])
    .sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
  const lines = signedHeaders.map((name) => `${name}:${(headers[name] ?? '').trim()}\n`)
  const canonical = [
    method,
    path,
    pairs.join('&'),
    lines.join(''),
    signedHeaders.join(';'),
    headers['x-acs-content-sha256'] ?? '',
  ]
  return `${ACS3_ALGORITHM}\n${hex(sha256(utf8Bytes(canonical.join('\n'))))}`
}

/** The signature of a string, in lower-case hex. */
export function acs3Signature(
  secret: string,
  stringToSign: string,
  { hmacSha256 }: Pick<Digests, 'hmacSha256'>,
): string {
  return hex(hmacSha256(utf8Bytes(secret), utf8Bytes(stringToSign)))
}
