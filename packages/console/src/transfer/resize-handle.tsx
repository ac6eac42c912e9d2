import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { Store } from '../app/store.js'

const KEPT_AS = 'bindery-drawer-width'
const WIDTH = 500
const WIDTH_MIN = 360
const WIDTH_MAX = 1_000
/** Pixels by which an arrow key moves the edge. */
const STEP = 24

class DrawerWidth extends Store<number> {
  constructor() {
    const kept = Number(globalThis.localStorage?.getItem(KEPT_AS))
    super(kept >= WIDTH_MIN && kept <= WIDTH_MAX ? kept : WIDTH)
  }

  override set(pixels: number): void {
    const wanted = Math.round(Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, pixels)))
    localStorage.setItem(KEPT_AS, String(wanted))
    super.set(wanted)
  }
}

/** The width of the drawer in pixels, also for the next visit. */
export const drawerWidth = new DrawerWidth()

/** The edge of the drawer, which the pointer and arrow keys move. */
export function ResizeHandle({
  width,
  onResize,
}: {
  readonly width: number
  readonly onResize: (pixels: number) => void
}): JSX.Element {
  const words = useWords()
  const isHeld = useRef(false)
  return (
    // biome-ignore lint/a11y/useSemanticElements: a line between sections cannot be moved, and this one can
    <div
      class="edge"
      role="separator"
      aria-orientation="vertical"
      aria-label={words.transfers.width}
      aria-valuemin={WIDTH_MIN}
      aria-valuemax={WIDTH_MAX}
      aria-valuenow={width}
      tabIndex={0}
      onPointerDown={(event) => {
        isHeld.current = true
        event.currentTarget.setPointerCapture(event.pointerId)
      }}
      onPointerMove={(event) => {
        if (isHeld.current) onResize(innerWidth - event.clientX)
      }}
      onPointerUp={() => {
        isHeld.current = false
      }}
      onKeyDown={({ key }) => {
        if (key === 'ArrowLeft') onResize(width + STEP)
        if (key === 'ArrowRight') onResize(width - STEP)
      }}
    />
  )
}
