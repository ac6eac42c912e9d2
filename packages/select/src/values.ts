/** Values of rows and expressions, their comparison and conversion. */
import { RowMismatch } from './select-error.js'

/** A number of a JSON document, as it was written. */
export class JsonNumber {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** A value of a JSON document. Members keep their order. */
export type JsonValue = null | boolean | string | JsonNumber | readonly JsonValue[] | ReadonlyMap<string, JsonValue>

/** A point in time; milliseconds since 1970. */
export class Timestamp {
  readonly milliseconds: number

  constructor(milliseconds: number) {
    this.milliseconds = milliseconds
  }
}

/** A text whose type follows from the other operand: a field of CSV, where everything is text. */
export class Field {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** `null` is SQL's NULL, the value of a column that a row lacks. */
export type Value = null | boolean | string | number | bigint | Timestamp | Field | JsonValue

const INTEGER = /^[+-]?\d{1,19}$/
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/** The number that a text is; undefined for other text. Whole numbers of up to 64 bits stay exact. */
export function numberOf(text: string): number | bigint | undefined {
  const trimmed = text.trim()
  if (INTEGER.test(trimmed)) return BigInt(trimmed)
  return NUMBER.test(trimmed) ? Number(trimmed) : undefined
}

/** A value as an operand of arithmetic. Null stays null. Throws RowMismatch. */
export function toNumber(value: Value): number | bigint | null {
  if (value === null || typeof value === 'number' || typeof value === 'bigint') return value
  if (value instanceof JsonNumber) return numberOf(value.text) ?? null
  if (value instanceof Field) {
    if (value.text === '') return null
    return numberOf(value.text) ?? mismatch()
  }
  return mismatch()
}

/** A value as text. Throws RowMismatch for what has no text form in SQL. */
export function toText(value: Value): string | null {
  if (value === null || typeof value === 'string') return value
  if (value instanceof Field || value instanceof JsonNumber) return value.text
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (value instanceof Timestamp) return new Date(value.milliseconds).toISOString()
  return mismatch()
}

/** A value as a condition. Throws RowMismatch. */
export function toBoolean(value: Value): boolean | null {
  if (value === null || typeof value === 'boolean') return value
  if (value instanceof Field || typeof value === 'string') {
    const text = (value instanceof Field ? value.text : value).toLowerCase()
    if (text === '') return null
    if (text === 'true' || text === 'false') return text === 'true'
  }
  return mismatch()
}

/** Negative, 0 or positive; null where either is null. Throws RowMismatch for values of different types. */
export function compare(left: Value, right: Value): number | null {
  if (left === null || right === null) return null
  const one = simple(left)
  const other = simple(right)
  if (one instanceof Field && other instanceof Field) return order(one.text, other.text)
  if (one instanceof Field) return compareField(one, other)
  if (other instanceof Field) {
    const reversed = compareField(other, one)
    return reversed === null ? null : -reversed
  }
  if (isNumeric(one) && isNumeric(other)) return order(one, other)
  if (typeof one === 'string' && typeof other === 'string') return order(one, other)
  if (typeof one === 'boolean' && typeof other === 'boolean') return order(Number(one), Number(other))
  if (one instanceof Timestamp && other instanceof Timestamp) return order(one.milliseconds, other.milliseconds)
  return mismatch()
}

function compareField(field: Field, other: Value): number | null {
  if (typeof other === 'string') return order(field.text, other)
  if (isNumeric(other)) {
    const number = toNumber(field)
    return number === null ? null : order(number, other)
  }
  if (typeof other === 'boolean') {
    const truth = toBoolean(field)
    return truth === null ? null : order(Number(truth), Number(other))
  }
  if (other instanceof Timestamp) {
    if (field.text === '') return null
    const time = Date.parse(field.text)
    return Number.isNaN(time) ? mismatch() : order(time, other.milliseconds)
  }
  return mismatch()
}

function simple(value: Value): Value {
  return value instanceof JsonNumber ? (numberOf(value.text) ?? mismatch()) : value
}

function isNumeric(value: Value): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}

function order<T extends string | number | bigint>(one: T, other: T): number {
  return one < other ? -1 : one > other ? 1 : 0
}

/** Throws the RowMismatch of a value that has no number, truth or time where one is needed. */
export function mismatch(): never {
  throw new RowMismatch('a value has another type')
}
