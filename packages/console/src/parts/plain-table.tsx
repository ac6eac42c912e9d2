import type { ComponentChildren, JSX } from 'preact'

/** A column of a short table. */
export interface PlainColumn<Row> {
  readonly title: string
  /** Its cells are numbers, code, long words, or buttons; those need no title that is seen. */
  readonly kind?: 'number' | 'mono' | 'break' | 'tools'
  readonly cell: (row: Row, index: number) => ComponentChildren
}

/** A table whose rows all are in the page: for lists of some dozens. */
export function PlainTable<Row>({
  columns,
  rows,
  keyOf,
}: {
  readonly columns: readonly PlainColumn<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row, index: number) => string | number
}): JSX.Element {
  return (
    <div class="table">
      <table>
        <thead>
          <tr>
            {columns.map(({ title, kind }) => (
              <th key={title} scope="col" class={kind === 'number' ? 'number' : undefined}>
                {kind === 'tools' ? <span class="unseen">{title}</span> : title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={keyOf(row, index)}>
              {columns.map(({ title, kind, cell }) => (
                <td key={title} class={kind}>
                  {cell(row, index)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
