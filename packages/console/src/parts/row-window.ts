/** Which rows of a long table are drawn, and where: browsers draw nothing that is taller than about 33 million pixels. */

/** The height of a row in pixels. */
export const ROW_PIXELS = 38
/** The largest height of all rows together; of more rows each pixel of the scroll bar stands for several. */
export const HEIGHT_MAX = 16_000_000
const SPARE_ROWS = 10

/** The rows from `first` to `end`, and the pixels that stand for those before and after them. */
export interface RowWindow {
  readonly first: number
  readonly end: number
  readonly before: number
  readonly after: number
}

/** Pixels of content for a pixel of the scroll bar: 1 unless there are too many rows. */
function scaleOf(rows: number, height: number): number {
  const room = Math.max(1, HEIGHT_MAX - height)
  return Math.max(1, (rows * ROW_PIXELS - height) / room)
}

/** The rows that are drawn at a position of the scroll bar, in a box of a height; both in pixels. */
export function rowWindow(rows: number, { top, height }: { readonly top: number; readonly height: number }): RowWindow {
  const real = top * scaleOf(rows, height)
  const first = Math.min(rows, Math.max(0, Math.floor(real / ROW_PIXELS) - SPARE_ROWS))
  const end = Math.min(rows, Math.ceil((real + height) / ROW_PIXELS) + SPARE_ROWS)
  const before = Math.max(0, top - real + first * ROW_PIXELS)
  const all = Math.min(rows * ROW_PIXELS, HEIGHT_MAX)
  return { first, end, before, after: Math.max(0, all - before - (end - first) * ROW_PIXELS) }
}

/** The position of the scroll bar at which a row comes first. */
export function positionOf(index: number, rows: number, height: number): number {
  return (index * ROW_PIXELS) / scaleOf(rows, height)
}
