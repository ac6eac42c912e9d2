import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { useLoad } from '../app/use-load.js'
import { AsCommand, quoted } from '../parts/as-command.js'
import { Choice, TextField } from '../parts/field.js'
import { Failure } from '../parts/notice.js'
import { listBuckets } from '../wire/buckets.js'
import { type Actor, decideAccess, type Explanation, isOfBucket, USUAL_ACTIONS } from '../wire/explanation.js'
import { Explained } from './explained.js'

/** Whether someone may do something, and by which rule: the server decides as it would about a request. */
export function AccessTest({ actor }: { readonly actor: Actor }): JSX.Element {
  const buckets = useLoad(() => listBuckets(), [])
  const names = (buckets.value ?? []).map(({ name }) => name)
  return <Test actor={() => actor} buckets={names} />
}

/** The same for one bucket, where the person is chosen. */
export function BucketAccessTest({ bucket }: { readonly bucket: string }): JSX.Element {
  const words = useWords()
  const [who, setWho] = useState('')
  return (
    <Test actor={() => (who === '' ? { Principal: 'anonymous' } : { UserName: who })} buckets={[bucket]}>
      <TextField label={words.explained.user} hint={words.explained.userHint} value={who} onChange={setWho} />
    </Test>
  )
}

function Test({
  actor,
  buckets,
  children,
}: {
  readonly actor: () => Actor
  readonly buckets: readonly string[]
  readonly children?: JSX.Element
}): JSX.Element {
  const words = useWords()
  const [action, setAction] = useState<string>(USUAL_ACTIONS[0])
  const [chosen, setChosen] = useState('')
  const [key, setKey] = useState('')
  const [outcome, setOutcome] = useState<Explanation | undefined>()
  const [error, setError] = useState<unknown>(undefined)
  const bucket = buckets.includes(chosen) ? chosen : (buckets[0] ?? '')
  const asked = isOfBucket(action) ? '' : key
  const act = async () => {
    setError(undefined)
    setOutcome(undefined)
    setOutcome(await decideAccess({ actor: actor(), action, bucket, key: asked }))
  }
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault()
        act().catch(setError)
      }}
    >
      <div class="pairs">
        {children}
        <Choice
          label={words.explained.action}
          value={action}
          onChange={setAction}
          options={USUAL_ACTIONS.map((one) => [one, one] as const)}
        />
        {buckets.length > 1 && (
          <Choice
            label={words.access.bucket}
            value={bucket}
            onChange={setChosen}
            options={buckets.map((one) => [one, one] as const)}
          />
        )}
        {!isOfBucket(action) && (
          <TextField label={words.explained.key} hint={words.explained.keyHint} value={key} onChange={setKey} />
        )}
      </div>
      <div class="row">
        <button type="submit" class="button" disabled={bucket === '' || (asked === '' && !isOfBucket(action))}>
          {words.explained.test}
        </button>
      </div>
      {error !== undefined && <Failure error={error} />}
      {outcome && <Explained explanation={outcome} />}
      <AsCommand lines={[commandFor(actor(), action, asked === '' ? bucket : `${bucket}/${asked}`)]} />
    </form>
  )
}

function commandFor(actor: Actor, action: string, resource: string): string {
  const [[name, value] = ['', '']] = Object.entries(actor) as [string, string][]
  const flag = { UserName: '--user', RoleName: '--role', Principal: '--principal' }[name]
  return `bindery admin explain ${action} ${quoted(resource || 'BUCKET')} ${flag} ${quoted(value)}`
}
