import type { Cause } from '@bindery/protocol'
import { Glob } from './policy/glob.js'

/** The pages of a bucket's hotlink protection. Patterns hold `*` and `?`. */
export interface RefererRules {
  readonly allowEmpty: boolean
  /** Compare without the query of the Referer, and without its path. */
  readonly truncateQuery: boolean
  readonly truncatePath: boolean
  readonly allowed: readonly RefererPattern[]
  readonly refused: readonly RefererPattern[]
}

/** A pattern matches the start of a Referer. Without a scheme, it is compared with the Referer without its scheme. */
export class RefererPattern {
  readonly #hasScheme: boolean
  readonly #glob: Glob

  constructor(pattern: string) {
    this.#hasScheme = pattern.includes('://')
    this.#glob = new Glob(`${foldHost(pattern)}*`)
  }

  matches(referer: string): boolean {
    return this.#glob.matches(foldHost(this.#hasScheme ? referer : referer.replace(/^[a-z]+:\/\//i, '')))
  }
}

/**
 * Why a Referer is refused, or undefined. The lists do not apply to an empty one.
 * @see https://help.aliyun.com/document_detail/31937.html
 */
export function refererDenial(rules: RefererRules, referer = ''): Cause | undefined {
  if (referer === '') return rules.allowEmpty || rules.allowed.length === 0 ? undefined : 'refererEmpty'
  const compared = truncated(rules, referer)
  if (rules.refused.some((pattern) => pattern.matches(compared))) return 'refererBlacklisted'
  if (rules.allowed.length === 0) return undefined
  return rules.allowed.some((pattern) => pattern.matches(compared)) ? undefined : 'refererNotListed'
}

function truncated({ truncateQuery, truncatePath }: RefererRules, referer: string): string {
  const end = truncatePath ? /^((?:[a-z]+:\/\/)?[^/?#]*)/i : truncateQuery ? /^([^?]*)/ : /^(.*)/s
  return end.exec(referer)?.[1] ?? referer
}

/** Hosts compare without regard to case, paths with it. */
function foldHost(url: string): string {
  return url.replace(/^(?:[a-z]+:\/\/)?[^/?#]*/i, (host) => host.toLowerCase())
}
