/** Columns of CSV: by position `_1`, and by the names of the header line. */
import { utf8Bytes } from '@bindery/bytes'
import type { Columns } from '../expressions.js'
import { COLUMN_NAME_BYTES_MAX, COLUMNS_MAX } from '../limits.js'
import { RowMismatch, SelectError } from '../select-error.js'
import type { PathStep } from '../sql/ast.js'
import { Field } from '../values.js'

/** The fields of a record, without their quotes. */
export type CsvRow = readonly string[]

/** The positions of columns, from 0, by the path of a query. */
export class CsvColumns implements Columns<CsvRow> {
  readonly #alias: string | undefined
  readonly #names: ReadonlyMap<string, number> | undefined
  readonly #skipsPartial: boolean

  /**
   * @param header the names of the columns, where the query may use them
   * @param skipsPartial whether a row without a selected column is skipped
   */
  constructor(alias: string | undefined, header: readonly string[] | undefined, skipsPartial: boolean) {
    this.#alias = alias?.toLowerCase()
    this.#skipsPartial = skipsPartial
    this.#names = header && new Map(header.map((name, index) => [name.toLowerCase(), index]))
  }

  column(path: readonly PathStep[]): (row: CsvRow) => Field | null {
    const index = this.position(path)
    return (row) => {
      const text = row[index]
      if (text !== undefined) return new Field(text)
      if (this.#skipsPartial) throw new RowMismatch('the row lacks a column')
      return null
    }
  }

  /** Throws SelectError for a column that cannot exist. */
  position(path: readonly PathStep[]): number {
    const name = this.nameOf(path)
    const known = this.#names?.get(name.toLowerCase())
    if (known !== undefined) return known
    const number = /^_(\d+)$/.exec(name)?.[1]
    if (number === undefined) throw new SelectError('SqlInvalidColumnName', `There is no column ${name}.`)
    const index = Number(number)
    if (index >= 1 && index <= COLUMNS_MAX) return index - 1
    throw new SelectError('SqlInvalidColumnIndex', `Columns are _1 to _${COLUMNS_MAX}.`)
  }

  /** The name of a column without the table's alias. */
  nameOf(path: readonly PathStep[]): string {
    const steps = isAlias(path, this.#alias) ? path.slice(1) : path
    const [step] = steps
    if (steps.length !== 1 || step?.kind !== 'member') {
      throw new SelectError('NestedColumnNotSupportInCsv', 'A column of CSV has no members.')
    }
    if (utf8Bytes(step.name).length > COLUMN_NAME_BYTES_MAX) {
      throw new SelectError('SqlExceedsMaxColumnNameLength', 'The name of a column is too long.')
    }
    return step.name
  }
}

/** Whether a path begins with the alias of the table, or its name. */
export function isAlias([first, second]: readonly PathStep[], alias: string | undefined): boolean {
  if (first?.kind !== 'member' || second === undefined) return false
  const name = first.name.toLowerCase()
  return name === alias?.toLowerCase() || name === 'ossobject'
}
