import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import type { DragAttributes } from './drag.js'
import { revealRow, rowWindow } from './row-window.js'
import { allOf } from './selection.js'
import { type CursorOptions, useCursor, useView } from './use-cursor.js'

/** One column of a table. */
export interface Column<Row> {
  readonly name: string
  readonly title: string
  /** A length of CSS; the columns without one share the rest. */
  readonly width?: string
  readonly isNumber?: boolean
  readonly hidesTitle?: boolean
  readonly cell: (row: Row) => ComponentChildren
  /** The value by which rows are sorted; absent: they are not sorted by this column. */
  readonly sortBy?: (row: Row) => string | number
}

/** Rows that are drawn only where they can be seen, so that a million of them scroll as well as ten. */
export interface VirtualTableProps<Row> extends Omit<CursorOptions<Row>, 'columns' | 'reveal'> {
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly isComplete: boolean
  readonly nameOf: (row: Row) => string
  /** Called when the end is close. */
  readonly onEnd: () => void
  /** Another value where the values have changed by which rows are sorted. */
  readonly revision?: unknown
  /** Called before rows are sorted by a column. */
  readonly onSort?: (column: string) => void
  /** How a row is dragged, and takes what is dragged. */
  readonly dragOf?: (row: Row) => DragAttributes
}

/** Rows before the end at which the next page is loaded. */
const CLOSE_ROWS = 100

/** Sorting more would block the page; they keep the order of the server. */
const SORTED_MAX = 20_000

/** Room for a column without a width, such as a name. */
const SHARED_WIDTH = '170px'
const TICK_WIDTH = '44px'

interface Sorting<Row> {
  readonly rows: readonly Row[]
  readonly by: string | undefined
  readonly isDescending: boolean
  /** Sorts by a column: upwards, then downwards, then as the server does. */
  readonly sort: (name: string) => void
}

/** The rows that were loaded, in the order of a column. */
function useSorted<Row>({ rows, columns, revision, onSort }: VirtualTableProps<Row>): Sorting<Row> {
  const [order, setOrder] = useState<{ readonly by: string; readonly isDescending: boolean } | undefined>()
  const sortBy = columns.find(({ name }) => name === order?.by)?.sortBy
  const isDescending = order?.isDescending ?? false
  // a listing grows in place
  const sorted = useMemo(() => {
    if (sortBy === undefined || rows.length > SORTED_MAX) return rows
    const sign = isDescending ? -1 : 1
    const valued = rows.map((row) => [row, sortBy(row)] as const)
    valued.sort(([, one], [, other]) => (one < other ? -sign : one > other ? sign : 0))
    return valued.map(([row]) => row)
  }, [rows, rows.length, order, revision])
  const sort = (name: string) => {
    onSort?.(name)
    if (order?.by !== name) setOrder({ by: name, isDescending: false })
    else setOrder(order.isDescending ? undefined : { by: name, isDescending: true })
  }
  return { rows: sorted, by: order?.by, isDescending, sort }
}

/** A table of any number of rows, for pointer and keyboard: arrows or j and k move, space selects, Enter opens. */
export function VirtualTable<Row>(given: VirtualTableProps<Row>): JSX.Element {
  const sorted = useSorted(given)
  const props = { ...given, rows: sorted.rows }
  const { label, rows, isComplete, keyOf, onEnd, selection } = props
  const id = useId()
  const box = useRef<HTMLDivElement>(null)
  const view = useView(box)
  const reveal = (index: number) => box.current && revealRow(box.current, index, rows.length)
  const cursor = useCursor({ ...props, columns: 1, reveal })
  const { first, end, before, after } = rowWindow(rows.length, view)
  useEffect(() => {
    if (!isComplete && end > rows.length - CLOSE_ROWS) onEnd()
  })
  return (
    <div class="table tall virtual" ref={box}>
      <table
        style={{ minWidth: leastWidth(props.columns, selection !== undefined) }}
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: it is a grid: its rows can be selected and opened by keys
        role="grid"
        aria-label={label}
        aria-rowcount={isComplete ? rows.length + 1 : -1}
        aria-multiselectable={selection === undefined ? undefined : true}
        aria-activedescendant={cursor.index >= first && cursor.index < end ? `${id}-${cursor.index}` : undefined}
        tabIndex={0}
        onKeyDown={cursor.onKeyDown}
        onFocus={cursor.onFocus}
      >
        <Head table={props} sorting={sorted} />
        <tbody>
          <Gap height={before} />
          {rows.slice(first, end).map((row, offset) => (
            <BodyRow
              key={keyOf(row)}
              id={`${id}-${first + offset}`}
              index={first + offset}
              isCurrent={cursor.index === first + offset}
              onTick={(isShifted) => cursor.click(first + offset, isShifted)}
              row={row}
              table={props}
            />
          ))}
          <Gap height={after} />
        </tbody>
      </table>
    </div>
  )
}

/** The width below which the table scrolls: that of its columns, and room for those that share the rest. */
function leastWidth<Row>(columns: readonly Column<Row>[], isTicked: boolean): string {
  const widths = columns.map(({ width = SHARED_WIDTH }) => width)
  return `calc(${[...widths, ...(isTicked ? [TICK_WIDTH] : [])].join(' + ')})`
}

function Head<Row>({
  table: { columns, rows, keyOf, selection, onSelect },
  sorting,
}: {
  readonly table: VirtualTableProps<Row>
  readonly sorting: Sorting<Row>
}): JSX.Element {
  const words = useWords()
  // a row that is not selected is found early, unless nearly all of them are
  const isAll =
    selection !== undefined &&
    rows.length > 0 &&
    selection.size >= rows.length &&
    rows.every((row) => selection.has(keyOf(row)))
  return (
    <thead>
      <tr aria-rowindex={1}>
        {selection && (
          <th scope="col" class="tick">
            <input
              type="checkbox"
              aria-label={words.selectAll}
              checked={isAll}
              onChange={() => onSelect?.(isAll ? new Set() : allOf(rows.map(keyOf)))}
            />
          </th>
        )}
        {columns.map(({ name, title, width, isNumber, hidesTitle, sortBy }) => (
          <th
            key={name}
            scope="col"
            class={isNumber ? 'number' : ''}
            style={width === undefined ? {} : { width }}
            aria-sort={sorting.by === name ? (sorting.isDescending ? 'descending' : 'ascending') : undefined}
          >
            {sortBy === undefined || rows.length > SORTED_MAX ? (
              <span class={hidesTitle ? 'unseen' : ''}>{title}</span>
            ) : (
              <button type="button" class="sorts" onClick={() => sorting.sort(name)}>
                {title}
                <span class={`sort-mark${sorting.by === name ? ' current' : ''}`} aria-hidden="true">
                  {sorting.by === name ? (sorting.isDescending ? '↓' : '↑') : '↕'}
                </span>
              </button>
            )}
          </th>
        ))}
      </tr>
    </thead>
  )
}

function BodyRow<Row>({
  id,
  index,
  isCurrent,
  onTick,
  row,
  table,
}: {
  readonly id: string
  readonly index: number
  readonly isCurrent: boolean
  readonly onTick: (isShifted: boolean) => void
  readonly row: Row
  readonly table: VirtualTableProps<Row>
}): JSX.Element {
  const words = useWords()
  const { columns, keyOf, nameOf, selection, dragOf } = table
  const isSelected = selection?.has(keyOf(row))
  return (
    <tr
      {...dragOf?.(row)}
      id={id}
      class={isCurrent ? 'current' : ''}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
    >
      {selection && (
        <td class="tick">
          <input
            type="checkbox"
            aria-label={words.select(nameOf(row))}
            checked={isSelected}
            onClick={(event) => onTick(event.shiftKey)}
          />
        </td>
      )}
      {columns.map(({ name, isNumber, cell }) => (
        <td key={name} class={isNumber ? 'number' : ''}>
          {cell(row)}
        </td>
      ))}
    </tr>
  )
}

/** Stands for rows that are not drawn. */
function Gap({ height }: { readonly height: number }): JSX.Element | null {
  if (height <= 0) return null
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it can have the focus
    <tr class="gap" aria-hidden="true">
      <td style={{ height: `${height}px` }} />
    </tr>
  )
}
