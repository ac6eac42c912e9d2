/** Columns of JSON: paths into the value of a row. */
import { isAlias } from '../csv/columns.js'
import type { Columns } from '../expressions.js'
import { JSON_DEPTH_MAX } from '../limits.js'
import { RowMismatch, SelectError } from '../select-error.js'
import type { PathStep } from '../sql/ast.js'
import { JsonNumber, type JsonValue } from '../values.js'

/**
 * The columns of a query over rows of JSON. A missing one is NULL, or throws RowMismatch where incomplete rows are
 * skipped. Paths of more than `JSON_DEPTH_MAX` steps throw SelectError.
 */
export class JsonColumns implements Columns<JsonValue> {
  readonly #alias: string | undefined
  readonly #numbersAsText: boolean
  readonly #skipsPartial: boolean

  /** @param numbersAsText whether numbers are compared as text */
  constructor(alias: string | undefined, numbersAsText: boolean, skipsPartial: boolean) {
    this.#alias = alias
    this.#numbersAsText = numbersAsText
    this.#skipsPartial = skipsPartial
  }

  column(path: readonly PathStep[]): (row: JsonValue) => JsonValue {
    const find = this.#finder(path)
    return (row) => {
      const value = find(row)
      if (value === undefined && this.#skipsPartial) throw new RowMismatch('the row lacks a key')
      return value instanceof JsonNumber && this.#numbersAsText ? value.text : (value ?? null)
    }
  }

  /** The value as it is written in the document; undefined where the row lacks it. */
  source(path: readonly PathStep[]): (row: JsonValue) => JsonValue | undefined {
    const find = this.#finder(path)
    return (row) => {
      const value = find(row)
      if (value === undefined && this.#skipsPartial) throw new RowMismatch('the row lacks a key')
      return value
    }
  }

  #finder(path: readonly PathStep[]): (row: JsonValue) => JsonValue | undefined {
    const [first] = path
    const isWhole = path.length === 1 && first?.kind === 'member' && first.name === this.#alias
    const steps = isWhole ? [] : isAlias(path, this.#alias) ? path.slice(1) : path
    if (steps.length > JSON_DEPTH_MAX) {
      throw new SelectError('ExceedsMaxNestedColumnDepth', `A path has at most ${JSON_DEPTH_MAX} steps.`)
    }
    return (row) => steps.reduce<JsonValue | undefined>(follow, row)
  }
}

function follow(value: JsonValue | undefined, step: PathStep): JsonValue | undefined {
  if (step.kind === 'member') return value instanceof Map ? value.get(step.name) : undefined
  return step.kind === 'element' && Array.isArray(value) ? value[step.index] : undefined
}
