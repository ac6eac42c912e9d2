import type { JSX } from 'preact'

const WIDTH = 200
const HEIGHT = 44

/** A line of values, from old to new. The label states what it shows to those who do not see it. */
export function Sparkline({
  values,
  label,
}: {
  readonly values: readonly number[]
  readonly label: string
}): JSX.Element {
  const most = Math.max(...values, 1e-9)
  const drawn = values.length === 1 ? [...values, ...values] : values
  const step = WIDTH / Math.max(1, drawn.length - 1)
  const points = drawn.map((value, index) => {
    const y = HEIGHT - 2 - (value / most) * (HEIGHT - 4)
    return `${(index * step).toFixed(1)},${y.toFixed(1)}`
  })
  return (
    <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <polygon points={`0,${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}`} fill="var(--accent-soft)" />
      <polyline
        points={points.join(' ')}
        fill="none"
        stroke="var(--accent)"
        stroke-width="1.5"
        vector-effect="non-scaling-stroke"
      />
    </svg>
  )
}
