/** One run of a query: bytes in, rows as text out. */

import { checkQuery } from './check-query.js'
import { CsvColumns, type CsvRow } from './csv/columns.js'
import { CsvRecords, fieldsOf } from './csv/records.js'
import { JsonColumns } from './json/columns.js'
import { JsonRows } from './json/rows.js'
import type { CsvInput, SelectRequest } from './request.js'
import { RowMismatch, SelectError } from './select-error.js'
import { CsvSelection, JsonSelection, type Selection } from './selection.js'
import type { Query } from './sql/ast.js'
import { parseQuery } from './sql/parser.js'
import type { JsonValue } from './values.js'

/** A running query. It holds at most one incomplete row, and nothing that must be released. */
export interface SelectSession {
  /** Takes the next bytes of the object and returns the rows that they complete. Throws SelectError. */
  push(bytes: Uint8Array): string
  /** Takes the end of the object and returns the last rows. Throws SelectError. */
  end(): string
  /** After the end: the error of the last skipped row, if too many were skipped. */
  readonly failure: SelectError | undefined
  /** Whether further bytes change nothing. */
  readonly isDone: boolean
}

/** Parses and checks a query. Throws SelectError. */
export function startSelect(request: SelectRequest): SelectSession {
  const query = parseQuery(request.sql, request.table)
  checkQuery(query, request)
  return request.input.kind === 'csv' ? new CsvSession(query, request, request.input) : new JsonSession(query, request)
}

/** Counts rows that do not fit, and gathers the text of those that do. */
class Rows<Row> {
  readonly #request: SelectRequest
  readonly #limit: number
  #skipped = 0
  #isOverSkipped = false
  #matched = 0
  text = ''
  isDone = false

  constructor(request: SelectRequest, query: Query) {
    this.#request = request
    this.#limit = query.limit ?? Number.POSITIVE_INFINITY
  }

  /** Takes a row; returns whether to go on. Throws SelectError where too many were skipped. */
  take(selection: Selection<Row>, row: Row): boolean {
    const { failure } = this
    if (failure !== undefined) throw failure
    try {
      if (!selection.matches(row)) return true
      const text = selection.write(row)
      this.text += text
      this.#matched += 1
    } catch (thrown) {
      if (!(thrown instanceof RowMismatch)) throw thrown
      this.#skipped += 1
      this.#isOverSkipped = this.#skipped > this.#request.skippedMax
    }
    this.isDone = this.#matched >= this.#limit
    return !this.isDone
  }

  /** Set where more rows were skipped than may be. */
  get failure(): SelectError | undefined {
    if (!this.#isOverSkipped) return undefined
    const code = this.#request.input.kind === 'csv' ? 'InvalidCsvLine' : 'InvalidJsonData'
    return new SelectError(code, `More than ${this.#request.skippedMax} rows do not fit the query.`)
  }

  drain(): string {
    const { text } = this
    this.text = ''
    return text
  }
}

class CsvSession implements SelectSession {
  readonly #query: Query
  readonly #request: SelectRequest
  readonly #input: CsvInput
  readonly #records: CsvRecords
  readonly #rows: Rows<CsvRow>
  #selection: CsvSelection | undefined
  #line = -1
  #isPastRange = false

  constructor(query: Query, request: SelectRequest, input: CsvInput) {
    this.#query = query
    this.#request = request
    this.#input = input
    this.#rows = new Rows(request, query)
    this.#records = new CsvRecords(input, (record) => this.#take(record))
    if (input.header !== 'use') this.#begin(undefined)
  }

  get isDone(): boolean {
    return this.#rows.isDone || this.#isPastRange
  }

  push(bytes: Uint8Array): string {
    if (!this.isDone) this.#records.push(bytes)
    return this.#rows.drain()
  }

  end(): string {
    if (!this.isDone) this.#records.end()
    this.#checkRange()
    this.#selection ??= this.#begin([])
    return this.#rows.drain() + this.#selection.end()
  }

  get failure(): SelectError | undefined {
    return this.#rows.failure
  }

  #take(record: Uint8Array): boolean {
    this.#line += 1
    const { lines } = this.#request
    if (lines !== undefined && this.#line > lines.last) {
      this.#isPastRange = true
      return false
    }
    if (record[0] !== undefined && record[0] === this.#input.comment) return true
    if (this.#selection === undefined) {
      this.#begin(fieldsOf(record, this.#input))
      return true
    }
    if (this.#line === 0 && this.#input.header === 'ignore') return true
    if (lines !== undefined && this.#line < lines.first) return true
    return this.#rows.take(this.#selection, fieldsOf(record, this.#input))
  }

  #begin(header: readonly string[] | undefined): CsvSelection {
    const columns = new CsvColumns(this.#query.alias, header, this.#request.skipPartialRows)
    this.#selection = new CsvSelection(this.#query, columns, this.#request.output, header)
    this.#rows.text += this.#selection.headerLine()
    return this.#selection
  }

  #checkRange(): void {
    const { lines } = this.#request
    if (lines === undefined || this.#isPastRange || this.#line >= lines.first || this.#rows.isDone) return
    throw new SelectError('InvalidRange', `The object has ${this.#line + 1} lines.`)
  }
}

class JsonSession implements SelectSession {
  readonly #values: JsonRows
  readonly #rows: Rows<JsonValue>
  readonly #selection: JsonSelection
  readonly #lines: SelectRequest['lines']
  #line = -1
  #isPastRange = false

  constructor(query: Query, request: SelectRequest) {
    const { input, skipPartialRows, output, lines } = request
    const numbersAsText = input.kind === 'json' && input.numbersAsText
    const columns = new JsonColumns(query.alias, numbersAsText, skipPartialRows)
    this.#selection = new JsonSelection(query, columns, output)
    this.#rows = new Rows(request, query)
    this.#lines = lines
    this.#values = new JsonRows(query.from, (value) => this.#take(value))
  }

  get isDone(): boolean {
    return this.#rows.isDone || this.#isPastRange
  }

  push(bytes: Uint8Array): string {
    if (!this.isDone) this.#values.push(bytes)
    return this.#rows.drain()
  }

  end(): string {
    if (!this.isDone) this.#values.end()
    return this.#rows.drain() + this.#selection.end()
  }

  get failure(): SelectError | undefined {
    return this.#rows.failure
  }

  #take(value: JsonValue): boolean {
    this.#line += 1
    if (this.#lines !== undefined && this.#line > this.#lines.last) {
      this.#isPastRange = true
      return false
    }
    if (this.#lines !== undefined && this.#line < this.#lines.first) return true
    return this.#rows.take(this.#selection, value)
  }
}
