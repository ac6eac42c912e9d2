import { Failure } from '@bindery/server/local'
import { shown } from './address.js'
import { timeText } from './time-text.js'

/** The facts that a line is made of, by the names that a template has for them. */
export type Facts = Readonly<Record<string, string | number | Date | boolean | undefined>>

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', '0': '\0', '\\': '\\' }

/**
 * A function that makes a line of facts by a template such as `{key}\t{size}`, with the escapes `\t`, `\n`, `\0` and `\\`. It ends
 * with a line break, unless the template ends with `\n` or `\0`. Throws Failure `valueInvalid` for a name that is not in `known`.
 */
export function formatOf(
  template: string | undefined,
  known: readonly string[],
): ((facts: Facts) => string) | undefined {
  if (template === undefined) return undefined
  for (const [, name = ''] of template.matchAll(/\{([\w.-]+)\}/g)) {
    if (known.includes(name)) continue
    const expected = known.map((one) => `{${one}}`).join(' ')
    throw new Failure('valueInvalid', { name: '--format', value: template, expected })
  }
  return (facts) => filled(template, (name) => facts[name])
}

/**
 * A function that makes a line of an object of JSON, whose inner names follow a dot, as in `{meta.owner}`; of one that lacks a name
 * of the template it makes none.
 */
export function lineFormatOf(template: string): (value: object) => string | undefined {
  const names = [...template.matchAll(/\{([\w.-]+)\}/g)].map(([, name = '']) => name)
  return (value) => {
    const facts = new Map(names.map((name) => [name, innerOf(value, name)]))
    return [...facts.values()].includes(undefined) ? undefined : filled(template, (name) => facts.get(name))
  }
}

function innerOf(value: object, name: string): Facts[string] {
  let inner: unknown = value
  for (const part of name.split('.')) inner = (inner as Readonly<Record<string, unknown>> | undefined | null)?.[part]
  if (typeof inner === 'object' && inner !== null && !(inner instanceof Date)) return JSON.stringify(inner)
  return inner as Facts[string]
}

/** A template with its names and escapes replaced; it ends with a line break, unless it ends with an escape for one or for `\\0`. */
function filled(template: string, factOf: (name: string) => Facts[string]): string {
  const whole = /\\[n0]$/.test(template) ? template : `${template}\\n`
  return whole.replace(/\{([\w.-]+)\}|\\([nt0\\])/g, (token, name: string | undefined, escaped: string | undefined) => {
    if (escaped !== undefined) return ESCAPES[escaped] ?? token
    return textOf(factOf(name ?? ''))
  })
}

function textOf(value: Facts[string]): string {
  if (value instanceof Date) return timeText(value)
  return value === undefined ? '' : shown(String(value))
}
