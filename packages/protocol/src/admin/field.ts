/** Fields of the JSON that an admin request carries. */
import { RamError } from '../errors/ram-error.js'

/** One member of a request's JSON object. */
export interface AdminField<T = unknown> {
  /** For the reference page: `string`, `integer`, `boolean`, `object`. */
  readonly type: string
  readonly about: string
  readonly isRequired: boolean
  /** Describes the values that it accepts, for the message about another one. */
  readonly expected: string
  /** Undefined for a value that it does not accept. */
  parse(value: unknown): T | undefined
}

/** The parameters of an operation, by the name that a request gives them. */
export type AdminFields = Readonly<Record<string, AdminField>>

type ValueOf<F> = F extends AdminField<infer T> ? T : never

/** The decoded values of fields. */
export type AdminInput<F extends AdminFields> = { readonly [N in keyof F]: ValueOf<F[N]> }

function field<T>(
  type: string,
  about: string,
  expected: string,
  parse: (value: unknown) => T | undefined,
): AdminField<T> {
  return { type, about, isRequired: true, expected, parse }
}

/** The same field, which may be absent. */
export function optionally<T>(required: AdminField<T>): AdminField<T | undefined> {
  return { ...required, isRequired: false }
}

/** A text that a pattern matches. */
export function textOf(about: string, pattern: RegExp, expected: string): AdminField<string> {
  return field('string', about, expected, (value) =>
    typeof value === 'string' && pattern.test(value) ? value : undefined,
  )
}

/** One of some words. */
export function wordOf<const W extends string>(about: string, words: readonly W[]): AdminField<W> {
  return field('string', about, words.join(' or '), (value) => words.find((word) => word === value))
}

/** A whole number from `least` to `most`, both included, as a JSON number. */
export function integerOf(about: string, least: number, most: number): AdminField<number> {
  return field('integer', about, `a whole number from ${least} to ${most}`, (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most ? value : undefined,
  )
}

/** A policy: its text, or the object itself. The text is checked where it is used. */
export function documentOf(about: string): AdminField<string> {
  return field('string or object', about, 'the JSON of a policy', (value) => {
    if (typeof value === 'string') return value
    return typeof value === 'object' && value !== null ? JSON.stringify(value) : undefined
  })
}

/** An object whose members are texts. */
export function textsOf(about: string): AdminField<Readonly<Record<string, string>>> {
  return field('object', about, 'an object of strings', (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    const isSound = Object.values(value).every((one) => typeof one === 'string')
    return isSound ? (value as Record<string, string>) : undefined
  })
}

/**
 * Decodes a request's JSON object. Throws parameterUnknown, parameterMissing, parameterInvalid.
 * @param members of the object; a Map, so that no name has a meaning in JavaScript
 */
export function decodeAdminInput<F extends AdminFields>(
  fields: F,
  members: ReadonlyMap<string, unknown>,
): AdminInput<F> {
  for (const name of members.keys()) {
    if (!Object.hasOwn(fields, name)) throw new RamError('parameterUnknown', { name: name.slice(0, 64) })
  }
  const input = Object.entries(fields).map(([name, { isRequired, expected, parse }]) => {
    const given = members.get(name)
    if (given === undefined || given === null) {
      if (isRequired) throw new RamError('parameterMissing', { name: name })
      return [name, undefined]
    }
    const value = parse(given)
    if (value === undefined) throw new RamError('parameterInvalid', { name: name, expected: `it must be ${expected}` })
    return [name, value]
  })
  return Object.fromEntries(input) as AdminInput<F>
}
