import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { link } from '../app/route.js'
import { useLoad } from '../app/use-load.js'
import { AsCommand, quoted } from '../parts/as-command.js'
import { Choice, TextField } from '../parts/field.js'
import { JsonEditor } from '../parts/json-editor.js'
import { WhenLoaded } from '../parts/states.js'
import { announceFailure } from '../parts/toasts.js'
import {
  type AttachedPolicy,
  attach,
  deleteInline,
  type Holder,
  list,
  policiesOf,
  putInline,
} from '../wire/identities.js'

/** The policies of a user, group or role: those that are attached, and inline ones. */
export function PoliciesOf({ holder }: { readonly holder: Holder }): JSX.Element {
  const words = useWords()
  const policies = useLoad(() => policiesOf(holder), [holder.kind, holder.name])
  return (
    <section class="card stack">
      <h2>{words.access.policies}</h2>
      <p class="muted">{words.access.policiesHint}</p>
      <WhenLoaded loaded={policies}>
        {(all) => (
          <div class="stack">
            {all.map((policy) => (
              <PolicyCard key={policy.PolicyName} holder={holder} policy={policy} onChanged={policies.again} />
            ))}
            <Attach holder={holder} attached={all} onDone={policies.again} />
            <NewInline holder={holder} onDone={policies.again} />
          </div>
        )}
      </WhenLoaded>
    </section>
  )
}

function PolicyCard({
  holder,
  policy: { PolicyName, PolicyType, PolicyDocument },
  onChanged,
}: {
  readonly holder: Holder
  readonly policy: AttachedPolicy
  readonly onChanged: () => void
}): JSX.Element {
  const words = useWords()
  const isInline = PolicyDocument !== undefined
  const remove = async () => {
    if (isInline) await deleteInline(holder, PolicyName)
    else await attach(holder, PolicyName, false)
    onChanged()
  }
  const removes = (
    <button type="button" class="button danger little" onClick={() => void remove().catch(announceFailure)}>
      {isInline ? words.delete : words.access.detach}
    </button>
  )
  if (!isInline) {
    return (
      <div class="row">
        <a href={link(['access'], { policy: PolicyName })}>{PolicyName}</a>
        <span class="badge">{words.access.types[PolicyType === 'System' ? 'System' : 'Custom']}</span>
        {removes}
      </div>
    )
  }
  return (
    <details>
      <summary>
        {PolicyName} <span class="badge">{words.access.inline}</span>
      </summary>
      <div class="stack tight">
        <InlineEditor holder={holder} name={PolicyName} document={PolicyDocument} onDone={onChanged} />
        <div class="row">{removes}</div>
      </div>
    </details>
  )
}

function InlineEditor({
  holder,
  name,
  document,
  onDone,
}: {
  readonly holder: Holder
  readonly name: string
  readonly document: string
  readonly onDone: () => void
}): JSX.Element {
  const words = useWords()
  const { kind, name: of } = holder
  return (
    <JsonEditor
      label={words.access.document(name)}
      document={document}
      save={async (text) => {
        await putInline(holder, name, text)
        onDone()
      }}
    >
      <AsCommand lines={[`bindery admin ${kind} put-policy ${quoted(of)} ${quoted(name)} policy.json`]} />
    </JsonEditor>
  )
}

/** Attaches one of the account's policies, or of those of the server. */
function Attach({
  holder,
  attached,
  onDone,
}: {
  readonly holder: Holder
  readonly attached: readonly AttachedPolicy[]
  readonly onDone: () => void
}): JSX.Element {
  const words = useWords()
  const policies = useLoad(() => list('policy'), [])
  const [name, setName] = useState('')
  const free = (policies.value ?? []).filter((one) => !attached.some(({ PolicyName }) => PolicyName === one.name))
  const chosen = free.some((one) => one.name === name) ? name : (free[0]?.name ?? '')
  const act = async () => {
    await attach(holder, chosen, true)
    onDone()
  }
  return (
    <details>
      <summary>{words.access.attachPolicy}</summary>
      <div class="stack tight">
        <Choice
          label={words.access.policy}
          value={chosen}
          onChange={setName}
          options={free.map((one) => [one.name, one.name] as const)}
        />
        <div class="row">
          <button
            type="button"
            class="button primary"
            disabled={chosen === ''}
            onClick={() => void act().catch(announceFailure)}
          >
            {words.access.attach}
          </button>
        </div>
        <AsCommand
          lines={[`bindery admin ${holder.kind} attach ${quoted(holder.name)} ${quoted(chosen || 'POLICY')}`]}
        />
      </div>
    </details>
  )
}

const FIRST =
  '{"Version":"1","Statement":[{"Effect":"Allow","Action":["oss:GetObject"],"Resource":"acs:oss:*:*:BUCKET/*"}]}'

function NewInline({ holder, onDone }: { readonly holder: Holder; readonly onDone: () => void }): JSX.Element {
  const words = useWords()
  const [name, setName] = useState('')
  return (
    <details>
      <summary>{words.access.addPolicy}</summary>
      <div class="stack tight">
        <TextField label={words.access.policyName} hint={words.access.policyNameHint} value={name} onChange={setName} />
        {/^[A-Za-z0-9-]{1,128}$/.test(name) && (
          <InlineEditor holder={holder} name={name} document={FIRST} onDone={onDone} />
        )}
      </div>
    </details>
  )
}
