import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { revealRow, rowWindow } from './row-window.js'
import { type Cursor, useCursor, useView } from './use-cursor.js'
import type { VirtualTableProps } from './virtual-table.js'

/** Pixels from one tile to the next. */
const TILE_WIDTH = 176
const TILE_HEIGHT = 172
/** Rows of tiles before the end at which the next page is loaded. */
const CLOSE_ROWS = 20

/** Entries as tiles side by side. */
export interface TileGridProps<Row> extends Omit<VirtualTableProps<Row>, 'columns'> {
  /** The content of a tile, below the box that selects it. */
  readonly tile: (row: Row) => ComponentChildren
}

/** Tiles that are drawn only where they can be seen. Keys act as in a table; left and right move too. */
export function TileGrid<Row>(props: TileGridProps<Row>): JSX.Element {
  const { label, rows, isComplete, onEnd, selection } = props
  const id = useId()
  const box = useRef<HTMLDivElement>(null)
  const view = useView(box)
  const columns = Math.max(1, Math.floor(view.width / TILE_WIDTH))
  const lines = Math.ceil(rows.length / columns)
  const reveal = (index: number) =>
    box.current && revealRow(box.current, Math.floor(index / columns), lines, TILE_HEIGHT)
  const cursor = useCursor({ ...props, columns, reveal })
  const { first, end, before, after } = rowWindow(lines, view, TILE_HEIGHT)
  useEffect(() => {
    if (!isComplete && end > lines - CLOSE_ROWS) onEnd()
  })
  const isDrawn = cursor.index >= first * columns && cursor.index < end * columns
  return (
    <div class="table tall" ref={box}>
      {/* biome-ignore lint/a11y/useSemanticElements: as many tiles as fit stand in a line, which no table can do */}
      <div
        class="tiles"
        role="grid"
        aria-label={label}
        aria-rowcount={isComplete ? lines : -1}
        aria-colcount={columns}
        aria-multiselectable={selection === undefined ? undefined : true}
        aria-activedescendant={isDrawn ? `${id}-${cursor.index}` : undefined}
        tabIndex={0}
        onKeyDown={cursor.onKeyDown}
        onFocus={cursor.onFocus}
        style={{ paddingBlock: `${before}px ${after}px` }}
      >
        {Array.from({ length: end - first }, (_, offset) => (
          <Line
            key={first + offset}
            line={first + offset}
            columns={columns}
            grid={props}
            cursor={cursor}
            idOf={(index) => `${id}-${index}`}
          />
        ))}
      </div>
    </div>
  )
}

function Line<Row>({
  line,
  columns,
  grid: { rows, keyOf, nameOf, tile, selection, dragOf },
  cursor,
  idOf,
}: {
  readonly line: number
  readonly columns: number
  readonly grid: TileGridProps<Row>
  readonly cursor: Cursor
  readonly idOf: (index: number) => string
}): JSX.Element {
  const words = useWords()
  const from = line * columns
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names the current cell
    // biome-ignore lint/a11y/useSemanticElements: part of the grid
    <div role="row" class="tile-row" aria-rowindex={line + 1} style={{ height: `${TILE_HEIGHT}px` }}>
      {rows.slice(from, from + columns).map((row, offset) => (
        // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names the current cell
        // biome-ignore lint/a11y/useSemanticElements: part of the grid
        <div
          {...dragOf?.(row)}
          key={keyOf(row)}
          id={idOf(from + offset)}
          role="gridcell"
          class={`tile${cursor.index === from + offset ? ' current' : ''}`}
          aria-selected={selection?.has(keyOf(row))}
          style={{ width: `calc(${100 / columns}% - 10px)` }}
        >
          {selection && (
            <input
              type="checkbox"
              aria-label={words.select(nameOf(row))}
              checked={selection.has(keyOf(row))}
              onClick={(event) => cursor.click(from + offset, event.shiftKey)}
            />
          )}
          {tile(row)}
        </div>
      ))}
    </div>
  )
}
