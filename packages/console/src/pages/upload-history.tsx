import type { JSX } from 'preact'
import { bytes, clock, clockTime, count, time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { Chart } from '../parts/chart.js'
import type { FullPartsMap } from '../wire/uploads.js'

/** When the parts of an upload arrived: as a chart, and its beginning, pauses and last part in words. */
export function UploadHistory({ map }: { readonly map: FullPartsMap }): JSX.Element | null {
  const words = useWords()
  const { timeline, initiated, lastActivity } = map
  const { firstPart, slotMs, pauses } = timeline
  if (firstPart === undefined) return null
  const begun = Date.parse(initiated)
  const last = Date.parse(lastActivity)
  const points = timeline.bytes.map((value, slot) => ({ at: begun + slot * slotMs, value: (value * 1_000) / slotMs }))
  const most = Math.max(...points.map(({ value }) => value))
  const after = (at: number) => words.upload.after(clock((at - begun) / 1_000))
  return (
    <section class="card stack">
      <h2>{words.upload.history}</h2>
      <Chart
        title={words.upload.rateOverTime}
        points={points}
        show={(value) => `${bytes(value)}/s`}
        showTime={clockTime}
        label={words.upload.rateOverTime}
        foot={words.history.most(`${bytes(most)}/s`)}
      />
      <dl class="facts">
        <dt>{words.uploads.begun}</dt>
        <dd>{time(begun)}</dd>
        <dt>{words.upload.firstPart}</dt>
        <dd>
          {time(Date.parse(firstPart))} <span class="muted">({after(Date.parse(firstPart))})</span>
        </dd>
        {pauses.map(({ from, to }) => (
          <Pause key={from} from={Date.parse(from)} to={Date.parse(to)} />
        ))}
        <dt>{words.upload.lastPart}</dt>
        <dd>
          {time(last)} <span class="muted">({after(last)})</span>
        </dd>
      </dl>
      <p class="muted small">{words.upload.historyHint}</p>
    </section>
  )
}

function Pause({ from, to }: { readonly from: number; readonly to: number }): JSX.Element {
  const words = useWords()
  return (
    <>
      <dt>{words.upload.pause}</dt>
      <dd>
        {time(from)} – {time(to)} <span class="muted">({clock((to - from) / 1_000)})</span>
      </dd>
    </>
  )
}

/** The client that began an upload, and what it stated about the object: rows of a list of facts. */
export function StatedFacts({ map: { initiator, client, object } }: { readonly map: FullPartsMap }): JSX.Element {
  const words = useWords()
  const pairs: readonly (readonly [title: string, value: string | undefined])[] = [
    [words.upload.initiator, initiator],
    [words.keyId, client?.accessKeyId],
    [words.upload.from, client && [client.remoteAddress, client.userAgent].filter(Boolean).join(' · ')],
    ['Content-Type', object?.contentType],
    ['ACL', object?.acl],
    [words.upload.encryption, object?.encryption],
    [words.object.tagsTitle, listed(object?.tags.map(({ key, value }) => [key, value]))],
    [words.object.metadata, listed(Object.entries(object?.metadata ?? {}))],
  ]
  return (
    <>
      {pairs.map(
        ([title, value]) =>
          value !== undefined && (
            <>
              <dt>{title}</dt>
              <dd class="break">{value}</dd>
            </>
          ),
      )}
    </>
  )
}

function listed(pairs: readonly (readonly string[])[] | undefined): string | undefined {
  return pairs === undefined || pairs.length === 0 ? undefined : pairs.map((pair) => pair.join('=')).join(', ')
}

/** How many bytes are stored, and how fast the last ones came. */
export function storedText(map: FullPartsMap, rate: number, words: ReturnType<typeof useWords>): string {
  const stored = words.upload.storedIn(bytes(map.bytes), count(map.partCount))
  return rate > 0 ? `${stored} · ${bytes(rate)}/s` : stored
}
