import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { link } from '../app/route.js'
import { useLoad } from '../app/use-load.js'
import { AsCommand, quoted } from '../parts/as-command.js'
import { TextField } from '../parts/field.js'
import { Failure } from '../parts/notice.js'
import { WhenLoaded } from '../parts/states.js'
import { announce, announceFailure } from '../parts/toasts.js'
import { type AttachedPolicy, deleteUserPolicy, detachPolicy, listUserPolicies, putUserPolicy } from '../wire/access.js'
import { Keys } from './keys.js'

/** One user: its keys and its policies. */
export function UserPage({ user }: { readonly user: string }): JSX.Element {
  const words = useWords()
  const policies = useLoad(() => listUserPolicies(user), [user])
  return (
    <div class="page">
      <header>
        <nav aria-label={words.whereYouAre}>
          <ol class="crumbs">
            <li>
              <a href={link(['access'])}>{words.place.access}</a>
            </li>
            <li>
              <h1>{user}</h1>
            </li>
          </ol>
        </nav>
      </header>
      <section class="card stack">
        <h2>{words.access.keys}</h2>
        <Keys owner={user} />
      </section>
      <section class="card stack">
        <h2>{words.access.policies}</h2>
        <p class="muted">{words.access.policiesHint}</p>
        <WhenLoaded loaded={policies}>
          {(all) => (
            <div class="stack">
              {all.map((policy) => (
                <PolicyCard key={policy.PolicyName} user={user} policy={policy} onChanged={policies.again} />
              ))}
              <NewPolicy user={user} onDone={policies.again} />
            </div>
          )}
        </WhenLoaded>
      </section>
    </div>
  )
}

function PolicyCard({
  user,
  policy,
  onChanged,
}: {
  readonly user: string
  readonly policy: AttachedPolicy
  readonly onChanged: () => void
}): JSX.Element {
  const words = useWords()
  const { PolicyName, PolicyType, PolicyDocument } = policy
  const remove = async () => {
    if (PolicyDocument === undefined) await detachPolicy(user, PolicyName)
    else await deleteUserPolicy(user, PolicyName)
    onChanged()
  }
  return (
    <details>
      <summary>
        {PolicyName} <span class="badge">{PolicyDocument === undefined ? PolicyType : words.access.inline}</span>
      </summary>
      <div class="stack tight">
        {PolicyDocument !== undefined && (
          <PolicyEditor user={user} name={PolicyName} document={PolicyDocument} onDone={onChanged} />
        )}
        <div class="row">
          <button type="button" class="button danger little" onClick={() => void remove().catch(announceFailure)}>
            {PolicyDocument === undefined ? words.access.detach : words.delete}
          </button>
        </div>
      </div>
    </details>
  )
}

function PolicyEditor({
  user,
  name,
  document,
  onDone,
}: {
  readonly user: string
  readonly name: string
  readonly document: string
  readonly onDone: () => void
}): JSX.Element {
  const words = useWords()
  const [text, setText] = useState(() => pretty(document))
  const [error, setError] = useState<unknown>(undefined)
  const save = async () => {
    setError(undefined)
    await putUserPolicy(user, name, text)
    announce(words.access.policySaved)
    onDone()
  }
  return (
    <form
      class="stack tight"
      onSubmit={(event) => {
        event.preventDefault()
        save().catch(setError)
      }}
    >
      <label class="field">
        <span>{words.access.document(name)}</span>
        <textarea
          rows={12}
          spellcheck={false}
          value={text}
          aria-invalid={faultOf(text) !== undefined}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <span class="small muted">{faultOf(text) ?? words.access.documentHint}</span>
      </label>
      {error !== undefined && <Failure error={error} />}
      <AsCommand lines={[`bindery admin user put-policy ${quoted(user)} ${quoted(name)} policy.json`]} />
      <div class="row">
        <button type="submit" class="button primary" disabled={faultOf(text) !== undefined}>
          {words.save}
        </button>
      </div>
    </form>
  )
}

const EMPTY =
  '{"Version":"1","Statement":[{"Effect":"Allow","Action":["oss:GetObject"],"Resource":"acs:oss:*:*:BUCKET/*"}]}'

function NewPolicy({ user, onDone }: { readonly user: string; readonly onDone: () => void }): JSX.Element {
  const words = useWords()
  const [name, setName] = useState('')
  return (
    <details>
      <summary>{words.access.addPolicy}</summary>
      <div class="stack tight">
        <TextField label={words.access.policyName} hint={words.access.policyNameHint} value={name} onChange={setName} />
        {/^[A-Za-z0-9-]{1,128}$/.test(name) && (
          <PolicyEditor user={user} name={name} document={EMPTY} onDone={onDone} />
        )}
      </div>
    </details>
  )
}

function pretty(document: string): string {
  try {
    return JSON.stringify(JSON.parse(document), undefined, 2)
  } catch {
    return document
  }
}

function faultOf(text: string): string | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    return String(error)
  }
}
