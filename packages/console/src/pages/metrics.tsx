import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { bytes, count, percent } from '../app/format.js'
import { useWords } from '../app/language.js'
import { Notice } from '../parts/notice.js'
import { type PlainColumn, PlainTable } from '../parts/plain-table.js'
import { Sparkline } from '../parts/sparkline.js'
import { byLabel, quantile, readMetrics, type Sample, sumOf } from '../wire/metrics.js'
import { MetricsHistory } from './metrics-history.js'

const EVERY_MS = 2_000
/** Five minutes. */
const KEPT = 150
const ROWS_MAX = 25

interface Moment {
  readonly at: number
  readonly samples: readonly Sample[]
}

/** Rates between two moments, per second. */
interface Rates {
  readonly requests: number
  readonly failures: number
  readonly received: number
  readonly sent: number
  readonly parts: number
}

const REQUESTS = 'bindery_http_requests_total'

function ratesBetween(before: Moment, after: Moment): Rates {
  const seconds = Math.max(0.001, (after.at - before.at) / 1000)
  const rate = (name: string, pick: (sample: Sample) => boolean = () => true) =>
    Math.max(0, sumOf(after.samples.filter(pick), name) - sumOf(before.samples.filter(pick), name)) / seconds
  return {
    requests: rate(REQUESTS),
    failures: rate(REQUESTS, ({ labels }) => (labels.status ?? '') >= '400'),
    received: rate('bindery_http_received_bytes_total'),
    sent: rate('bindery_http_sent_bytes_total'),
    parts: rate(REQUESTS, ({ labels }) => labels.op === 'UploadPart'),
  }
}

/** The server's recent past, and its metrics while the page is open. */
export function MetricsPage(): JSX.Element {
  const words = useWords()
  const [moments, setMoments] = useState<readonly Moment[]>([])
  const [error, setError] = useState<unknown>(undefined)
  useEffect(() => {
    const stop = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = async () => {
      const samples = await readMetrics(stop.signal)
      setMoments((all) => [...all.slice(-KEPT), { at: Date.now(), samples }])
      setError(undefined)
    }
    const loop = () =>
      void read()
        .catch((failure: unknown) => stop.signal.aborted || setError(failure))
        .finally(() => {
          if (!stop.signal.aborted) timer = setTimeout(loop, EVERY_MS)
        })
    loop()
    return () => {
      stop.abort()
      clearTimeout(timer)
    }
  }, [])
  const rates = moments.slice(1).map((moment, index) => ratesBetween(moments[index] ?? moment, moment))
  const now = moments.at(-1)
  return (
    <div class="page">
      <header>
        <h1>{words.place.metrics}</h1>
      </header>
      <MetricsHistory />
      <div class="row apart">
        <h2>{words.metrics.now}</h2>
        <span class="muted">{words.metrics.about}</span>
      </div>
      {error !== undefined && <Notice kind="warn">{words.metrics.forbidden}</Notice>}
      {now && <Charts rates={rates} />}
      {now && <Operations samples={now.samples} />}
      <p class="muted small">
        {words.metrics.prometheus}{' '}
        <a href="/-/metrics" target="_blank" rel="noopener noreferrer">
          /-/metrics
        </a>
      </p>
    </div>
  )
}

function Charts({ rates }: { readonly rates: readonly Rates[] }): JSX.Element {
  const words = useWords()
  const perSecond = (value: number) => `${count(Math.round(value * 10) / 10)}/s`
  const speed = (value: number) => `${bytes(value)}/s`
  const charts: readonly (readonly [keyof Rates, (value: number) => string])[] = [
    ['requests', perSecond],
    ['failures', perSecond],
    ['received', speed],
    ['sent', speed],
    ['parts', perSecond],
  ]
  return (
    <div class="figures five">
      {charts.map(([name, show]) => {
        const values = rates.map((one) => one[name])
        const last = values.at(-1) ?? 0
        return (
          <section key={name} class="card figure">
            <h3 class="muted small">{words.metrics.rates[name]}</h3>
            <strong>{show(last)}</strong>
            <Sparkline
              values={values}
              label={words.metrics.chart(words.metrics.rates[name], show(Math.max(0, ...values)))}
            />
          </section>
        )
      })}
    </div>
  )
}

function Operations({ samples }: { readonly samples: readonly Sample[] }): JSX.Element {
  const words = useWords()
  const seconds = (value: number | undefined) => {
    if (value === undefined) return '–'
    return Number.isFinite(value) ? `≤ ${count(value * 1000)} ms` : '> 300 s'
  }
  const columns: readonly PlainColumn<readonly [op: string, total: number]>[] = [
    { title: words.metrics.operation, cell: ([op]) => op },
    { title: words.metrics.requests, kind: 'number', cell: ([, total]) => count(total) },
    ...([0.5, 0.95, 0.99] as const).map(
      (share): PlainColumn<readonly [string, number]> => ({
        title: percent(share),
        kind: 'number',
        cell: ([op]) => seconds(quantile(samples, op, share)),
      }),
    ),
  ]
  return (
    <PlainTable columns={columns} rows={byLabel(samples, REQUESTS, 'op').slice(0, ROWS_MAX)} keyOf={([op]) => op} />
  )
}
