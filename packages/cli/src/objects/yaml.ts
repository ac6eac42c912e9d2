/** YAML 1.2 of the values of JSON. */
import { type Json, jsonOf } from './json.js'

/** Texts that need no quotes: other readers of YAML take them for text as well. */
const PLAIN = /^[A-Za-z][A-Za-z0-9_./-]*$/
/** Words that some readers take for other values. */
const WORDS = /^(?:true|false|null|yes|no|on|off|y|n|nan|inf)$/i

/** A document of YAML that begins with its mark: documents that follow one another are a stream. */
export function yamlDocument(value: unknown, replacer?: (name: string, value: unknown) => unknown): string {
  const json = jsonOf(value, replacer)
  return `---\n${isNested(json) ? linesOf(json).join('\n') : scalar(json)}\n`
}

function isNested(value: Json): value is readonly Json[] | { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0
}

function linesOf(value: readonly Json[] | { readonly [name: string]: Json }): string[] {
  if (Array.isArray(value)) {
    return (value as readonly Json[]).flatMap((item) => {
      const [first = '', ...rest] = isNested(item) ? linesOf(item) : [scalar(item)]
      return [`- ${first}`, ...rest.map((line) => `  ${line}`)]
    })
  }
  return Object.entries(value as { readonly [name: string]: Json }).flatMap(([name, item]) =>
    isNested(item)
      ? [`${scalar(name)}:`, ...linesOf(item).map((line) => `  ${line}`)]
      : [`${scalar(name)}: ${scalar(item)}`],
  )
}

/** A text in quotes is as JSON has it, except for characters that YAML takes for the end of a line, or does not take. */
function scalar(value: Json): string {
  if (typeof value === 'string' && PLAIN.test(value) && !WORDS.test(value)) return value
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
