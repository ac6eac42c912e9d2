/** Writes rows as CSV and JSON. */
import { JsonNumber, type JsonValue, toText, type Value } from './values.js'

/** How rows are written as CSV. Each text is one character, the record delimiter up to two. */
export interface CsvOutput {
  readonly recordDelimiter: string
  readonly fieldDelimiter: string
  readonly quote: string
  /** Whether all fields are quoted. Default: those that need it. */
  readonly quotesAll?: boolean
}

/** A row with its delimiter. Fields that hold a delimiter, a quote or a line break are quoted. */
export function csvLine(fields: readonly string[], output: CsvOutput): string {
  const { recordDelimiter, fieldDelimiter, quote, quotesAll = false } = output
  const written = fields.map((field) => {
    const isPlain = !field.includes(fieldDelimiter) && !field.includes(quote) && !field.includes(recordDelimiter)
    return isPlain && !quotesAll && !field.includes('\n')
      ? field
      : quote + field.replaceAll(quote, quote + quote) + quote
  })
  return written.join(fieldDelimiter) + recordDelimiter
}

/** A value as the text of a CSV field; NULL is empty. */
export function fieldText(value: Value): string {
  if (value instanceof Map || Array.isArray(value)) return jsonText(value as JsonValue)
  return toText(value) ?? ''
}

/** A value as the service writes JSON: no blanks, and `/` escaped. */
export function jsonText(value: Value): string {
  if (value === null) return 'null'
  if (value instanceof JsonNumber) return value.text
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`
  if (value instanceof Map) {
    return `{${[...(value as ReadonlyMap<string, JsonValue>)].map(([name, one]) => member(name, one)).join(',')}}`
  }
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null'
  return quotedText(toText(value) ?? '')
}

/** `"name":value` */
export function member(name: string, value: Value): string {
  return `${quotedText(name)}:${jsonText(value)}`
}

/** An object with its delimiter. What is undefined is left out. */
export function objectLine(
  names: readonly string[],
  values: readonly (Value | undefined)[],
  { recordDelimiter }: Pick<CsvOutput, 'recordDelimiter'>,
): string {
  const members = values.flatMap((value, index) => (value === undefined ? [] : [member(names[index] ?? '', value)]))
  return `{${members.join(',')}}${recordDelimiter}`
}

function quotedText(text: string): string {
  return JSON.stringify(text).replaceAll('/', '\\/')
}
