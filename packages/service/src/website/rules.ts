/** Evaluates the routing rules of a website: which rule applies to a request, and where it leads. */
import { percentEncode } from '@bindery/bytes'
import type { BucketSettings } from '@bindery/protocol'

/** The website configuration of a bucket. */
export type Website = BucketSettings['website']
/** One routing rule of a website. */
export type RoutingRule = NonNullable<Website['routingRules']>['rules'][number]

/** A request as rules see it. */
export interface Visit {
  /** The key that was requested; empty for the bucket itself. */
  readonly key: string
  /** Headers by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly scheme: 'http' | 'https'
  readonly host: string
  /** The part of the path before a key; it ends with a slash. */
  readonly base: string
  /** As sent, without its question mark. */
  readonly query: string
}

/** Where a rule sends a client. */
export interface Redirection {
  readonly status: number
  readonly location: string
}

/**
 * The rule for a request that failed with a status, or of one that was not tried yet: the first by its number of those
 * whose conditions all hold. `Internal` rules are only kept.
 */
export function findRule(
  { routingRules }: Website,
  visit: Visit,
  status: number | undefined,
  mayApply: (rule: RoutingRule) => boolean = () => true,
): RoutingRule | undefined {
  return [...(routingRules?.rules ?? [])]
    .sort((one, other) => one.ruleNumber - other.ruleNumber)
    .find((rule) => rule.redirect.redirectType !== 'Internal' && mayApply(rule) && holds(rule, visit, status))
}

function holds({ condition }: RoutingRule, { key, headers }: Visit, status: number | undefined): boolean {
  const { httpErrorCodeReturnedEquals: code, keyPrefixEquals = '', keySuffixEquals = '', includeHeaders } = condition
  if (code !== status || !key.startsWith(keyPrefixEquals) || !key.endsWith(keySuffixEquals)) return false
  return includeHeaders.every((wanted) => {
    const value = headers[wanted.key.toLowerCase()]
    if (value === undefined) return false
    const { equals, startsWith = '', endsWith = '' } = wanted
    return (!equals || value === equals) && value.startsWith(startsWith) && value.endsWith(endsWith)
  })
}

/** Where a rule that redirects sends a client. */
export function redirectionOf(rule: RoutingRule, visit: Visit): Redirection {
  const { protocol = visit.scheme, hostName, httpRedirectCode = '301', passQueryString } = rule.redirect
  // another host is one of a website, and not of this server
  const origin = hostName ? `${protocol}://${hostName}/` : `${protocol}://${visit.host}${visit.base}`
  const query = passQueryString === true && visit.query !== '' ? `?${visit.query}` : ''
  const location = origin + percentEncode(replacedKey(rule, visit.key), { keepSlash: true }) + query
  return { status: Number(httpRedirectCode), location }
}

/** Where a website that redirects everything sends a client; undefined for any other. */
export function redirectionOfAll({ redirectAllRequestsTo }: Website, visit: Visit): string | undefined {
  if (redirectAllRequestsTo === undefined) return undefined
  const { hostName, protocol = visit.scheme } = redirectAllRequestsTo
  return `${protocol}://${hostName}/${percentEncode(visit.key, { keepSlash: true })}`
}

/** The key in the place of the requested one. */
export function replacedKey({ redirect, condition }: RoutingRule, key: string): string {
  const { replaceKeyWith, replaceKeyPrefixWith = '' } = redirect
  const { enableReplacePrefix = replaceKeyPrefixWith !== '' } = redirect
  if (replaceKeyWith) return replaceKeyWith.replaceAll(/\$\{key\}/g, () => key)
  if (!enableReplacePrefix) return key
  return replaceKeyPrefixWith + key.slice(condition.keyPrefixEquals?.length ?? 0)
}

/** The key of an index page that is served in the place of a key; undefined for a key that names an object itself. */
export function indexKey({ indexDocument }: Website, key: string): string | undefined {
  if (indexDocument === undefined || (key !== '' && !key.endsWith('/'))) return undefined
  return indexDocument.supportSubDir ? key + indexDocument.suffix : indexDocument.suffix
}

/** The index page of the folder that a missing object without a slash may name, and how it is answered. */
export function folderIndex({ indexDocument }: Website, key: string) {
  if (indexDocument === undefined || !indexDocument.supportSubDir || key === '' || key.endsWith('/')) return undefined
  if (indexDocument.type === 1) return undefined
  return { key: `${key}/${indexDocument.suffix}`, isRedirected: indexDocument.type === 0 }
}
