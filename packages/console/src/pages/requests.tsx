import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { bytes, clockTime, count } from '../app/format.js'
import { useWords } from '../app/language.js'
import { link } from '../app/route.js'
import { shownKey } from '../app/shown-key.js'
import { Choice } from '../parts/field.js'
import { Icon } from '../parts/icon.js'
import { Failure } from '../parts/notice.js'
import { Empty } from '../parts/states.js'
import { type Column, VirtualTable } from '../parts/virtual-table.js'
import { isShown, listRequests, type RecentRequest, type RequestFilter } from '../wire/requests.js'
import { RequestDialog } from './request-dialog.js'

const EVERY_MS = 2_000
const KEPT_MAX = 5_000

interface Live {
  readonly requests: readonly RecentRequest[]
  readonly error: unknown
}

/** The requests that the server answers, as they come. */
export function Requests(): JSX.Element {
  const words = useWords()
  const [isPaused, setPaused] = useState(false)
  const [filter, setFilter] = useState<RequestFilter>({ text: '', outcome: 'all' })
  const [opened, setOpened] = useState<RecentRequest | undefined>()
  const { requests, error } = useLive(isPaused)
  const shown = requests.filter((request) => isShown(request, filter))
  return (
    <>
      <div class="toolbar">
        <input
          type="search"
          class="wide"
          placeholder={words.requests.find}
          aria-label={words.requests.find}
          value={filter.text}
          onInput={({ currentTarget }) => setFilter({ ...filter, text: currentTarget.value.trim() })}
        />
        <Choice
          label={words.activity.outcome}
          hidesLabel
          value={filter.outcome}
          onChange={(outcome) => setFilter({ ...filter, outcome })}
          options={(['all', 'failed', 'refused'] as const).map((one) => [one, words.requests.outcomes[one]] as const)}
        />
        <span class="grow" />
        <span class="muted" role="status">
          {isPaused ? words.requests.paused : words.requests.listed(count(shown.length))}
        </span>
        <button type="button" class="button" aria-pressed={isPaused} onClick={() => setPaused(!isPaused)}>
          <Icon name={isPaused ? 'play' : 'pause'} />
          {isPaused ? words.requests.goOn : words.requests.pause}
        </button>
      </div>
      {error !== undefined && <Failure error={error} />}
      {shown.length === 0 ? (
        <Empty text={words.requests.none} command="bindery admin requests" />
      ) : (
        <VirtualTable
          label={words.activity.tabs.requests}
          columns={columnsOf(words)}
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

/** Reads what is new every two seconds; a request of the millisecond before may come late, so one second is read again. */
function useLive(isPaused: boolean): Live {
  const [live, setLive] = useState<Live>({ requests: [], error: undefined })
  useEffect(() => {
    if (isPaused) return
    let timer: ReturnType<typeof setTimeout> | undefined
    let isOver = false
    let since = 0
    const read = async () => {
      const found = await listRequests(since)
      const [newest] = found
      if (newest !== undefined) since = Date.parse(newest.EventTime) - 1_000
      if (!isOver) setLive(({ requests }) => ({ requests: merged(found, requests), error: undefined }))
    }
    const loop = () =>
      void read()
        .catch((error: unknown) => setLive(({ requests }) => ({ requests, error })))
        .finally(() => {
          if (!isOver) timer = setTimeout(loop, EVERY_MS)
        })
    loop()
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [isPaused])
  return live
}

/** The newest first, each once. */
function merged(found: readonly RecentRequest[], known: readonly RecentRequest[]): readonly RecentRequest[] {
  const ids = new Set(known.slice(0, KEPT_MAX).map(({ RequestId }) => RequestId))
  const fresh = found.filter(({ RequestId }) => !ids.has(RequestId))
  return fresh.length === 0 ? known : [...fresh, ...known].slice(0, KEPT_MAX)
}

function columnsOf(words: ReturnType<typeof useWords>): readonly Column<RecentRequest>[] {
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
