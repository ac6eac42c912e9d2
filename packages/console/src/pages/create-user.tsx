import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { useLoad } from '../app/use-load.js'
import { quoted } from '../parts/as-command.js'
import { Dialog } from '../parts/dialog.js'
import { Choice, TextField } from '../parts/field.js'
import { Failure } from '../parts/notice.js'
import { createKey, type NewKey } from '../wire/access.js'
import { listBuckets } from '../wire/buckets.js'
import { create, putInline } from '../wire/identities.js'
import { policyFor, TEMPLATES, type Template } from '../wire/policy-templates.js'
import { NewKeyShown } from './new-key.js'

/** The name of the inline policy that a template becomes. */
const POLICY = 'console'

/** Creates a user with its first key and what it may do, and shows the secret once. */
export function CreateUserDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const words = useWords()
  const buckets = useLoad((signal) => listBuckets(signal), [])
  const [name, setName] = useState('')
  const [comments, setComments] = useState('')
  const [template, setTemplate] = useState<Template>('upload')
  const [bucket, setBucket] = useState('')
  const [prefix, setPrefix] = useState('')
  const [created, setCreated] = useState<NewKey | undefined>()
  const [error, setError] = useState<unknown>(undefined)
  const isScoped = template !== 'nothing' && template !== 'everything'
  const chosen = bucket || buckets.value?.[0]?.name || ''
  const policy = policyFor(template, { bucket: chosen, prefix })
  const act = async () => {
    setError(undefined)
    await create('user', name, comments)
    if (policy !== undefined) await putInline({ kind: 'user', name }, POLICY, policy)
    setCreated(await createKey(name))
  }
  if (created !== undefined) {
    return (
      <Dialog
        title={words.access.keyCreated}
        onClose={onClose}
        commands={[`bindery admin key create ${quoted(name)}`]}
        wide
      >
        <NewKeyShown newKey={created} bucket={isScoped ? chosen : undefined} onClose={onClose} />
      </Dialog>
    )
  }
  return (
    <Dialog
      title={words.identities.user.create}
      onClose={onClose}
      commands={commandsFor(name || 'NAME', policy !== undefined)}
    >
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          act().catch(setError)
        }}
      >
        <TextField label={words.name} hint={words.access.nameHint} value={name} onChange={setName} required autoFocus />
        <TextField label={words.access.comments} value={comments} onChange={setComments} />
        <Choice
          label={words.access.mayDo}
          value={template}
          onChange={setTemplate}
          options={TEMPLATES.map((one) => [one, words.access.templates[one]] as const)}
        />
        {isScoped && (
          <>
            <Choice
              label={words.access.bucket}
              value={chosen}
              onChange={setBucket}
              options={(buckets.value ?? []).map((one) => [one.name, one.name] as const)}
            />
            <TextField label={words.access.prefix} hint={words.access.prefixHint} value={prefix} onChange={setPrefix} />
          </>
        )}
        {policy !== undefined && <PolicyShown text={policy} />}
        {error !== undefined && <Failure error={error} />}
        <footer>
          <button type="button" class="button" onClick={onClose}>
            {words.cancel}
          </button>
          <button type="submit" class="button primary" disabled={name === '' || (isScoped && chosen === '')}>
            {words.identities.user.create}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}

function PolicyShown({ text }: { readonly text: string }): JSX.Element {
  const words = useWords()
  return (
    <details>
      <summary>{words.access.showPolicy}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it may scroll, and then the keyboard must reach it */}
      <pre class="block" tabIndex={0}>
        {text}
      </pre>
    </details>
  )
}

function commandsFor(name: string, hasPolicy: boolean): readonly string[] {
  const user = quoted(name)
  return [
    `bindery admin user create ${user}`,
    ...(hasPolicy ? [`bindery admin user put-policy ${user} ${POLICY} policy.json`] : []),
    `bindery admin key create ${user}`,
  ]
}
