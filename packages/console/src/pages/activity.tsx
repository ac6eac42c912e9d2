import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { PageProps } from '../app/console.js'
import { time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { link, replace } from '../app/route.js'
import { shownKey } from '../app/shown-key.js'
import { useListing } from '../app/use-listing.js'
import { AsCommand, quoted } from '../parts/as-command.js'
import { Dialog } from '../parts/dialog.js'
import { TextField } from '../parts/field.js'
import { Icon } from '../parts/icon.js'
import { Failure } from '../parts/notice.js'
import { Empty } from '../parts/states.js'
import { type Column, VirtualTable } from '../parts/virtual-table.js'
import { explainRefusal, lookUpEvents, type TrailEvent } from '../wire/trail.js'

/** Control actions of the account, and why a request was refused. */
export function ActivityPage({ query }: PageProps): JSX.Element {
  const words = useWords()
  const { bucket = '', event = '' } = query
  const listing = useListing((position) => lookUpEvents({ bucket, event }, position), [bucket, event])
  const [opened, setOpened] = useState<TrailEvent | undefined>()
  const filter = (more: Record<string, string>) => replace(link(['activity'], { bucket, event, ...more }))
  return (
    <div class="page full">
      <header>
        <h1>{words.place.activity}</h1>
      </header>
      <Explain />
      <div class="toolbar">
        <h2>{words.activity.actions}</h2>
        <span class="grow" />
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
        <button type="button" class="button icon" aria-label={words.refresh} onClick={listing.again}>
          <Icon name="again" />
        </button>
      </div>
      {listing.error !== undefined && <Failure error={listing.error} />}
      {listing.rows.length === 0 && listing.isComplete ? (
        <Empty text={words.activity.none} command="bindery admin audit" />
      ) : (
        <VirtualTable
          label={words.activity.actions}
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
    </div>
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
      cell: ({ Bucket = '', Key = '' }) => shownKey(Key === '' ? Bucket : `${Bucket}/${Key}`),
    },
    { name: 'who', title: words.activity.by, width: '190px', cell: identityOf },
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
    <Dialog title={event.EventName} onClose={onClose} wide>
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
function Explain(): JSX.Element {
  const words = useWords()
  const [id, setId] = useState('')
  const [answer, setAnswer] = useState<Record<string, unknown> | undefined>()
  const [error, setError] = useState<unknown>(undefined)
  const explain = async () => {
    setError(undefined)
    setAnswer(undefined)
    setAnswer(await explainRefusal(id.trim()))
  }
  return (
    <details class="card">
      <summary>{words.activity.whyDenied}</summary>
      <form
        class="stack"
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
        {error !== undefined && <Failure error={error} />}
        {answer !== undefined && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it may scroll, and then the keyboard must reach it
          <pre class="block" tabIndex={0}>
            {JSON.stringify(answer, undefined, 2)}
          </pre>
        )}
        <AsCommand lines={[`bindery admin explain --request ${quoted(id.trim() || 'REQUEST')}`]} />
        <div>
          <button type="submit" class="button primary">
            {words.activity.explain}
          </button>
        </div>
      </form>
    </details>
  )
}
