import { readFileSync } from 'node:fs'
import { Failure } from '@bindery/server/local'
import type { Arguments } from '../arguments.js'
import { FILTER_FLAGS } from '../flags.js'
import { bytesOf, secondsOf, timeOf } from '../objects/arguments.js'

/** The facts that a filter decides by. */
export interface Candidate {
  /** Below the folder or prefix, with slashes. */
  readonly name: string
  /** Bytes. */
  readonly size: number
  readonly modified: Date
}

/** Whether a file or object of many is taken. */
export type Filter = (candidate: Candidate) => boolean

type FilterArguments = Pick<Arguments<(typeof FILTER_FLAGS)[number]>, 'given' | 'values'>

const AGE_SECONDS_MAX = 100 * 365 * 86_400

/**
 * The filter of the given flags; undefined without any. Among `--include` and `--exclude` the last rule that matches
 * decides; where none matches, the name is taken unless the first rule is an `--include`. `now` in milliseconds since
 * 1970. Throws Failure `valueInvalid`.
 */
export function filterOf({ given, values }: FilterArguments, now: number): Filter | undefined {
  const isNamed = nameFilterOf({ given })
  const age = (flag: 'min-age' | 'max-age') => {
    const text = values.get(flag)
    return text === undefined ? undefined : now - secondsOf(`--${flag}`, text, AGE_SECONDS_MAX) * 1_000
  }
  const size = {
    min: bytesOf('--min-size', values.get('min-size')),
    max: bytesOf('--max-size', values.get('max-size')),
  }
  const latest = least(age('min-age'), timeOf('--end-time', values.get('end-time')))
  const earliest = -least(negative(age('max-age')), negative(timeOf('--start-time', values.get('start-time'))))
  const isFilter = given.some(({ name }) => FILTERING.has(name))
  if (!isFilter) return undefined
  return (candidate) => {
    const time = candidate.modified.getTime()
    if (candidate.size < (size.min ?? 0) || candidate.size > (size.max ?? Number.POSITIVE_INFINITY)) return false
    if (time > latest || time < earliest) return false
    return isNamed?.(candidate) !== false
  }
}

/** The part of a filter that decides by names; undefined without any. Throws Failure `valueInvalid`, `fileUnreadable`. */
export function nameFilterOf({ given }: Pick<FilterArguments, 'given'>): Filter | undefined {
  const rules = rulesIn(given)
  const [first] = rules
  if (first === undefined) return undefined
  return ({ name }) => rules.findLast(({ matches }) => matches(name))?.isIncluded ?? !first.isIncluded
}

/** A pattern of names, and what it decides. */
interface Rule {
  readonly isIncluded: boolean
  readonly matches: (name: string) => boolean
}

/** Rules by the flags that they were read from: standard input can be read once. */
const read = new WeakMap<FilterArguments['given'], readonly Rule[]>()

function rulesIn(given: FilterArguments['given']): readonly Rule[] {
  const rules = read.get(given) ?? given.flatMap(({ name, value }) => rulesOf(name, value))
  read.set(given, rules)
  return rules
}

function rulesOf(flag: string, value: string): readonly Rule[] {
  const rule = (isIncluded: boolean) => (pattern: string) => ({ isIncluded, matches: globOf(pattern) })
  if (flag === 'include' || flag === 'exclude') return [rule(flag === 'include')(value)]
  if (flag === 'include-from' || flag === 'exclude-from') return linesIn(value).map(rule(flag === 'include-from'))
  const signed = flag === 'filter' ? [value] : flag === 'filter-from' ? linesIn(value) : []
  return signed.map((text) => {
    const [, sign, pattern] = /^([+-])\s+(.+)$/.exec(text) ?? []
    if (pattern !== undefined) return rule(sign === '+')(pattern)
    throw new Failure('valueInvalid', {
      name: `--${flag}`,
      value: text,
      expected: 'a rule such as "+ *.jpg" or "- drafts/**"',
    })
  })
}

/** The lines of a file, or with `-` of standard input, without blank ones and those that begin with `#`. */
function linesIn(file: string): string[] {
  try {
    const lines = readFileSync(file === '-' ? 0 : file, 'utf8').split(/\r?\n/)
    return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'))
  } catch (error) {
    throw new Failure('fileUnreadable', { file }, { cause: error })
  }
}

const FILTERING: ReadonlySet<string> = new Set(FILTER_FLAGS)

function least(...times: readonly (number | undefined)[]): number {
  return Math.min(...times.map((time) => time ?? Number.POSITIVE_INFINITY))
}

function negative(time: number | undefined): number | undefined {
  return time === undefined ? undefined : -time
}

/**
 * A test for names by a pattern: `*` and `?` stay below one folder, `**` does not, `[a-z]` and `[!a-z]` are sets. A pattern
 * without a slash is for the last part of a name.
 */
export function globOf(pattern: string): (name: string) => boolean {
  const expression = new RegExp(`^${expressionOf(pattern)}$`, 'us')
  if (pattern.includes('/')) return (name) => expression.test(name)
  return (name) => expression.test(name.slice(name.lastIndexOf('/') + 1))
}

const TOKEN = /\*\*\/|\*\*|\*|\?|\[(!?)([^\]/]+)\]|[\s\S]/gu

function expressionOf(pattern: string): string {
  return [...pattern.matchAll(TOKEN)]
    .map(([token, isNegated, set]) => {
      if (token === '**/') return '(?:.*/)?'
      if (token === '**') return '.*'
      if (token === '*') return '[^/]*'
      if (token === '?') return '[^/]'
      if (set === undefined) return token.replace(/[\\^$.*+?()[\]{}|/]/gu, '\\$&')
      return `[${isNegated === '!' ? '^/' : ''}${set.replace(/[\\[\]^&]/gu, '\\$&')}]`
    })
    .join('')
}
