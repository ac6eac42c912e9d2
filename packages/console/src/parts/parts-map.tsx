import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { bytes, count, time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { useStore } from '../app/store.js'
import { currentTheme } from '../app/theme.js'
import { drawCell, paletteOf, type Shade } from '../transfer/part-colours.js'
import type { PartsMap as Explained, StoredPart } from '../wire/uploads.js'

/** Pixels of a cell with its gap: large for few parts, small for ten thousand. */
function cellPixels(cells: number): number {
  if (cells <= 200) return 26
  return cells <= 1_000 ? 16 : 9
}

/** The state of each number from 1 to the last part, or to the total where that is known. */
export function shadesOf({ runs }: Pick<Explained, 'runs'>, total: number, isNew: (part: number) => boolean): Shade[] {
  const shades: Shade[] = new Array<Shade>(total).fill('missing')
  for (const { from, to } of runs) {
    for (let part = from; part <= to; part += 1) shades[part - 1] = isNew(part) ? 'reused' : 'stored'
  }
  return shades
}

/** A map of up to 10,000 parts. Arrow keys move from part to part; the sentence below states what the marked one is. */
export function PartsMap({
  map,
  fresh,
  label,
  read,
}: {
  readonly map: Explained
  /** Parts that arrived while the page was open. */
  readonly fresh: ReadonlySet<number>
  readonly label: string
  /** Reads what the server has stored of a part. */
  readonly read: (part: number, signal: AbortSignal) => Promise<StoredPart | undefined>
}): JSX.Element {
  const words = useWords()
  const theme = useStore(currentTheme)
  const canvas = useRef<HTMLCanvasElement>(null)
  const [width, setWidth] = useState(0)
  const [marked, setMarked] = useState<number | undefined>()
  const total = map.runs.at(-1)?.to ?? 0
  const size = cellPixels(total)
  const columns = Math.max(1, Math.floor(width / size))
  useEffect(() => {
    const element = canvas.current
    if (element === null) return
    const watch = new ResizeObserver(() => setWidth(element.clientWidth))
    watch.observe(element)
    return () => watch.disconnect()
  }, [])
  useEffect(() => {
    if (canvas.current !== null && width > 0) {
      draw(canvas.current, { shades: shadesOf(map, total, (part) => fresh.has(part)), columns, size, marked })
    }
  }, [map, fresh, width, theme, marked, total, columns, size])
  const at = (event: MouseEvent) => {
    const part = Math.floor(event.offsetY / size) * columns + Math.floor(event.offsetX / size) + 1
    setMarked(part >= 1 && part <= total && event.offsetX < columns * size ? part : undefined)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key]
    if (step === undefined) return
    event.preventDefault()
    setMarked(Math.max(1, Math.min(total, (marked ?? 0) + step)))
  }
  return (
    <div class="stack tight">
      <canvas
        ref={canvas}
        class="map"
        style={{ height: `${Math.ceil(total / columns) * size}px` }}
        role="img"
        aria-label={label}
        tabIndex={0}
        onMouseMove={at}
        onMouseLeave={() => setMarked(undefined)}
        onKeyDown={onKeyDown}
      />
      <p class="small" aria-live="polite">
        {marked === undefined ? words.upload.mapHint : describe(map, marked, words)}
      </p>
      <PartDetail part={marked} read={read} />
    </div>
  )
}

/** Milliseconds for which a part must be marked before it is read: the pointer crosses many. */
const RESTS_MS = 150

/** Checksums and time of the part that is marked. Its line stays where no part is, so that nothing below it moves. */
function PartDetail({
  part,
  read,
}: {
  readonly part: number | undefined
  readonly read: (part: number, signal: AbortSignal) => Promise<StoredPart | undefined>
}): JSX.Element {
  const words = useWords()
  const [found, setFound] = useState<StoredPart | undefined>()
  useEffect(() => {
    setFound(undefined)
    if (part === undefined) return
    const stop = new AbortController()
    const timer = setTimeout(() => {
      read(part, stop.signal).then(
        (one) => stop.signal.aborted || setFound(one),
        () => {},
      )
    }, RESTS_MS)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [part])
  const isShown = found !== undefined && found.partNumber === part
  return (
    <p class="small muted mono part-detail">
      {isShown && words.upload.partDetail(found.etag, found.crc64, time(Date.parse(found.lastModified)))}
    </p>
  )
}

function describe({ runs }: Explained, part: number, words: ReturnType<typeof useWords>): string {
  const run = runs.find(({ from, to }) => from <= part && part <= to)
  return run === undefined
    ? words.upload.partMissing(count(part))
    : words.upload.partStored(count(part), bytes(run.size))
}

function draw(
  element: HTMLCanvasElement,
  {
    shades,
    columns,
    size,
    marked,
  }: {
    readonly shades: readonly Shade[]
    readonly columns: number
    readonly size: number
    readonly marked: number | undefined
  },
): void {
  const density = devicePixelRatio
  element.width = element.clientWidth * density
  element.height = element.clientHeight * density
  const context = element.getContext('2d')
  if (context === null) return
  context.scale(density, density)
  const palette = paletteOf(element)
  const gap = size > 10 ? 2 : 1
  const side = size - gap
  shades.forEach((shade, index) => {
    const x = (index % columns) * size
    const y = Math.floor(index / columns) * size
    drawCell(context, palette, shade, { x, y, width: side, height: side })
    if (shade === 'missing') {
      context.strokeStyle = palette.edge
      context.strokeRect(x + 0.5, y + 0.5, side - 1, side - 1)
    }
    if (index + 1 !== marked) return
    context.strokeStyle = palette.text
    context.lineWidth = 2
    context.strokeRect(x + 1, y + 1, side - 2, side - 2)
    context.lineWidth = 1
  })
}
