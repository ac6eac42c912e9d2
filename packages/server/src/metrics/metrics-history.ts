import type { MetricsMoment } from '@bindery/service'
import type { Figures, RequestFigures } from './figures.js'
import { DURATION_BUCKETS } from './request-metrics.js'

/** Milliseconds between two readings. */
export const READ_EVERY_MS = 30_000

/** Each tier keeps `most` stretches of `stepMs` milliseconds: an hour, a day and 30 days. */
const TIERS = [
  { stepMs: READ_EVERY_MS, most: 120 },
  { stepMs: 600_000, most: 144 },
  { stepMs: 14_400_000, most: 180 },
] as const

interface Stretch extends Figures {
  readonly from: number
  readonly to: number
}

interface Tier {
  readonly stepMs: number
  readonly most: number
  readonly kept: Stretch[]
}

const NOTHING: RequestFigures = { requests: 0, failures: 0, bytesReceived: 0, bytesSent: 0, parts: 0, durations: [] }

/** The recent past of a server in numbers, in memory: it begins again with each start. */
export class MetricsHistory {
  readonly #tiers: readonly Tier[] = TIERS.map((tier) => ({ ...tier, kept: [] }))
  #last: { readonly at: number; readonly figures: ReadonlyMap<string, Figures> } | undefined

  /** Adds a reading: the figures of each living process by its name. `at` in milliseconds since 1970. */
  add(at: number, figures: ReadonlyMap<string, Figures>): void {
    const before = this.#last
    this.#last = { at, figures }
    const [any] = figures.values()
    if (before === undefined || any === undefined || at <= before.at) return
    let counts = NOTHING
    let memoryBytes = 0
    for (const [name, now] of figures) {
      counts = combined(counts, now, before.figures.get(name))
      memoryBytes += now.memoryBytes
    }
    // all processes have the same stores
    const { partBytes, objectBytes } = any
    const stretch = { from: before.at, to: at, ...counts, memoryBytes, partBytes, objectBytes }
    for (const tier of this.#tiers) append(tier, stretch)
  }

  /** The stretches of the last `spanMs`, the oldest first, from the finest tier that reaches as far. */
  list(spanMs: number, now: number): readonly MetricsMoment[] {
    const tier = this.#tiers.find(({ stepMs, most }) => stepMs * most >= spanMs) ?? this.#tiers.at(-1)
    return (tier?.kept ?? []).filter(({ to }) => to > now - spanMs).map(momentOf)
  }
}

/** `sum` and what was counted between two readings of a process; its earlier counts are 0 where it was not read before. */
function combined(sum: RequestFigures, now: RequestFigures, before: RequestFigures = NOTHING): RequestFigures {
  const more = (name: Exclude<keyof RequestFigures, 'durations'>) => sum[name] + now[name] - before[name]
  return {
    requests: more('requests'),
    failures: more('failures'),
    bytesReceived: more('bytesReceived'),
    bytesSent: more('bytesSent'),
    parts: more('parts'),
    durations: now.durations.map(
      (count, index) => (sum.durations[index] ?? 0) + count - (before.durations[index] ?? 0),
    ),
  }
}

/** Stretches of one step are one; what was held is that of the latest. */
function append({ stepMs, most, kept }: Tier, stretch: Stretch): void {
  const last = kept.at(-1)
  if (last !== undefined && Math.floor(last.to / stepMs) === Math.floor(stretch.to / stepMs)) {
    kept[kept.length - 1] = { ...stretch, ...combined(last, stretch), from: last.from }
    return
  }
  kept.push(stretch)
  if (kept.length > most) kept.shift()
}

function momentOf({ from, to, durations, ...rest }: Stretch): MetricsMoment {
  const { requests, failures, bytesReceived, bytesSent, parts, memoryBytes, partBytes, objectBytes } = rest
  return {
    ...{ at: to, seconds: (to - from) / 1_000, requests, failures, bytesReceived, bytesSent, parts },
    durations: requests === 0 ? null : [within(durations, 0.5), within(durations, 0.95), within(durations, 0.99)],
    ...{ memoryBytes, partBytes, objectBytes },
  }
}

/** The bound in seconds within which a share of the requests was answered; the largest bound for longer ones. */
function within(durations: readonly number[], share: number): number {
  const wanted = durations.reduce((sum, count) => sum + count, 0) * share
  let sum = 0
  const index = durations.findIndex((count) => {
    sum += count
    return sum >= wanted
  })
  return DURATION_BUCKETS[index] ?? DURATION_BUCKETS.at(-1) ?? 0
}
