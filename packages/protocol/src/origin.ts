/** Requests to the origin of a bucket that mirrors it, and the meaning of its answers. */
import { base64Bytes, byteString, percentEncode } from '@bindery/bytes'
import type { BucketSettings } from './operations/bucket/settings.js'

type Website = BucketSettings['website']
type MirrorRule = NonNullable<Website['routingRules']>['rules'][number]['redirect']

/** A GET for an object that a bucket lacks. Header values are byte strings. */
export interface OriginRequest {
  readonly url: URL
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/** The parts of the client's request that may be passed on. */
export interface OriginVisit {
  /** The key as the rule replaces it. */
  readonly key: string
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** As sent, without its question mark. */
  readonly query: string
}

/** Headers that OSS never passes on, those of a connection, and conditions: an object is fetched whole, or not. */
const NEVER_PASSED =
  /^(content-length|authorization2?|range|date|oss-.*|x-oss-.*|x-drs-.*|x-amz-.*|host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|if-.*)$/

/** Parameters that sign a request: an origin that reads them could repeat it. */
const SIGNING = /^(ossaccesskeyid|signature|expires|security-token|awsaccesskeyid|x-(oss|amz)-.*)$/

/** Name of the program in requests to origins. */
const USER_AGENT = 'aliyun-oss-mirror'

/** The request by which a rule fetches an object; undefined if it makes no valid URL. */
export function originRequest(rule: MirrorRule, visit: OriginVisit): OriginRequest | undefined {
  const path = percentEncode(visit.key, { keepSlash: true })
  const passesQuery = rule.mirrorPassQueryString ?? rule.passQueryString ?? false
  const query = passesQuery ? passedQuery(visit.query) : ''
  const text = (rule.mirrorUrl ?? '') + path + (query === '' ? '' : `?${query}`)
  return URL.canParse(text) ? { url: new URL(text), headers: passedHeaders(rule, visit) } : undefined
}

function passedQuery(query: string): string {
  const isPassed = (pair: string) => pair !== '' && !SIGNING.test((pair.split('=', 1)[0] ?? '').toLowerCase())
  return query.split('&').filter(isPassed).join('&')
}

/** Set wins over Remove, and Remove over Pass and PassAll. */
function passedHeaders({ mirrorHeaders }: MirrorRule, { headers }: OriginVisit): OriginRequest['headers'] {
  const { passAll = false, pass = [], remove = [], set = [] } = mirrorHeaders ?? {}
  const lower = (names: readonly string[]) => new Set(names.map((name) => name.toLowerCase()))
  const [passed, removed] = [lower(pass), lower(remove)]
  const isPassed = (name: string) => (passAll || passed.has(name)) && !removed.has(name) && !NEVER_PASSED.test(name)
  const values = new Map(Object.entries(headers).filter(([name]) => isPassed(name)))
  values.set('user-agent', USER_AGENT)
  for (const { key, value } of set) values.set(key.toLowerCase(), byteString(value))
  return [...values]
}

/** Headers of an origin about an object. */
export interface OriginDescription {
  /** Byte strings, as they are stored with an object. */
  readonly headers: {
    readonly cacheControl?: string
    readonly contentDisposition?: string
    readonly contentEncoding?: string
    readonly contentLanguage?: string
    readonly contentType?: string
    readonly expires?: string
  }
  /** Absent where the origin sends none, or none that can be compared. */
  readonly contentMd5?: Uint8Array
  /** Where a redirection leads. */
  readonly location?: string
}

const MD5_BYTES = 16

const STORED = {
  'cache-control': 'cacheControl',
  'content-disposition': 'contentDisposition',
  'content-encoding': 'contentEncoding',
  'content-language': 'contentLanguage',
  'content-type': 'contentType',
  expires: 'expires',
} as const

/** The headers of an origin's answer that count. `headers`: by their names in lower case. */
export function describeOrigin(headers: Readonly<Record<string, string>>): OriginDescription {
  const stored: Partial<Record<(typeof STORED)[keyof typeof STORED], string>> = {}
  for (const [name, field] of Object.entries(STORED)) {
    const value = headers[name]
    if (value !== undefined) stored[field] = value
  }
  const { 'content-md5': md5, location } = headers
  const contentMd5 = md5 === undefined ? undefined : base64Bytes(md5.trim())
  return {
    headers: stored,
    ...(contentMd5?.length === MD5_BYTES && { contentMd5 }),
    ...(location !== undefined && { location }),
  }
}
