/** The select list: which rows match, and the text of each. */
import { type Aggregate, createAggregate } from './aggregates.js'
import type { CsvColumns, CsvRow } from './csv/columns.js'
import { type Columns, compile, type Evaluate } from './expressions.js'
import type { JsonColumns } from './json/columns.js'
import { type CsvOutput, csvLine, fieldText, jsonText, objectLine } from './output.js'
import type { SelectRequest } from './request.js'
import type { PathStep, Query, SelectItem } from './sql/ast.js'
import { type JsonValue, toBoolean, type Value } from './values.js'

/** The WHERE clause and the select list of a query, ready to run on rows. */
export interface Selection<Row> {
  /** Throws RowMismatch. */
  matches(row: Row): boolean
  /** The text of a row that matches; '' where rows are aggregated. Throws RowMismatch. */
  write(row: Row): string
  /** The text behind all rows. */
  end(): string
}

type Output = SelectRequest['output']

interface Aggregated<Row> {
  readonly aggregate: Aggregate
  readonly operand: Evaluate<Row> | undefined
}

function condition<Row>(query: Query, columns: Columns<Row>): (row: Row) => boolean {
  if (query.where === undefined) return () => true
  const where = compile(query.where, columns)
  return (row) => toBoolean(where(row)) === true
}

/** The aggregates of a list that has only these; undefined for other lists. */
function aggregated<Row>(query: Query, columns: Columns<Row>): readonly Aggregated<Row>[] | undefined {
  if (query.items[0]?.kind !== 'aggregate') return undefined
  return query.items.flatMap((item) => {
    if (item.kind !== 'aggregate') return []
    const operand = item.operand && compile(item.operand, columns)
    return [{ aggregate: createAggregate(item.name), operand }]
  })
}

function addAll<Row>(aggregates: readonly Aggregated<Row>[], row: Row): void {
  // all operands first: a row that does not fit must not count in any aggregate
  const values = aggregates.map(({ operand }) => operand?.(row) ?? null)
  aggregates.forEach(({ aggregate }, index) => {
    aggregate.add(values[index] ?? null)
  })
}

/** A selection of rows of CSV. The constructor throws SelectError for a column that cannot exist. */
export class CsvSelection implements Selection<CsvRow> {
  readonly matches: (row: CsvRow) => boolean
  readonly #output: Output & CsvOutput
  readonly #items: readonly SelectItem[]
  readonly #header: readonly string[] | undefined
  readonly #columns: CsvColumns
  readonly #aggregates: readonly Aggregated<CsvRow>[] | undefined
  readonly #values: readonly Evaluate<CsvRow>[]
  /** Positions of the selected columns, where all columns are kept. */
  readonly #kept: ReadonlySet<number> | undefined
  /** The names of the selected values. */
  readonly #names: readonly string[]

  constructor(query: Query, columns: CsvColumns, output: Output, header: readonly string[] | undefined) {
    this.matches = condition(query, columns)
    this.#output = output
    this.#items = query.items
    this.#header = header
    this.#columns = columns
    this.#aggregates = aggregated(query, columns)
    const values = query.items.flatMap((item) => (item.kind === 'value' ? [item.expression] : []))
    this.#values = values.map((expression) => compile(expression, columns))
    const positions = values.flatMap((one) => (one.kind === 'column' ? [columns.position(one.path)] : []))
    this.#kept = output.keepAllColumns && this.#items[0]?.kind === 'value' ? new Set(positions) : undefined
    this.#names = query.items.map((item, index) => this.#nameOf(item, index))
  }

  /** The line with the names of the selected columns; '' where the output has no header. */
  headerLine(): string {
    if (!this.#output.header) return ''
    if (this.#items[0]?.kind === 'star' || this.#kept !== undefined) return csvLine(this.#header ?? [], this.#output)
    return csvLine(this.#names, this.#output)
  }

  write(row: CsvRow): string {
    if (this.#aggregates !== undefined) {
      addAll(this.#aggregates, row)
      return ''
    }
    if (this.#items[0]?.kind === 'star') return this.#all(row)
    const kept = this.#kept
    if (kept !== undefined) {
      for (const value of this.#values) value(row) // a row without a selected column may have to be skipped
      return csvLine(
        row.map((field, index) => (kept.has(index) ? field : '')),
        this.#output,
      )
    }
    return this.#line(this.#values.map((value) => value(row)))
  }

  end(): string {
    if (this.#aggregates === undefined) return ''
    return this.#line(this.#aggregates.map(({ aggregate }) => aggregate.result()))
  }

  #line(values: readonly Value[]): string {
    if (this.#output.kind === 'json') return objectLine(this.#names, values, this.#output)
    return csvLine(values.map(fieldText), this.#output)
  }

  /** All fields of a row. In JSON, those without a name are named by their position. */
  #all(row: CsvRow): string {
    if (this.#output.kind !== 'json') return csvLine(row, this.#output)
    const names = row.map((_, index) => this.#header?.[index] ?? `_${index + 1}`)
    return objectLine(names, row, this.#output)
  }

  #nameOf(item: SelectItem, index: number): string {
    if (item.kind !== 'star' && item.alias !== undefined) return item.alias
    if (item.kind === 'value' && item.expression.kind === 'column') return this.#columns.nameOf(item.expression.path)
    return `_${index + 1}`
  }
}

/**
 * A selection of rows of JSON, which writes one object per line of output, or one line of CSV. The constructor throws SelectError for a
 * column that cannot exist.
 */
export class JsonSelection implements Selection<JsonValue> {
  readonly matches: (row: JsonValue) => boolean
  readonly #output: Output
  readonly #isStar: boolean
  readonly #aggregates: readonly Aggregated<JsonValue>[] | undefined
  readonly #names: readonly string[]
  readonly #values: readonly ((row: JsonValue) => Value | undefined)[]

  constructor(query: Query, columns: JsonColumns, output: Output) {
    this.matches = condition(query, columns)
    this.#output = output
    this.#isStar = query.items[0]?.kind === 'star'
    this.#aggregates = aggregated(query, columns)
    this.#names = query.items.map(nameOf)
    this.#values = query.items.flatMap((item) => {
      if (item.kind !== 'value') return []
      const { expression } = item
      return [expression.kind === 'column' ? columns.source(expression.path) : compile(expression, columns)]
    })
  }

  write(row: JsonValue): string {
    if (this.#aggregates !== undefined) {
      addAll(this.#aggregates, row)
      return ''
    }
    if (this.#isStar) return this.#all(row)
    return this.#line(this.#values.map((value) => value(row)))
  }

  end(): string {
    if (this.#aggregates === undefined) return ''
    return this.#line(this.#aggregates.map(({ aggregate }) => aggregate.result()))
  }

  #line(values: readonly (Value | undefined)[]): string {
    if (this.#output.kind !== 'csv') return objectLine(this.#names, values, this.#output)
    return csvLine(
      values.map((value = null) => fieldText(value)),
      this.#output,
    )
  }

  #all(row: JsonValue): string {
    const members = row instanceof Map ? (row as ReadonlyMap<string, JsonValue>) : new Map([['_1', row]])
    if (this.#output.kind === 'csv') return csvLine([...members.values()].map(fieldText), this.#output)
    return jsonText(members) + this.#output.recordDelimiter
  }
}

/** The alias, else the last name of a path, else the position from 1. */
function nameOf(item: SelectItem, index: number): string {
  if (item.kind !== 'star' && item.alias !== undefined) return item.alias
  if (item.kind !== 'value' || item.expression.kind !== 'column') return `_${index + 1}`
  const last: PathStep | undefined = item.expression.path.at(-1)
  return last?.kind === 'member' ? last.name : `_${index + 1}`
}
