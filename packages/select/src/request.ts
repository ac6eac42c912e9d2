/** A request as this package runs it: decoded and checked, whatever form it arrived in. */
import type { CsvFormat } from './csv/records.js'
import type { CsvOutput } from './output.js'

export interface CsvInput extends CsvFormat {
  readonly kind: 'csv'
  /** `use`: the first line names the columns; `ignore`: it is left out. */
  readonly header: 'none' | 'ignore' | 'use'
}

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

export interface SelectRequest {
  readonly sql: string
  readonly input: CsvInput | JsonInput
  readonly output: CsvOutput & {
    readonly keepAllColumns: boolean
    readonly header: boolean
  }
  readonly lines?: LineRange
  readonly skipPartialRows: boolean
  /** Rows that may be skipped. */
  readonly skippedMax: number
}
