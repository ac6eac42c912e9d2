/** How parts look, on strips and maps: the colours of the theme, and for each state a pattern of its own. */

/** The states of a part that are drawn. */
export type Shade = 'missing' | 'stored' | 'reused' | 'active' | 'retrying'

/** All of them, in the order of the legend. */
export const SHADES: readonly Shade[] = ['stored', 'reused', 'active', 'retrying', 'missing']

/** The custom properties of the theme. */
const COLOURS: Readonly<Record<Shade, string>> = {
  missing: '--part-missing',
  stored: '--part-stored',
  reused: '--part-reused',
  active: '--part-active',
  retrying: '--danger',
}

/** The colours of the theme that an element has. */
export type Palette = Readonly<Record<Shade | 'surface' | 'edge' | 'text', string>>

/** Reads the colours once for many cells. */
export function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  const { missing, stored, reused, active, retrying } = COLOURS
  return {
    missing: colour(missing),
    stored: colour(stored),
    reused: colour(reused),
    active: colour(active),
    retrying: colour(retrying),
    surface: colour('--surface'),
    edge: colour('--edge'),
    text: colour('--text'),
  }
}

/** Draws one cell. Colour is not all: reused parts have a bar on top, active ones are half full, retried ones are crossed. */
export function drawCell(
  context: CanvasRenderingContext2D,
  palette: Palette,
  shade: Shade,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
): void {
  context.fillStyle = palette[shade === 'active' ? 'missing' : shade]
  context.fillRect(x, y, width, height)
  if (shade === 'active') {
    context.fillStyle = palette.active
    context.fillRect(x, y + height / 2, width, height / 2)
  }
  if (shade === 'reused') {
    context.fillStyle = palette.surface
    context.fillRect(x, y + 1, width, Math.min(2, height / 4))
  }
  if (shade === 'retrying') {
    context.fillStyle = palette.surface
    context.fillRect(x, y + height / 2 - 1, width, 2)
  }
}
