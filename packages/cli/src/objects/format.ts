import { Failure } from '@bindery/server/local'
import { shown } from './address.js'
import { timeText } from './output.js'

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
  for (const [, name = ''] of template.matchAll(/\{(\w+)\}/g)) {
    if (known.includes(name)) continue
    const expected = known.map((one) => `{${one}}`).join(' ')
    throw new Failure('valueInvalid', { name: '--format', value: template, expected })
  }
  const whole = /\\[n0]$/.test(template) ? template : `${template}\\n`
  return (facts) =>
    whole.replace(/\{(\w+)\}|\\([nt0\\])/g, (token, name: string | undefined, escaped: string | undefined) => {
      if (escaped !== undefined) return ESCAPES[escaped] ?? token
      return textOf(facts[name ?? ''])
    })
}

function textOf(value: Facts[string]): string {
  if (value instanceof Date) return timeText(value)
  return value === undefined ? '' : shown(String(value))
}
