import type { JSX } from 'preact'

const WIDTH = 200
const HEIGHT = 44

/** A line of values, from old to new. The label describes it in words; without one the line is not read out. */
export function Sparkline({
  values,
  label,
  marked,
}: {
  readonly values: readonly number[]
  readonly label?: string
  /** The index of the value with a mark. */
  readonly marked?: number | undefined
}): JSX.Element {
  const most = Math.max(...values, 1e-9)
  const drawn = values.length === 1 ? [...values, ...values] : values
  const step = WIDTH / Math.max(1, drawn.length - 1)
  const points = drawn.map((value, index) => {
    const y = HEIGHT - 2 - (value / most) * (HEIGHT - 4)
    return `${(index * step).toFixed(1)},${y.toFixed(1)}`
  })
  const x = marked === undefined ? undefined : (Math.min(marked, drawn.length - 1) * step).toFixed(1)
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      aria-hidden={label === undefined}
    >
      <polygon points={`0,${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}`} fill="var(--accent-soft)" />
      <polyline
        points={points.join(' ')}
        fill="none"
        stroke="var(--accent)"
        stroke-width="1.5"
        vector-effect="non-scaling-stroke"
      />
      {x !== undefined && (
        <line
          x1={x}
          x2={x}
          y1="0"
          y2={HEIGHT}
          stroke="var(--muted)"
          stroke-dasharray="2 2"
          vector-effect="non-scaling-stroke"
        />
      )}
    </svg>
  )
}
