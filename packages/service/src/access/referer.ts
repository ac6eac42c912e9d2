import type { Cause } from '@bindery/protocol'
import { Glob } from './policy/glob.js'

/** The pages of a bucket's hotlink protection. Patterns hold `*` and `?`. */
export interface RefererRules {
  readonly allowEmpty: boolean
  /** Compare without the query of the Referer, and without its path. */
  readonly truncateQuery: boolean
  readonly truncatePath: boolean
  readonly allowed: readonly string[]
  readonly refused: readonly string[]
}

/**
 * Why a Referer is refused, or undefined. The lists do not apply to an empty one.
 * @see https://help.aliyun.com/document_detail/31937.html
 */
export function refererDenial(rules: RefererRules, referer = ''): Cause | undefined {
  if (referer === '') return rules.allowEmpty || rules.allowed.length === 0 ? undefined : 'refererEmpty'
  const compared = truncated(rules, referer)
  if (rules.refused.some((pattern) => matches(pattern, compared))) return 'refererBlacklisted'
  if (rules.allowed.length === 0) return undefined
  return rules.allowed.some((pattern) => matches(pattern, compared)) ? undefined : 'refererNotListed'
}

function truncated({ truncateQuery, truncatePath }: RefererRules, referer: string): string {
  const end = truncatePath ? /^((?:[a-z]+:\/\/)?[^/?#]*)/i : truncateQuery ? /^([^?]*)/ : /^(.*)/s
  return end.exec(referer)?.[1] ?? referer
}

/** A pattern matches the start of a Referer. Without a scheme, it is compared with the Referer without its scheme. */
function matches(pattern: string, referer: string): boolean {
  const text = pattern.includes('://') ? referer : referer.replace(/^[a-z]+:\/\//i, '')
  return new Glob(`${foldHost(pattern)}*`).matches(foldHost(text))
}

/** Hosts compare without regard to case, paths with it. */
function foldHost(url: string): string {
  return url.replace(/^(?:[a-z]+:\/\/)?[^/?#]*/i, (host) => host.toLowerCase())
}
