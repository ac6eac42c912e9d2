import type { BucketMoment, MetricsMoment } from '@bindery/service'
import type { Counts, Figures } from './figures.js'
import type { BucketFigures } from './request-figures.js'
import { DURATION_BUCKETS } from './request-metrics.js'

/** Milliseconds between two readings. */
export const READ_EVERY_MS = 30_000

/** Each tier keeps `most` stretches of `stepMs` milliseconds: an hour, a day and 30 days. */
const TIERS = [
  { stepMs: READ_EVERY_MS, most: 120 },
  { stepMs: 600_000, most: 144 },
  { stepMs: 14_400_000, most: 180 },
] as const

/** Buckets of a stretch: the busiest. */
const BUCKETS_MAX = 50

interface Stretch extends Figures {
  readonly from: number
  readonly to: number
}

interface Tier {
  readonly stepMs: number
  readonly most: number
  readonly kept: Stretch[]
}

const NO_REQUESTS: BucketFigures = { requests: 0, failures: 0, bytesReceived: 0, bytesSent: 0, parts: 0 }
const FIGURES = Object.keys(NO_REQUESTS) as (keyof BucketFigures)[]
const NOTHING: Counts = { ...NO_REQUESTS, durations: [], replacedParts: 0, repeatedCompletes: 0, failedCompletes: 0 }
const NO_BUCKETS: ReadonlyMap<string, BucketFigures> = new Map()

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
    let [memoryBytes, loopDelay] = [0, 0]
    let buckets = NO_BUCKETS
    for (const [name, now] of figures) {
      const earlier = before.figures.get(name)
      counts = combined(counts, now, earlier)
      buckets = combinedBuckets(buckets, now.buckets, earlier?.buckets)
      memoryBytes += now.memoryBytes
      loopDelay = Math.max(loopDelay, now.loopDelay)
    }
    // all processes have the same stores
    const { partBytes, objectBytes } = any
    const held = { memoryBytes, partBytes, objectBytes, loopDelay }
    const stretch = { from: before.at, to: at, ...counts, ...held, buckets: busiest(buckets) }
    for (const tier of this.#tiers) append(tier, stretch)
  }

  /** The stretches of the last `spanMs`, the oldest first, from the finest tier that reaches as far. */
  list(spanMs: number, now: number): readonly MetricsMoment[] {
    return this.#kept(spanMs, now).map(momentOf)
  }

  /** The requests of the last `spanMs` by bucket, the busiest first. */
  buckets(spanMs: number, now: number): readonly BucketMoment[] {
    const all = this.#kept(spanMs, now).reduce((sum, { buckets }) => combinedBuckets(sum, buckets), NO_BUCKETS)
    return [...busiest(all)].map(([name, counts]) => ({ name, ...counts }))
  }

  #kept(spanMs: number, now: number): readonly Stretch[] {
    const tier = this.#tiers.find(({ stepMs, most }) => stepMs * most >= spanMs) ?? this.#tiers.at(-1)
    return (tier?.kept ?? []).filter(({ to }) => to > now - spanMs)
  }
}

function combinedBuckets(
  sum: ReadonlyMap<string, BucketFigures>,
  now: ReadonlyMap<string, BucketFigures>,
  before = NO_BUCKETS,
): ReadonlyMap<string, BucketFigures> {
  const all = new Map(sum)
  for (const [name, counts] of now) {
    const earlier = before.get(name)
    // a bucket that made room for others meanwhile is counted from its next request on
    const isSame = earlier !== undefined && FIGURES.every((figure) => counts[figure] >= earlier[figure])
    const more = combinedRequests(all.get(name) ?? NO_REQUESTS, counts, isSame ? earlier : NO_REQUESTS)
    if (more.requests > 0) all.set(name, more)
  }
  return all
}

function busiest(buckets: ReadonlyMap<string, BucketFigures>): ReadonlyMap<string, BucketFigures> {
  return new Map([...buckets].sort(([, one], [, other]) => other.requests - one.requests).slice(0, BUCKETS_MAX))
}

/** `sum` and what was counted between two readings. */
function combinedRequests(sum: BucketFigures, now: BucketFigures, before = NO_REQUESTS): BucketFigures {
  const more = (name: keyof BucketFigures) => sum[name] + now[name] - before[name]
  return {
    requests: more('requests'),
    failures: more('failures'),
    bytesReceived: more('bytesReceived'),
    bytesSent: more('bytesSent'),
    parts: more('parts'),
  }
}

/** `sum` and what was counted between two readings of a process; its earlier counts are 0 where it was not read before. */
function combined(sum: Counts, now: Counts, before: Counts = NOTHING): Counts {
  const more = (name: 'replacedParts' | 'repeatedCompletes' | 'failedCompletes') => sum[name] + now[name] - before[name]
  return {
    ...combinedRequests(sum, now, before),
    replacedParts: more('replacedParts'),
    repeatedCompletes: more('repeatedCompletes'),
    failedCompletes: more('failedCompletes'),
    durations: now.durations.map(
      (count, index) => (sum.durations[index] ?? 0) + count - (before.durations[index] ?? 0),
    ),
  }
}

/** Stretches of one step are one; what was held is that of the latest, and the delay the longest. */
function append({ stepMs, most, kept }: Tier, stretch: Stretch): void {
  const last = kept.at(-1)
  if (last !== undefined && Math.floor(last.to / stepMs) === Math.floor(stretch.to / stepMs)) {
    const buckets = busiest(combinedBuckets(last.buckets, stretch.buckets))
    const loopDelay = Math.max(last.loopDelay, stretch.loopDelay)
    kept[kept.length - 1] = { ...stretch, ...combined(last, stretch), buckets, loopDelay, from: last.from }
    return
  }
  kept.push(stretch)
  if (kept.length > most) kept.shift()
}

function momentOf({ from, to, durations, ...rest }: Stretch): MetricsMoment {
  const { requests, failures, bytesReceived, bytesSent, parts, memoryBytes, partBytes, objectBytes } = rest
  const { replacedParts, repeatedCompletes, failedCompletes, loopDelay } = rest
  return {
    ...{ at: to, seconds: (to - from) / 1_000, requests, failures, bytesReceived, bytesSent, parts },
    durations: requests === 0 ? null : [within(durations, 0.5), within(durations, 0.95), within(durations, 0.99)],
    ...{ memoryBytes, partBytes, objectBytes, replacedParts, repeatedCompletes, failedCompletes, loopDelay },
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
