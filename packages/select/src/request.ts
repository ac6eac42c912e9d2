/** A request as this package runs it: decoded and checked, whatever form it arrived in. */
import type { CsvFormat } from './csv/records.js'
import type { CsvOutput } from './output.js'
import type { Table } from './sql/grammar.js'

/** An object of CSV. */
export interface CsvInput extends CsvFormat {
  readonly kind: 'csv'
  /** `use`: the first line names the columns; `ignore`: it is left out. */
  readonly header: 'none' | 'ignore' | 'use'
}

/** An object of JSON: one document, whose rows the FROM clause finds, or one value per line. */
export interface JsonInput {
  readonly kind: 'json'
  readonly type: 'document' | 'lines'
  readonly numbersAsText: boolean
}

/** Rows `[first, last]`, counted from 0; the header line counts. */
export interface LineRange {
  readonly first: number
  readonly last: number
}

/** A query, and the forms of its input and output. */
export interface SelectRequest {
  readonly sql: string
  /** The word for the object in the FROM clause, which chooses the grammar. Default: `ossobject`. */
  readonly table?: Table
  readonly input: CsvInput | JsonInput
  readonly output: CsvOutput & {
    /** Default: the kind of the input. */
    readonly kind?: 'csv' | 'json'
    readonly keepAllColumns: boolean
    readonly header: boolean
  }
  readonly lines?: LineRange
  readonly skipPartialRows: boolean
  /** Rows that may be skipped. */
  readonly skippedMax: number
}
