/** The metrics of the server, as text of Prometheus. */
import { ServerError } from './server-error.js'

/** One sample: its name, its labels and its value. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const LINE = /^([a-z_:][\w:]*)(?:\{([^}]*)\})? (\S+)$/i
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g

/** All samples now. Throws ServerError 403 where the page is not served to this machine. */
export async function readMetrics(signal?: AbortSignal): Promise<readonly Sample[]> {
  const response = await fetch('/-/metrics', { cache: 'no-store', ...(signal && { signal }) })
  if (!response.ok) {
    throw new ServerError({ status: response.status, code: 'MetricsForbidden', message: await response.text() })
  }
  return parseMetrics(await response.text())
}

/** The samples of a text. */
export function parseMetrics(text: string): readonly Sample[] {
  const samples: Sample[] = []
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] = LINE.exec(line) ?? []
    if (name === undefined) continue
    const pairs = [...labels.matchAll(LABEL)].map(([, label = '', content = '']) => [label, content] as const)
    samples.push({ name, labels: Object.fromEntries(pairs), value: Number(value) })
  }
  return samples
}

/** The sum of a metric over all its labels. */
export function sumOf(samples: readonly Sample[], name: string): number {
  return samples.reduce((sum, sample) => (sample.name === name ? sum + sample.value : sum), 0)
}

/** The sums of a metric by the values of a label, the largest first. */
export function byLabel(
  samples: readonly Sample[],
  name: string,
  label: string,
): readonly (readonly [string, number])[] {
  const sums = new Map<string, number>()
  for (const sample of samples) {
    if (sample.name !== name) continue
    const key = sample.labels[label] ?? ''
    sums.set(key, (sums.get(key) ?? 0) + sample.value)
  }
  return [...sums].sort(([, one], [, other]) => other - one)
}

/** The bound in seconds under which a share of the requests were answered, from a histogram; undefined without requests. */
export function quantile(samples: readonly Sample[], op: string, share: number): number | undefined {
  const buckets = samples
    .filter(({ name, labels }) => name === 'bindery_http_request_duration_seconds_bucket' && labels.op === op)
    .map(({ labels, value }) => [Number(labels.le === '+Inf' ? Number.POSITIVE_INFINITY : labels.le), value] as const)
    .sort(([one], [other]) => one - other)
  const all = buckets.at(-1)?.[1] ?? 0
  if (all === 0) return undefined
  return buckets.find(([, count]) => count >= all * share)?.[0]
}
