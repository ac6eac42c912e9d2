/** Which rows of a long table are drawn, and where: browsers draw nothing that is taller than about 33 million pixels. */

/** The height of a row of a table in pixels. */
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
function scaleOf(rows: number, height: number, each: number): number {
  const room = Math.max(1, HEIGHT_MAX - height)
  return Math.max(1, (rows * each - height) / room)
}

/** The rows that are drawn at a position of the scroll bar, in a box of a height; both in pixels, as the height of `each` row. */
export function rowWindow(
  rows: number,
  { top, height }: { readonly top: number; readonly height: number },
  each = ROW_PIXELS,
): RowWindow {
  const real = top * scaleOf(rows, height, each)
  const first = Math.min(rows, Math.max(0, Math.floor(real / each) - SPARE_ROWS))
  const end = Math.min(rows, Math.ceil((real + height) / each) + SPARE_ROWS)
  const before = Math.max(0, top - real + first * each)
  const all = Math.min(rows * each, HEIGHT_MAX)
  return { first, end, before, after: Math.max(0, all - before - (end - first) * each) }
}

/** The position of the scroll bar at which a row comes first. */
export function positionOf(index: number, rows: number, height: number, each = ROW_PIXELS): number {
  return (index * each) / scaleOf(rows, height, each)
}

/** Scrolls a row into view, below a head that is as high as a row. */
export function revealRow(box: HTMLElement, index: number, rows: number, each = ROW_PIXELS): void {
  const { clientHeight: height } = box
  const top = positionOf(index, rows, height, each)
  const lowest = positionOf(index + 2, rows, height, each) - height
  if (top < box.scrollTop) box.scrollTop = top
  else if (lowest > box.scrollTop) box.scrollTop = lowest
}
