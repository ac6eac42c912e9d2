/**
 * The strings of AWS Signature Version 4, as S3 signs them. Unlike OSS's V4 they cover the path as it was sent, the
 * headers that the signer names, and a hash of the body.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
 */
import { byteString, hex, percentDecode, percentEncode, stringToBytes, utf8Bytes } from '@bindery/bytes'
import type { Digests } from '../digests.js'

/** The name of the algorithm in headers, URLs and strings to sign. */
export const SIGV4_ALGORITHM = 'AWS4-HMAC-SHA256'
/** The last part of each scope. */
export const SIGV4_TERMINATOR = 'aws4_request'
/** The service in each scope of S3. */
export const SIGV4_SERVICE = 's3'
/** SHA-256 of no bytes. */
export const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/** The day and region that a signing key is derived for. */
export interface SigV4Scope {
  /** UTC, `YYYYMMDD`. */
  readonly date: string
  readonly region: string
  /** Default: S3. */
  readonly service?: string
}

/** A request as it was sent. Header values are byte strings, names in lower case. */
export interface SigV4Request {
  readonly method: string
  /** As sent, percent-encoding untouched. */
  readonly path: string
  /** The raw query without `?`. */
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  /** In lower case. */
  readonly signedHeaders: readonly string[]
  /** The text of `x-amz-content-sha256`, or `UNSIGNED-PAYLOAD` in a presigned URL that has none. */
  readonly payload: string
}

/** A scope as it is in credentials and in the string to sign. */
export function sigV4ScopeText({ date, region, service = SIGV4_SERVICE }: SigV4Scope): string {
  return `${date}/${region}/${service}/${SIGV4_TERMINATOR}`
}

/**
 * The canonical requests that a client may have signed, the usual one first. Clients differ over a path that was encoded
 * in another way than AWS encodes, over a plus in a query, and over values beyond ASCII: botocore sends them in Latin-1
 * and signs them in UTF-8.
 */
export function* canonicalRequests(request: SigV4Request): Generator<string, void> {
  const { method, headers, signedHeaders, payload } = request
  const names = [...signedHeaders].sort()
  const seen = new Set<string>()
  for (const write of [asSent, byteString]) {
    const lines = names.map((name) => `${name}:${write(foldBlanks(headers[name] ?? ''))}\n`).join('')
    const tail = `${lines}\n${names.join(';')}\n${payload}`
    for (const uri of [canonicalPath(request.path), request.path || '/']) {
      for (const plus of ['%20', '%2B']) {
        const candidate = `${method}\n${uri}\n${canonicalQuery(request.query, plus)}\n${tail}`
        if (!seen.has(candidate)) yield candidate
        seen.add(candidate)
      }
    }
  }
}

const asSent = (value: string): string => value

/** A byte string. `timestamp` in the basic form `20260105T080000Z`. */
export function sigV4StringToSign(
  timestamp: string,
  scope: SigV4Scope,
  canonicalRequest: string,
  digests: Digests,
): string {
  const digest = hex(digests.sha256(stringToBytes(canonicalRequest)))
  return sigV4StringHead(timestamp, scope) + digest
}

/** A string to sign as far as the digest of the request. */
export function sigV4StringHead(timestamp: string, scope: SigV4Scope): string {
  return `${SIGV4_ALGORITHM}\n${timestamp}\n${sigV4ScopeText(scope)}\n`
}

/** The key that signs all requests of a scope. */
export function sigV4SigningKey(
  secret: string,
  { date, region, service = SIGV4_SERVICE }: SigV4Scope,
  digests: Digests,
): Uint8Array {
  let key = utf8Bytes(`AWS4${secret}`)
  for (const step of [date, region, service, SIGV4_TERMINATOR]) key = digests.hmacSha256(key, stringToBytes(step))
  return key
}

/** In lower-case hex. */
export function sigV4Signature(signingKey: Uint8Array, stringToSign: string, digests: Digests): string {
  return hex(digests.hmacSha256(signingKey, stringToBytes(stringToSign)))
}

/** Decodes the path once and encodes it as AWS does: S3, other than AWS's other services, does not encode twice. */
function canonicalPath(path: string): string {
  if (path === '') return '/'
  const decoded = percentDecode(path)
  return decoded === undefined ? path : awsEncode(decoded, true)
}

/** All parameters but the signature, by encoded name, then value. */
function canonicalQuery(query: string, plus: string): string {
  if (query === '') return ''
  const pairs = query
    .replaceAll('+', plus)
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=')
      const name = equals === -1 ? pair : pair.slice(0, equals)
      return [recode(name), equals === -1 ? '' : recode(pair.slice(equals + 1))] as const
    })
  return pairs
    .filter(([name]) => name !== 'X-Amz-Signature')
    .sort(([name, value], [otherName, otherValue]) => order(name, otherName) || order(value, otherValue))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

function recode(encoded: string): string {
  const decoded = percentDecode(encoded)
  return decoded === undefined ? encoded : awsEncode(decoded, false)
}

function awsEncode(text: string, keepSlash: boolean): string {
  return percentEncode(text, { keepSlash })
}

/** Trims a value, and folds each run of blanks within it into one. */
function foldBlanks(value: string): string {
  return value.trim().replace(/ {2,}/g, ' ')
}

function order(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
