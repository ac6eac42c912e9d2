import { type Filter, globOf } from '../transfer/filter.js'
import type { Address } from './address.js'

/** Several objects, as an address with a pattern names them. */
export interface Pattern {
  /** The prefix that all of them have. */
  readonly prefix: Address
  /** Takes names as commands have them: below the last slash of the prefix. */
  readonly matches: Filter
}

/**
 * The pattern in an address such as `oss://demo/logs/**\/*.gz`; undefined in one without `*` and `?`. `*` and `?` stay below one
 * folder, `**` does not.
 */
export function patternIn(address: Address): Pattern | undefined {
  const { key } = address
  const at = key.search(/[*?]/)
  if (at === -1) return undefined
  const name = key.slice(key.lastIndexOf('/', at) + 1)
  // with a slash a pattern is for the whole name
  const test = globOf(`/${name}`)
  return { prefix: { ...address, key: key.slice(0, at) }, matches: (candidate) => test(`/${candidate.name}`) }
}

/** Both of two filters, of which either may be absent. */
export function bothFilters(one: Filter | undefined, other: Filter | undefined): Filter | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return (candidate) => one(candidate) && other(candidate)
}
