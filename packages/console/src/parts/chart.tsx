import type { JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { Sparkline } from './sparkline.js'

/** One value of a chart; `at` in milliseconds since 1970. */
export interface ChartPoint {
  readonly at: number
  readonly value: number
}

/**
 * A figure over time: its last value, or that of the moment under the pointer or chosen by the arrow keys. `label` describes the line in
 * words.
 */
export function Chart({
  title,
  points,
  show,
  showTime,
  label,
  foot,
}: {
  readonly title: string
  readonly points: readonly ChartPoint[]
  readonly show: (value: number) => string
  readonly showTime: (at: number) => string
  readonly label: string
  readonly foot: string
}): JSX.Element {
  const frame = useRef<HTMLDivElement>(null)
  const [index, setIndex] = useState<number | undefined>()
  const last = points.length - 1
  const chosen = index === undefined ? undefined : points[Math.min(index, last)]
  const follow = (clientX: number) => {
    const { left, width } = frame.current?.getBoundingClientRect() ?? { left: 0, width: 1 }
    const share = Math.min(1, Math.max(0, (clientX - left) / width))
    setIndex(Math.round(share * last))
  }
  const move = (by: number) => setIndex((now) => Math.min(last, Math.max(0, (now ?? last) + by)))
  return (
    <section class="card figure">
      <h3 class="muted small">{title}</h3>
      <strong>{show((chosen ?? points[last])?.value ?? 0)}</strong>
      <div
        ref={frame}
        class="chart"
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, last)}
        aria-valuenow={index === undefined ? Math.max(0, last) : Math.min(index, last)}
        aria-valuetext={chosen ? `${show(chosen.value)}, ${showTime(chosen.at)}` : show(points[last]?.value ?? 0)}
        onPointerMove={({ clientX }) => follow(clientX)}
        onPointerLeave={() => setIndex(undefined)}
        onBlur={() => setIndex(undefined)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return
          event.preventDefault()
          move(event.key === 'ArrowLeft' ? -1 : 1)
        }}
      >
        <Sparkline values={points.map(({ value }) => value)} marked={index} />
      </div>
      <span class="muted small">{chosen ? showTime(chosen.at) : foot}</span>
    </section>
  )
}
