import { AggregatorRegistry, type MetricObject, type Registry, type RegistryContentType } from 'prom-client'

/** Metrics of a process in a form that can be sent to another process. */
export type MetricValues = readonly Metric[]

/** A metric as the library exports it for aggregation. */
export interface Metric {
  readonly name: string
  readonly help: string
  readonly type: string
  readonly aggregator: string
  readonly values: readonly Sample[]
}

/** One value of a metric. */
export interface Sample {
  readonly labels: Readonly<Partial<Record<string, string | number>>>
  readonly value: number
  /** The series of a histogram that it belongs to. */
  readonly metricName?: string
}

/** The metrics that the library holds. */
export async function valuesOf(registry: Registry): Promise<MetricValues> {
  // its type declares an enumeration where it has text
  return (await registry.getMetricsAsJSON()) as unknown as MetricValues
}

/** A counter of one process: one value, or one per combination of labels. */
export function counter(name: string, help: string, values: number | readonly Sample[]): Metric {
  return { name, help, type: 'counter', aggregator: 'sum', values: samplesOf(values) }
}

/** A value of one process that may fall again, or one per combination of labels; of all processes the sum. */
export function gauge(name: string, help: string, value: number | readonly Sample[]): Metric {
  return { name, help, type: 'gauge', aggregator: 'sum', values: samplesOf(value) }
}

/** As `gauge`; of all processes the largest. */
export function largest(name: string, help: string, value: number): Metric {
  return { ...gauge(name, help, value), aggregator: 'max' }
}

/** One sample per value of a label. */
export function byLabel(label: string, values: Iterable<readonly [string, number]>): Sample[] {
  return [...values].map(([name, value]) => ({ labels: { [label]: name }, value }))
}

function samplesOf(values: number | readonly Sample[]): readonly Sample[] {
  return typeof values === 'number' ? [{ labels: {}, value: values }] : values
}

/** Durations or amounts of one process by bounds that are set beforehand. They are counted in plain numbers: the library looks for a series each time. */
export class Histogram {
  readonly #bounds: readonly number[]
  /** By the least bound that holds the value; the last: larger than all of them. */
  readonly #counts: number[]
  #sum = 0

  /** `bounds`: ascending, in the unit of the values. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = new Array<number>(bounds.length + 1).fill(0)
  }

  /** Observed values by the least bound that holds them; the last: larger than all bounds. */
  get counts(): readonly number[] {
    return this.#counts
  }

  /** Observed values. */
  get count(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0)
  }

  observe(value: number): void {
    let index = 0
    while (index < this.#bounds.length && value > (this.#bounds[index] ?? 0)) index += 1
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
    this.#sum += value
  }

  /** In the form of Prometheus: each bucket counts everything up to its bound. */
  samples(name: string, labels: Sample['labels']): readonly Sample[] {
    let count = 0
    const buckets = this.#counts.map((own, index) => {
      count += own
      return { labels: { le: this.#bounds[index] ?? '+Inf', ...labels }, value: count, metricName: `${name}_bucket` }
    })
    const sum = { labels, value: this.#sum, metricName: `${name}_sum` }
    return [...buckets, sum, { labels, value: count, metricName: `${name}_count` }]
  }
}

/** A histogram of one process, with one series per combination of labels. */
export function histogram(
  name: string,
  help: string,
  series: readonly (readonly [labels: Sample['labels'], Histogram])[],
): Metric {
  const values = series.flatMap(([labels, counts]) => counts.samples(name, labels))
  return { name, help, type: 'histogram', aggregator: 'sum', values }
}

/** The forms of the metrics. */
export type MetricsFormat = 'prometheus' | 'openmetrics'

/** The media type of each form. */
export const METRICS_TYPES: Readonly<Record<MetricsFormat, RegistryContentType>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}

/** The text for the metrics of all processes: sums, and averages of event loop delays. */
export async function metricsText(
  ofProcesses: readonly MetricValues[],
  format: MetricsFormat = 'prometheus',
): Promise<string> {
  const values = format === 'prometheus' ? ofProcesses : ofProcesses.map((metrics) => metrics.map(forOpenMetrics))
  const all = AggregatorRegistry.aggregate(values as unknown as MetricObject[][])
  all.setContentType(METRICS_TYPES[format])
  return all.metrics()
}

/** OpenMetrics names counters without the ending of their values, which the library adds, and bounds are never whole numbers. */
function forOpenMetrics(metric: Metric): Metric {
  if (metric.type === 'counter') return { ...metric, name: metric.name.replace(/_total$/, '') }
  if (metric.type !== 'histogram') return metric
  const values = metric.values.map(({ labels, ...sample }) => {
    const { le } = labels
    return { ...sample, labels: typeof le === 'number' && Number.isInteger(le) ? { ...labels, le: `${le}.0` } : labels }
  })
  return { ...metric, values }
}
