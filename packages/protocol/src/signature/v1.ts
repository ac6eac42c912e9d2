import { byteString } from '@bindery/bytes'
import type { Query } from '../query.js'
import type { V1Claim } from './claim-form.js'
import { headerLines, type Signable } from './signable.js'
import { isDisputedSubresource, V1_SUBRESOURCES, V1_UNSIGNED, V1_UNSIGNED_IN_HEADERS } from './subresources.js'

/** The points in which V1 signers differ. */
interface V1Form {
  /** The disputed query keys that are signed; `fewer`: the listed ones without those that some SDKs leave out, `fewest`: and without those that only the sender of a header may add. */
  readonly disputed: 'listed' | 'all' | 'fewer' | 'fewest'
  /** Whether a key with an empty value is signed as `name=`. */
  readonly equalsSign: boolean
  /** Whether the resource of a bucket ends in a slash. */
  readonly bucketSlash: boolean
}

const USUAL: V1Form = { disputed: 'listed', equalsSign: false, bucketSlash: true }

const FORMS: readonly V1Form[] = (['listed', 'all', 'fewer', 'fewest'] as const).flatMap((disputed) =>
  [false, true].flatMap((equalsSign) => [true, false].map((bucketSlash) => ({ disputed, equalsSign, bucketSlash }))),
)

/**
 * The string that V1 signs, as a byte string. `date` is its fourth line: `x-oss-date`, otherwise Date, or in a URL
 * Expires, as sent.
 * @see https://help.aliyun.com/document_detail/31951.html
 */
export function v1StringToSign(request: Signable, date: string, form: V1Form = USUAL): string {
  const { method, headers, query } = request
  const lines = [method, headers['content-md5'] ?? '', headers['content-type'] ?? '', date]
  const signedHeaders = headerLines(headers, (name) => name.startsWith('x-oss-'))
  return `${lines.join('\n')}\n${signedHeaders}${resource(request, form)}${subresources(query, form)}`
}

/**
 * The strings that a V1 signer may have signed, the usual one first, without duplicates. SDKs differ in `x-oss-` query
 * keys, in empty values (Java, Ruby: `name=`) and in the bucket's slash (Java's presigned URLs). Most leave out
 * some keys that make another request of a listing; only the sender of a header may add them, and not the bearer of a URL.
 */
export function* v1StringsToSign(
  request: Signable,
  { date, place }: Pick<V1Claim, 'date' | 'place'>,
): Generator<string, void> {
  const seen = new Set<string>()
  for (const form of FORMS) {
    if (place === 'url' && (form.disputed === 'fewest' || (form.disputed === 'fewer' && namesLogo(request.query))))
      continue
    const candidate = v1StringToSign(request, date, form)
    if (!seen.has(candidate)) yield candidate
    seen.add(candidate)
  }
}

function resource({ bucket, key }: Signable, { bucketSlash }: V1Form): string {
  if (bucket === undefined) return '/'
  if (key === undefined) return byteString(bucketSlash ? `/${bucket}/` : `/${bucket}`)
  return byteString(`/${bucket}/${key}`)
}

function subresources(query: Query, form: V1Form): string {
  const signed = query.parameters
    .filter(({ name }) => isSigned(name, form))
    .map(({ name, value }) => ({ name: byteString(name), value: byteString(value ?? '') }))
    .sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0))
    .map(({ name, value }) => (value === '' && !form.equalsSign ? name : `${name}=${value}`))
  return signed.length === 0 ? '' : `?${signed.join('&')}`
}

function isSigned(name: string, { disputed }: V1Form): boolean {
  if (disputed === 'all' && isDisputedSubresource(name)) return true
  if (disputed === 'fewest' && V1_UNSIGNED_IN_HEADERS.has(name)) return false
  return V1_SUBRESOURCES.has(name) && (disputed === 'listed' || !V1_UNSIGNED.has(name))
}

/** Whether a process shows another object than the one that the URL was signed for. */
function namesLogo({ parameters }: Query): boolean {
  return parameters.some(({ name, value = '' }) => name === 'x-oss-process' && /watermark[^/]*image_/i.test(value))
}

/**
 * Whether a value could be that of a shorter one with further query keys: `a&versionId=1`. The first versions of OSS and of
 * AWS sign both alike, and the bearer of a URL could so take away what its signer restricted it to.
 */
export function hasAmbiguousValue({ parameters }: Query): boolean {
  return parameters.some(({ name, value = '' }) => {
    if (!isSubresource(name)) return false
    const [, ...further] = value.split('&')
    return further.some((one) => isSubresource(one.split('=', 1)[0] ?? ''))
  })
}

const isSubresource = (name: string): boolean => name.startsWith('x-oss-') || V1_SUBRESOURCES.has(name)

/**
 * Whether V1 signs a request for this key and one for a shorter key with a subresource alike: for `k?acl`, and for the ACL
 * of `k`. The bearer of a URL could then use it as the other one.
 */
export function isAmbiguousInV1(key: string): boolean {
  for (let at = key.indexOf('?'); at !== -1; at = key.indexOf('?', at + 1)) {
    // a value may be anything, also what looks like further keys
    const [names = ''] = key.slice(at + 1).split('=', 1)
    if (names.split('&').every((name) => V1_SUBRESOURCES.has(name))) return true
  }
  return false
}
