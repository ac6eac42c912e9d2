import type { RefObject } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { allOf, extended, type Selection, toggled } from './selection.js'

/** The list on which keys act. */
export interface CursorOptions<Row> {
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  readonly onOpen: (row: Row) => void
  readonly onDelete?: (() => void) | undefined
  /** Further keys, for the row that has the cursor. */
  readonly keys?: Readonly<Record<string, (row: Row) => void>> | undefined
  /** Absent: nothing can be selected. */
  readonly selection?: Selection | undefined
  readonly onSelect?: ((selection: Selection) => void) | undefined
  /** Entries side by side; 1 in a table. */
  readonly columns: number
  /** Scrolls an entry into view. */
  readonly reveal: (index: number) => void
}

/** The entry that keys act on, by its index; -1 before the list had the focus. */
export interface Cursor {
  readonly index: number
  readonly onKeyDown: (event: KeyboardEvent) => void
  readonly onFocus: (event: FocusEvent) => void
  /** Selects or unselects an entry that was clicked; with Shift all from the cursor to it are selected. */
  readonly click: (index: number, isShifted: boolean) => void
}

/** Rows by which Page Up and Page Down move. */
const PAGE_ROWS = 15

/** The keys of a list: arrows or j and k move, space selects, Enter opens. */
export function useCursor<Row>(options: CursorOptions<Row>): Cursor {
  const { rows, keyOf, onOpen, onDelete, keys = {}, selection, onSelect, columns, reveal } = options
  const [index, setIndex] = useState(-1)
  const extend = (to: number) => {
    if (selection && onSelect) onSelect(extended(selection, between(rows, index, to).map(keyOf)))
  }
  const goTo = (wanted: number, extendsSelection: boolean) => {
    const next = Math.max(0, Math.min(rows.length - 1, wanted))
    setIndex(next)
    if (extendsSelection) extend(next)
    reveal(next)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return
    const current = rows[index]
    const step = stepOf(event.key, { index, length: rows.length, columns })
    if (step !== undefined) goTo(step, event.shiftKey)
    else if (event.key === 'Enter' && current !== undefined) onOpen(current)
    else if (event.key === ' ' && current !== undefined && selection) onSelect?.(toggled(selection, keyOf(current)))
    else if (event.key === 'Delete') onDelete?.()
    else if (current !== undefined && !hasModifier(event) && keys[event.key]) keys[event.key]?.(current)
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) onSelect?.(allOf(rows.map(keyOf)))
    else return
    event.preventDefault()
  }
  const onFocus = (event: FocusEvent) => {
    if (event.target === event.currentTarget && index < 0 && rows.length > 0) setIndex(0)
  }
  const click = (at: number, isShifted: boolean) => {
    const row = rows[at]
    if (row === undefined || !selection) return
    if (isShifted && index >= 0) extend(at)
    else onSelect?.(toggled(selection, keyOf(row)))
    setIndex(at)
  }
  return { index, onKeyDown, onFocus, click }
}

const hasModifier = ({ ctrlKey, metaKey, altKey }: KeyboardEvent): boolean => ctrlKey || metaKey || altKey

function stepOf(
  key: string,
  { index, length, columns }: { readonly index: number; readonly length: number; readonly columns: number },
): number | undefined {
  if (key === 'ArrowDown' || key === 'j') return index + columns
  if (key === 'ArrowUp' || key === 'k') return index - columns
  if (key === 'ArrowRight' && columns > 1) return index + 1
  if (key === 'ArrowLeft' && columns > 1) return index - 1
  if (key === 'PageDown') return index + PAGE_ROWS * columns
  if (key === 'PageUp') return index - PAGE_ROWS * columns
  if (key === 'Home') return 0
  return key === 'End' ? length - 1 : undefined
}

/** The rows from one index to another, both included. */
function between<Row>(rows: readonly Row[], from: number, to: number): readonly Row[] {
  return rows.slice(Math.max(0, Math.min(from, to)), Math.max(from, to) + 1)
}

/** Position and size of what a box shows of its content, in pixels. */
export interface View {
  readonly top: number
  readonly height: number
  readonly width: number
}

/** Follows a box that scrolls. */
export function useView(box: RefObject<HTMLElement | null>): View {
  const [view, setView] = useState<View>({ top: 0, height: 600, width: 0 })
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const measure = () => setView({ top: element.scrollTop, height: element.clientHeight, width: element.clientWidth })
    const watch = new ResizeObserver(measure)
    watch.observe(element)
    element.addEventListener('scroll', measure, { passive: true })
    return () => {
      watch.disconnect()
      element.removeEventListener('scroll', measure)
    }
  }, [])
  return view
}
