import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { positionOf, rowWindow } from './row-window.js'
import { allOf, extended, type Selection, toggled } from './selection.js'

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
export interface VirtualTableProps<Row> {
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly isComplete: boolean
  readonly keyOf: (row: Row) => string
  readonly nameOf: (row: Row) => string
  /** Called when the end is close. */
  readonly onEnd: () => void
  readonly onOpen: (row: Row) => void
  readonly onDelete?: () => void
  /** Further keys, for the row that has the cursor. */
  readonly keys?: Readonly<Record<string, (row: Row) => void>>
  /** Absent: nothing can be selected. */
  readonly selection?: Selection
  readonly onSelect?: (selection: Selection) => void
}

/** Rows before the end at which the next page is loaded. */
const CLOSE_ROWS = 100
const PAGE_ROWS = 15

/** Sorting more would block the page; they keep the order of the server. */
const SORTED_MAX = 20_000

interface Sorting<Row> {
  readonly rows: readonly Row[]
  readonly by: string | undefined
  readonly isDescending: boolean
  /** Sorts by a column: upwards, then downwards, then as the server does. */
  readonly sort: (name: string) => void
}

/** The rows that were loaded, in the order of a column. */
function useSorted<Row>({ rows, columns }: VirtualTableProps<Row>): Sorting<Row> {
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
  }, [rows, rows.length, order])
  const sort = (name: string) => {
    if (order?.by !== name) setOrder({ by: name, isDescending: false })
    else setOrder(order.isDescending ? undefined : { by: name, isDescending: true })
  }
  return { rows: sorted, by: order?.by, isDescending, sort }
}

/** A table of any number of rows, for pointer and keyboard: arrows or j and k move, space selects, Enter opens. */
export function VirtualTable<Row>(given: VirtualTableProps<Row>): JSX.Element {
  const sorted = useSorted(given)
  const props = { ...given, rows: sorted.rows }
  const { label, rows, isComplete, keyOf, onEnd, onOpen, onDelete, keys = {}, selection, onSelect } = props
  const id = useId()
  const box = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ top: 0, height: 600 })
  const [cursor, setCursor] = useState(-1)
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const measure = () => setView({ top: element.scrollTop, height: element.clientHeight })
    const watch = new ResizeObserver(measure)
    watch.observe(element)
    element.addEventListener('scroll', measure, { passive: true })
    return () => {
      watch.disconnect()
      element.removeEventListener('scroll', measure)
    }
  }, [])
  const { first, end, before, after } = rowWindow(rows.length, view)
  useEffect(() => {
    if (!isComplete && end > rows.length - CLOSE_ROWS) onEnd()
  })
  const goTo = (index: number, extend: boolean) => {
    const next = Math.max(0, Math.min(rows.length - 1, index))
    setCursor(next)
    if (selection && onSelect && extend) onSelect(extended(selection, between(rows, cursor, next).map(keyOf)))
    reveal(box.current, next, rows.length)
  }
  const current = rows[cursor]
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return
    const step = stepOf(event.key, cursor, rows.length)
    if (step !== undefined) goTo(step, event.shiftKey)
    else if (event.key === 'Enter' && current !== undefined) onOpen(current)
    else if (event.key === ' ' && current !== undefined && selection) onSelect?.(toggled(selection, keyOf(current)))
    else if (event.key === 'Delete') onDelete?.()
    else if (current !== undefined && !hasModifier(event) && keys[event.key]) keys[event.key]?.(current)
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) onSelect?.(allOf(rows.map(keyOf)))
    else return
    event.preventDefault()
  }
  return (
    <div class="table tall virtual" ref={box}>
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: it is a grid: its rows can be selected and opened by keys
        role="grid"
        aria-label={label}
        aria-rowcount={isComplete ? rows.length + 1 : -1}
        aria-multiselectable={selection === undefined ? undefined : true}
        aria-activedescendant={cursor >= first && cursor < end ? `${id}-${cursor}` : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onFocus={(event) => {
          if (event.target === event.currentTarget && cursor < 0 && rows.length > 0) setCursor(0)
        }}
      >
        <Head table={props} sorting={sorted} />
        <tbody>
          <Gap height={before} />
          {rows.slice(first, end).map((row, offset) => (
            <BodyRow
              key={keyOf(row)}
              id={`${id}-${first + offset}`}
              index={first + offset}
              isCurrent={cursor === first + offset}
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
  row,
  table,
}: {
  readonly id: string
  readonly index: number
  readonly isCurrent: boolean
  readonly row: Row
  readonly table: VirtualTableProps<Row>
}): JSX.Element {
  const words = useWords()
  const { columns, keyOf, nameOf, selection, onSelect } = table
  const isSelected = selection?.has(keyOf(row))
  return (
    <tr id={id} class={isCurrent ? 'current' : ''} aria-rowindex={index + 2} aria-selected={isSelected}>
      {selection && (
        <td class="tick">
          <input
            type="checkbox"
            aria-label={words.select(nameOf(row))}
            checked={isSelected}
            onChange={() => onSelect?.(toggled(selection, keyOf(row)))}
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

const hasModifier = ({ ctrlKey, metaKey, altKey }: KeyboardEvent): boolean => ctrlKey || metaKey || altKey

function stepOf(key: string, cursor: number, length: number): number | undefined {
  if (key === 'ArrowDown' || key === 'j') return cursor + 1
  if (key === 'ArrowUp' || key === 'k') return cursor - 1
  if (key === 'PageDown') return cursor + PAGE_ROWS
  if (key === 'PageUp') return cursor - PAGE_ROWS
  if (key === 'Home') return 0
  return key === 'End' ? length - 1 : undefined
}

/** The rows from one index to another, both included. */
function between<Row>(rows: readonly Row[], from: number, to: number): readonly Row[] {
  return rows.slice(Math.max(0, Math.min(from, to)), Math.max(from, to) + 1)
}

/** Scrolls a row into view, below the head. */
function reveal(box: HTMLElement | null, index: number, rows: number): void {
  if (box === null) return
  const { clientHeight: height } = box
  const top = positionOf(index, rows, height)
  const lowest = positionOf(index + 2, rows, height) - height
  if (top < box.scrollTop) box.scrollTop = top
  else if (lowest > box.scrollTop) box.scrollTop = lowest
}
