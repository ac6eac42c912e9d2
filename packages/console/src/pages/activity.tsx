import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { PageProps } from '../app/console.js'
import { time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { link, replace } from '../app/route.js'
import { useHolder } from '../app/shell.js'
import { shownKey } from '../app/shown-key.js'
import { useListing } from '../app/use-listing.js'
import { AsCommand, quoted } from '../parts/as-command.js'
import { Dialog } from '../parts/dialog.js'
import { TextField } from '../parts/field.js'
import { Icon } from '../parts/icon.js'
import { Failure } from '../parts/notice.js'
import { Empty } from '../parts/states.js'
import { type Column, VirtualTable } from '../parts/virtual-table.js'
import { type Explanation, explainRefusal } from '../wire/explanation.js'
import { lookUpEvents, type TrailEvent } from '../wire/trail.js'
import { Explained } from './explained.js'
import { Requests } from './requests.js'

const TABS = ['requests', 'actions', 'why'] as const

/** The requests that the server answers, the control actions of the account, and why a request was refused. */
export function ActivityPage({ query }: PageProps): JSX.Element {
  const words = useWords()
  // users never see the requests of others
  const first = useHolder()?.Kind === 'account' ? 'requests' : 'actions'
  const tab = TABS.find((one) => one === query.tab) ?? first
  return (
    <div class="page full">
      <header>
        <h1>{words.place.activity}</h1>
      </header>
      <nav class="tabs" aria-label={words.place.activity}>
        {TABS.map((one) => (
          <a key={one} href={link(['activity'], { tab: one })} aria-current={one === tab ? 'page' : undefined}>
            {words.activity.tabs[one]}
          </a>
        ))}
      </nav>
      {tab === 'requests' && <Requests find={query.find ?? ''} outcome={query.outcome ?? ''} />}
      {tab === 'actions' && <Actions bucket={query.bucket ?? ''} event={query.event ?? ''} />}
      {tab === 'why' && <Explain first={query.request ?? ''} />}
    </div>
  )
}

function Actions({ bucket, event }: { readonly bucket: string; readonly event: string }): JSX.Element {
  const words = useWords()
  const listing = useListing((position) => lookUpEvents({ bucket, event }, position), [bucket, event])
  const [opened, setOpened] = useState<TrailEvent | undefined>()
  const filter = (more: Record<string, string>) =>
    replace(link(['activity'], { tab: 'actions', bucket, event, ...more }))
  return (
    <>
      <div class="toolbar">
        <input
          type="search"
          placeholder={words.activity.bucket}
          aria-label={words.activity.bucket}
          value={bucket}
          onChange={({ currentTarget }) => filter({ bucket: currentTarget.value.trim() })}
        />
        <input
          type="search"
          placeholder={words.activity.operation}
          aria-label={words.activity.operation}
          value={event}
          onChange={({ currentTarget }) => filter({ event: currentTarget.value.trim() })}
        />
        <span class="grow" />
        <button type="button" class="button icon" aria-label={words.refresh} onClick={listing.again}>
          <Icon name="again" />
        </button>
      </div>
      {listing.error !== undefined && <Failure error={listing.error} />}
      {listing.rows.length === 0 && listing.isComplete ? (
        <Empty text={words.activity.none} command="bindery admin audit" />
      ) : (
        <VirtualTable
          label={words.activity.tabs.actions}
          columns={columnsOf(words)}
          rows={listing.rows}
          isComplete={listing.isComplete}
          keyOf={({ RequestId, EventName }) => `${RequestId} ${EventName}`}
          nameOf={({ EventName }) => EventName}
          onEnd={listing.more}
          onOpen={setOpened}
        />
      )}
      {opened && <EventDialog event={opened} onClose={() => setOpened(undefined)} />}
    </>
  )
}

function identityOf({ UserIdentity: identity }: TrailEvent): string {
  if (typeof identity === 'string') return identity
  return identity.UserName ?? identity.AccessKeyId ?? identity.AccountId ?? ''
}

function columnsOf(words: ReturnType<typeof useWords>): readonly Column<TrailEvent>[] {
  return [
    {
      name: 'time',
      title: words.activity.time,
      width: '204px',
      cell: ({ EventTime }) => time(Date.parse(EventTime)),
    },
    { name: 'event', title: words.activity.operation, width: '230px', cell: ({ EventName }) => EventName },
    {
      name: 'on',
      title: words.activity.on,
      cell: ({ Bucket = '', Key = '', Subject = [] }) =>
        [...(Bucket === '' ? [] : [shownKey(Key === '' ? Bucket : `${Bucket}/${Key}`)]), ...Subject].join(', '),
    },
    { name: 'who', title: words.activity.by, width: '236px', cell: identityOf },
    {
      name: 'outcome',
      title: words.activity.outcome,
      width: '150px',
      cell: ({ ErrorCode }) =>
        ErrorCode === undefined ? (
          <span class="badge good">{words.activity.succeeded}</span>
        ) : (
          <span class="badge bad">{ErrorCode}</span>
        ),
    },
  ]
}

function EventDialog({ event, onClose }: { readonly event: TrailEvent; readonly onClose: () => void }): JSX.Element {
  const words = useWords()
  return (
    <Dialog
      title={event.EventName}
      onClose={onClose}
      commands={[`bindery admin audit --event ${event.EventName}`]}
      wide
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it may scroll, and then the keyboard must reach it */}
      <pre class="block" tabIndex={0}>
        {JSON.stringify(event, undefined, 2)}
      </pre>
      <footer>
        <button type="button" class="button" onClick={onClose}>
          {words.close}
        </button>
      </footer>
    </Dialog>
  )
}

/** Names the rule that refused a request, by the id that the refusal showed. */
function Explain({ first }: { readonly first: string }): JSX.Element {
  const words = useWords()
  const [id, setId] = useState(first)
  const [answer, setAnswer] = useState<Explanation | undefined>()
  const [error, setError] = useState<unknown>(undefined)
  const explain = async () => {
    setError(undefined)
    setAnswer(undefined)
    setAnswer(await explainRefusal(id.trim()))
  }
  useEffect(() => {
    if (first !== '') explain().catch(setError)
  }, [first])
  return (
    <form
      class="card stack"
      onSubmit={(event) => {
        event.preventDefault()
        explain().catch(setError)
      }}
    >
      <TextField
        label={words.activity.requestId}
        hint={words.activity.requestIdHint}
        value={id}
        onChange={setId}
        required
      />
      <div>
        <button type="submit" class="button primary">
          {words.activity.explain}
        </button>
      </div>
      {error !== undefined && <Failure error={error} />}
      {answer !== undefined && <Explained explanation={answer} />}
      <AsCommand lines={[`bindery admin explain --request ${quoted(id.trim() || 'REQUEST')}`]} />
    </form>
  )
}
