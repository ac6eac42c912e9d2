import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { useLoad } from '../app/use-load.js'
import { AsCommand } from '../parts/as-command.js'
import { Dialog } from '../parts/dialog.js'
import { TextField } from '../parts/field.js'
import { Failure, Notice } from '../parts/notice.js'
import { WhenLoaded } from '../parts/states.js'
import { announce } from '../parts/toasts.js'
import {
  beginRetention,
  endRetention,
  extendRetention,
  lockRetention,
  type Retention,
  readRetention,
} from '../wire/retention.js'

const DAYS = /^[1-9]\d{0,4}$/

/** The retention of a bucket: begun, then locked within a day or ended, and later only extended. */
export function RetentionCard({ bucket }: { readonly bucket: string }): JSX.Element {
  const words = useWords()
  // none at all is a value too
  const loaded = useLoad(async (signal) => ({ retention: await readRetention(bucket, signal) }), [bucket])
  const [error, setError] = useState<unknown>(undefined)
  const [isLocking, setLocking] = useState(false)
  const act = (what: () => Promise<void>) => {
    setError(undefined)
    what().then(() => {
      setLocking(false)
      announce(words.bucketSettings.saved)
      loaded.again()
    }, setError)
  }
  return (
    <section class="card stack grow">
      <h2>{words.retention.title}</h2>
      <p class="muted">{words.retention.about}</p>
      <WhenLoaded loaded={loaded}>
        {({ retention }) => (
          <>
            {retention && <State retention={retention} />}
            {(retention === undefined || retention.state === 'Expired') && (
              <DaysForm button={words.retention.begin} onSave={(days) => act(() => beginRetention(bucket, days))} />
            )}
            {retention?.state === 'InProgress' && (
              <div class="row">
                <button type="button" class="button" onClick={() => act(() => endRetention(bucket))}>
                  {words.retention.end}
                </button>
                <button type="button" class="button danger" onClick={() => setLocking(true)}>
                  {words.retention.lock}
                </button>
              </div>
            )}
            {retention?.state === 'Locked' && (
              <DaysForm
                button={words.retention.extend}
                least={retention.days + 1}
                onSave={(days) => act(() => extendRetention(bucket, retention.id, days))}
              />
            )}
            {isLocking && retention && (
              <Dialog
                title={words.retention.lock}
                onClose={() => setLocking(false)}
                commands={[`bindery api complete-bucket-worm --bucket ${bucket} --worm-id ${retention.id}`]}
              >
                <Notice kind="warn">{words.retention.locksForGood(retention.days)}</Notice>
                <footer>
                  <button type="button" class="button" onClick={() => setLocking(false)}>
                    {words.cancel}
                  </button>
                  <button
                    type="button"
                    class="button danger primary"
                    onClick={() => act(() => lockRetention(bucket, retention.id))}
                  >
                    {words.retention.lock}
                  </button>
                </footer>
              </Dialog>
            )}
          </>
        )}
      </WhenLoaded>
      {error !== undefined && <Failure error={error} />}
      <AsCommand
        lines={[
          `bindery api get-bucket-worm --bucket ${bucket}`,
          `bindery api initiate-bucket-worm --bucket ${bucket} --body '<InitiateWormConfiguration><RetentionPeriodInDays>30</RetentionPeriodInDays></InitiateWormConfiguration>'`,
        ]}
      />
    </section>
  )
}

function State({ retention: { state, days, created, expires } }: { readonly retention: Retention }): JSX.Element {
  const words = useWords()
  return (
    <dl class="facts">
      <dt>{words.uploads.state}</dt>
      <dd>
        <span class={`badge ${{ InProgress: 'warn', Locked: 'good', Expired: '' }[state]}`}>
          {words.retention.states[state]}
        </span>
      </dd>
      <dt>{words.retention.period}</dt>
      <dd>{words.retention.days(days)}</dd>
      <dt>{words.created}</dt>
      <dd>{time(created)}</dd>
      {expires !== undefined && (
        <>
          <dt>{words.retention.expires}</dt>
          <dd>{time(expires)}</dd>
        </>
      )}
    </dl>
  )
}

function DaysForm({
  button,
  least = 1,
  onSave,
}: {
  readonly button: string
  readonly least?: number
  readonly onSave: (days: number) => void
}): JSX.Element {
  const words = useWords()
  const [days, setDays] = useState(String(Math.max(30, least)))
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault()
        onSave(Number(days))
      }}
    >
      <TextField label={words.retention.period} hint={words.retention.periodHint} value={days} onChange={setDays} />
      <div class="row">
        <button type="submit" class="button primary" disabled={!DAYS.test(days) || Number(days) < least}>
          {button}
        </button>
      </div>
    </form>
  )
}
