import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { bytes, clockTime, count } from '../app/format.js'
import { useWords } from '../app/language.js'
import { link } from '../app/route.js'
import { shownKey } from '../app/shown-key.js'
import { useStore } from '../app/store.js'
import { Check, Choice } from '../parts/field.js'
import { Icon } from '../parts/icon.js'
import { Failure, Notice } from '../parts/notice.js'
import { Empty } from '../parts/states.js'
import { type Column, VirtualTable } from '../parts/virtual-table.js'
import { followRequests, isShown, OUTCOMES, PACES, type RecentRequest, type RequestFilter } from '../wire/requests.js'
import { currentSession } from '../wire/session.js'
import { RequestDialog } from './request-dialog.js'

const KEPT_MAX = 5_000
/** A stream that is opened again begins with requests that are known. */
const OVERLAP = 1_000

interface Live {
  readonly requests: readonly RecentRequest[]
  /** Those that came while the list was paused. */
  readonly waiting: readonly RecentRequest[]
  /** Whether the server did not send some. */
  readonly hasSkipped: boolean
  readonly error: unknown
}

const NOTHING: Live = { requests: [], waiting: [], hasSkipped: false, error: undefined }

/** The requests that the server answers, as they come. `find` and `outcome`: the first filter. */
export function Requests({ find, outcome }: { readonly find: string; readonly outcome: string }): JSX.Element {
  const words = useWords()
  const [isPaused, setPaused] = useState(false)
  const own = useStore(currentSession)?.key.accessKeyId
  const [hidesOwn, setHidesOwn] = useState(true)
  const [filter, setFilter] = useState<Omit<RequestFilter, 'without'>>({
    text: find,
    outcome: OUTCOMES.find((one) => one === outcome) ?? 'all',
    pace: '0',
  })
  const [opened, setOpened] = useState<RecentRequest | undefined>()
  const { requests, waiting, hasSkipped, error } = useLive(isPaused)
  const without = hidesOwn ? own : undefined
  const shown = requests.filter((request) => isShown(request, { ...filter, without }))
  return (
    <>
      <div class="toolbar live">
        <input
          type="search"
          placeholder={words.requests.find}
          aria-label={words.requests.find}
          value={filter.text}
          onInput={({ currentTarget }) => setFilter({ ...filter, text: currentTarget.value })}
        />
        <Choice
          label={words.activity.outcome}
          hidesLabel
          value={filter.outcome}
          onChange={(outcome) => setFilter({ ...filter, outcome })}
          options={OUTCOMES.map((one) => [one, words.requests.outcomes[one]] as const)}
        />
        <Choice
          label={words.requests.took}
          hidesLabel
          value={filter.pace}
          onChange={(pace) => setFilter({ ...filter, pace })}
          options={PACES.map((one) => [one, words.requests.paces[one]] as const)}
        />
        <Check label={words.requests.hidesOwn} checked={hidesOwn} onChange={setHidesOwn} />
        <span class="grow" />
        <span class="muted" role="status">
          {isPaused ? words.requests.paused(count(waiting.length)) : words.requests.listed(count(shown.length))}
        </span>
        <button type="button" class="button" aria-pressed={isPaused} onClick={() => setPaused(!isPaused)}>
          <Icon name={isPaused ? 'play' : 'pause'} />
          {isPaused ? words.requests.goOn : words.requests.pause}
        </button>
      </div>
      {error !== undefined && <Failure error={error} />}
      {hasSkipped && <Notice kind="warn">{words.requests.skipped}</Notice>}
      {shown.length === 0 ? (
        <Empty text={words.requests.none} command="bindery admin follow" />
      ) : (
        <VirtualTable
          label={words.activity.tabs.requests}
          columns={requestColumns(words)}
          rows={shown}
          isComplete
          keyOf={({ RequestId }) => RequestId}
          nameOf={({ EventName, Method }) => EventName ?? Method}
          onEnd={() => {}}
          onOpen={setOpened}
        />
      )}
      {opened && <RequestDialog request={opened} onClose={() => setOpened(undefined)} />}
    </>
  )
}

/** Follows the requests of the server. While the list is paused, those that come are kept until it goes on. */
function useLive(isPaused: boolean): Live {
  const [live, setLive] = useState<Live>(NOTHING)
  const paused = useRef(isPaused)
  paused.current = isPaused
  useEffect(
    () =>
      followRequests({
        onRequests: (found) =>
          setLive(({ requests, waiting }) =>
            paused.current
              ? { ...NOTHING, requests, waiting: merged(found, waiting) }
              : { ...NOTHING, requests: merged(found, requests) },
          ),
        onSkipped: () => setLive((now) => ({ ...now, hasSkipped: true })),
        onError: (error) => setLive((now) => ({ ...now, error })),
      }),
    [],
  )
  useEffect(() => {
    if (!isPaused)
      setLive((now) => ({ ...now, requests: [...now.waiting, ...now.requests].slice(0, KEPT_MAX), waiting: [] }))
  }, [isPaused])
  return live
}

/** The newest first, each once. */
function merged(found: readonly RecentRequest[], known: readonly RecentRequest[]): readonly RecentRequest[] {
  const ids = new Set(known.slice(0, found.length + OVERLAP).map(({ RequestId }) => RequestId))
  const fresh = found.filter(({ RequestId }) => !ids.has(RequestId)).reverse()
  return fresh.length === 0 ? known : [...fresh, ...known].slice(0, KEPT_MAX)
}

/** The columns of a list of requests. */
export function requestColumns(words: ReturnType<typeof useWords>): readonly Column<RecentRequest>[] {
  return [
    {
      name: 'time',
      title: words.activity.time,
      width: '96px',
      cell: ({ EventTime }) => clockTime(Date.parse(EventTime)),
    },
    {
      name: 'status',
      title: words.activity.outcome,
      width: '196px',
      cell: ({ Status, Code }) => (
        <span class={`badge ${Status < 400 ? 'good' : Status < 500 ? 'warn' : 'bad'}`}>
          {Code === undefined ? Status : `${Status} ${Code}`}
        </span>
      ),
    },
    {
      name: 'event',
      title: words.activity.operation,
      width: '176px',
      cell: ({ EventName, Method }) => EventName ?? Method,
    },
    {
      name: 'on',
      title: words.activity.on,
      cell: ({ Bucket, Key, Target }) => placeOf(Bucket, Key, Target),
    },
    { name: 'took', title: words.requests.took, width: '92px', isNumber: true, cell: tookOf },
    {
      name: 'bytes',
      title: words.size,
      width: '92px',
      isNumber: true,
      cell: ({ BytesReceived, BytesSent }) => bytes(Math.max(BytesReceived, BytesSent)),
    },
    { name: 'key', title: words.activity.by, width: '140px', cell: ({ AccessKeyId = '–' }) => AccessKeyId },
  ]
}

/** The milliseconds that a request took, as text. */
export function tookOf({ Milliseconds }: RecentRequest): string {
  return `${count(Milliseconds)} ms`
}

function placeOf(bucket: string | undefined, key: string | undefined, target: string): JSX.Element | string {
  if (bucket === undefined) return shownKey(target)
  const name = shownKey(key === undefined ? bucket : `${bucket}/${key}`)
  return (
    <a
      tabIndex={-1}
      href={key === undefined ? link(['buckets', bucket]) : link(['buckets', bucket, 'object'], { key })}
    >
      {name}
    </a>
  )
}
