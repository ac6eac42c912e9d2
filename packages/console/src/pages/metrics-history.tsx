import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { bytes, clockTime, count, percent, time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { link } from '../app/route.js'
import { useLoad } from '../app/use-load.js'
import { AsCommand } from '../parts/as-command.js'
import { Chart } from '../parts/chart.js'
import { Choice } from '../parts/field.js'
import { PlainTable } from '../parts/plain-table.js'
import { WhenLoaded } from '../parts/states.js'
import {
  type BucketMetrics,
  listBucketMetrics,
  listMoments,
  type MetricsMoment,
  SPANS,
  type Span,
} from '../wire/moments.js'

/** As often as the server reads its figures. */
const EVERY_MS = 30_000

const tenths = (value: number) => count(Math.round(value * 10) / 10)
const perSecond = (value: number) => `${tenths(value)}/s`
const perMinute = (value: number) => `${tenths(value)}/min`
const speed = (value: number) => `${bytes(value)}/s`
const milliseconds = (value: number) => `${tenths(value * 1_000)} ms`

type ChartName = Exclude<keyof MetricsMoment, 'at' | 'p50' | 'p99' | 'failedCompletes'>

const CHARTS = {
  traffic: [
    ['requestsPerSecond', perSecond],
    ['failuresPerSecond', perSecond],
    ['p95', milliseconds],
    ['receivedPerSecond', speed],
    ['sentPerSecond', speed],
  ],
  uploads: [
    ['partsPerSecond', perSecond],
    ['replacedPerMinute', perMinute],
    ['repeatedPerMinute', perMinute],
    ['failedCompletesPerMinute', perMinute],
    ['partBytes', bytes],
  ],
  server: [
    ['objectBytes', bytes],
    ['memory', bytes],
    ['loopDelay', milliseconds],
  ],
} as const satisfies Record<string, readonly (readonly [ChartName, (value: number) => string])[]>

const GROUPS = ['traffic', 'uploads', 'server'] as const

/** The recent past of the server, as it remembers it. */
export function MetricsHistory(): JSX.Element {
  const words = useWords()
  const [span, setSpan] = useState<Span>('1h')
  const moments = useLoad(() => listMoments(span), [span])
  const buckets = useLoad(() => listBucketMetrics(span), [span])
  useEffect(() => {
    const timer = setInterval(() => {
      moments.again()
      buckets.again()
    }, EVERY_MS)
    return () => clearInterval(timer)
  }, [moments.again, buckets.again])
  return (
    <section class="stack">
      <div class="row apart">
        <h2>{words.history.title}</h2>
        <Choice
          label={words.history.span}
          hidesLabel
          value={span}
          onChange={setSpan}
          options={SPANS.map((one) => [one, words.history.spans[one]] as const)}
        />
      </div>
      <WhenLoaded loaded={moments}>
        {(all) => (all.length === 0 ? <p class="muted">{words.history.none}</p> : <Charts moments={all} span={span} />)}
      </WhenLoaded>
      {moments.error === undefined && (
        <>
          <h3>{words.history.byBucket}</h3>
          <WhenLoaded loaded={buckets}>
            {(all) =>
              all.length === 0 ? <p class="muted">{words.history.noBucket}</p> : <BucketTable buckets={all} />
            }
          </WhenLoaded>
          <AsCommand lines={[`bindery admin metrics --span ${span}`, `bindery admin bucket-metrics --span ${span}`]} />
        </>
      )}
    </section>
  )
}

function Charts({ moments, span }: { readonly moments: readonly MetricsMoment[]; readonly span: Span }): JSX.Element {
  const words = useWords()
  const since = moments[0]?.at ?? 0
  const showTime = span === '30d' || span === '24h' ? time : clockTime
  return (
    <>
      {GROUPS.map((group) => (
        <section key={group} class="stack tight">
          <h3>{words.history.groups[group]}</h3>
          <div class={CHARTS[group].length > 4 ? 'figures five' : 'figures'}>
            {CHARTS[group].map(([name, show]) => {
              const points = moments.map((moment) => ({ at: moment.at, value: moment[name] }))
              const most = show(Math.max(0, ...points.map(({ value }) => value)))
              const title = words.history.charts[name]
              const last = moments.at(-1)
              const foot =
                name === 'p95' && last !== undefined
                  ? words.history.others(milliseconds(last.p50), milliseconds(last.p99))
                  : words.history.most(most)
              const label = words.metrics.chart(title, most)
              return <Chart key={name} {...{ title, points, show, showTime, label, foot }} />
            })}
          </div>
        </section>
      ))}
      <p class="muted small">{words.history.since(time(since))}</p>
    </>
  )
}

function BucketTable({ buckets }: { readonly buckets: readonly BucketMetrics[] }): JSX.Element {
  const words = useWords()
  return (
    <PlainTable
      rows={buckets}
      keyOf={({ Name }) => Name}
      columns={[
        { title: words.activity.bucket, cell: ({ Name }) => <a href={link(['buckets', Name])}>{Name}</a> },
        { title: words.metrics.requests, kind: 'number', cell: ({ Requests }) => count(Requests) },
        {
          title: words.metrics.rates.failures,
          kind: 'number',
          cell: ({ Requests, Failures }) => `${count(Failures)} (${percent(Failures / Math.max(1, Requests))})`,
        },
        { title: words.metrics.rates.received, kind: 'number', cell: ({ BytesReceived }) => bytes(BytesReceived) },
        { title: words.metrics.rates.sent, kind: 'number', cell: ({ BytesSent }) => bytes(BytesSent) },
        { title: words.metrics.rates.parts, kind: 'number', cell: ({ Parts }) => count(Parts) },
      ]}
    />
  )
}
