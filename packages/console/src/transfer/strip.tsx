import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { useStore } from '../app/store.js'
import { currentTheme } from '../app/theme.js'
import type { Shade } from './part-colours.js'
import { drawCell, paletteOf } from './part-colours.js'

/** At most as many cells as a strip has room for; further parts share one. */
const CELLS_MAX = 220

/** The parts of an upload in a row. The sentence is for those who do not see it. */
export function Strip({ shades, label }: { readonly shades: readonly Shade[]; readonly label: string }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null)
  const theme = useStore(currentTheme)
  useEffect(() => {
    const element = canvas.current
    if (element === null) return
    const { clientWidth, clientHeight } = element
    const density = devicePixelRatio
    element.width = clientWidth * density
    element.height = clientHeight * density
    const context = element.getContext('2d')
    if (context === null) return
    context.scale(density, density)
    const palette = paletteOf(element)
    const cells = Math.min(shades.length, CELLS_MAX, Math.floor(clientWidth / 2))
    const width = clientWidth / Math.max(cells, 1)
    for (let cell = 0; cell < cells; cell += 1) {
      const from = Math.floor((cell * shades.length) / cells)
      const to = Math.max(from + 1, Math.floor(((cell + 1) * shades.length) / cells))
      const gap = width > 4 ? 1 : 0
      const box = { x: cell * width, y: 0, width: width - gap, height: clientHeight }
      drawCell(context, palette, mixed(shades.slice(from, to)), box)
    }
  }, [shades, theme])
  return <canvas class="strip" ref={canvas} role="img" aria-label={label} />
}

const URGENCY: readonly Shade[] = ['retrying', 'active', 'missing', 'reused', 'stored']

/** The state that matters most among parts that share a cell. */
function mixed(shades: readonly Shade[]): Shade {
  return URGENCY.find((one) => shades.includes(one)) ?? 'missing'
}
