import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { bytes, count, time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { useLoad } from '../app/use-load.js'
import { Choice } from '../parts/field.js'
import { Sparkline } from '../parts/sparkline.js'
import { WhenLoaded } from '../parts/states.js'
import { listMoments, type MetricsMoment, SPANS, type Span } from '../wire/moments.js'

/** As often as the server reads its figures. */
const EVERY_MS = 30_000

const perSecond = (value: number) => `${count(Math.round(value * 10) / 10)}/s`
const speed = (value: number) => `${bytes(value)}/s`
const milliseconds = (value: number) => `${count(Math.round(value * 1_000))} ms`

const CHARTS: readonly (readonly [Exclude<keyof MetricsMoment, 'at'>, (value: number) => string])[] = [
  ['requestsPerSecond', perSecond],
  ['failuresPerSecond', perSecond],
  ['p95', milliseconds],
  ['receivedPerSecond', speed],
  ['sentPerSecond', speed],
  ['partsPerSecond', perSecond],
  ['objectBytes', bytes],
  ['partBytes', bytes],
  ['memory', bytes],
]

/** The recent past of the server, as it remembers it. */
export function MetricsHistory(): JSX.Element {
  const words = useWords()
  const [span, setSpan] = useState<Span>('1h')
  const moments = useLoad(() => listMoments(span), [span])
  useEffect(() => {
    const timer = setInterval(moments.again, EVERY_MS)
    return () => clearInterval(timer)
  }, [moments.again])
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
        {(all) => (all.length === 0 ? <p class="muted">{words.history.none}</p> : <Charts moments={all} />)}
      </WhenLoaded>
    </section>
  )
}

function Charts({ moments }: { readonly moments: readonly MetricsMoment[] }): JSX.Element {
  const words = useWords()
  const since = moments[0]?.at ?? 0
  return (
    <>
      <div class="figures">
        {CHARTS.map(([name, show]) => {
          const values = moments.map((moment) => moment[name])
          const most = show(Math.max(0, ...values))
          const title = words.history.charts[name]
          return (
            <section key={name} class="card figure">
              <h3 class="muted small">{title}</h3>
              <strong>{show(values.at(-1) ?? 0)}</strong>
              <Sparkline values={values} label={words.metrics.chart(title, most)} />
              <span class="muted small">{words.history.most(most)}</span>
            </section>
          )
        })}
      </div>
      <p class="muted small">{words.history.since(time(since))}</p>
    </>
  )
}
