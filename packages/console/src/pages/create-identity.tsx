import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { quoted } from '../parts/as-command.js'
import { Dialog } from '../parts/dialog.js'
import { TextField } from '../parts/field.js'
import { JsonField } from '../parts/json-editor.js'
import { Failure } from '../parts/notice.js'
import { faultOf } from '../wire/documents.js'
import { create, createPolicy, createRole } from '../wire/identities.js'
import { currentSession } from '../wire/session.js'

const NAMES = { group: /^[\w.@-]{1,64}$/, role: /^[\w.@-]{1,64}$/, policy: /^[A-Za-z0-9-]{1,128}$/ } as const

type Created = keyof typeof NAMES

/** Creates a group, role or policy. */
export function CreateIdentityDialog({
  kind,
  onClose,
  onDone,
}: {
  readonly kind: Created
  readonly onClose: () => void
  readonly onDone: (name: string) => void
}): JSX.Element {
  const words = useWords()
  const [name, setName] = useState('')
  const [comments, setComments] = useState('')
  const [document, setDocument] = useState(() => firstDocument(kind))
  const [error, setError] = useState<unknown>(undefined)
  const isNamed = NAMES[kind].test(name)
  const isValid = isNamed && (kind === 'group' || faultOf(document, 'json') === undefined)
  const act = async () => {
    setError(undefined)
    if (kind === 'group') await create('group', name, comments)
    else if (kind === 'role') await createRole(name, comments, document)
    else await createPolicy(name, comments, document)
    onDone(name)
  }
  const hint = kind === 'policy' ? words.access.policyNameHint : words.access.nameHint
  return (
    <Dialog title={words.identities[kind].create} onClose={onClose} commands={[commandFor(kind, name)]}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          act().catch(setError)
        }}
      >
        <TextField
          label={words.name}
          hint={hint}
          fault={name === '' || isNamed ? undefined : hint}
          value={name}
          onChange={setName}
          required
          autoFocus
        />
        <TextField label={words.access.comments} value={comments} onChange={setComments} />
        {kind !== 'group' && (
          <JsonField
            label={words.access.document(kind === 'role' ? words.access.trust : words.identities.policy.one)}
            value={document}
            onChange={setDocument}
          />
        )}
        {error !== undefined && <Failure error={error} />}
        <footer>
          <button type="button" class="button" onClick={onClose}>
            {words.cancel}
          </button>
          <button type="submit" class="button primary" disabled={!isValid}>
            {words.create}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}

/** A role for the users of the account, or a policy that reads one bucket. */
function firstDocument(kind: Created): string {
  const account = currentSession.value?.holder.AccountId ?? 'ACCOUNT'
  const statement =
    kind === 'role'
      ? { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: [`acs:ram::${account}:root`] } }
      : { Effect: 'Allow', Action: ['oss:GetObject'], Resource: 'acs:oss:*:*:BUCKET/*' }
  return JSON.stringify({ Version: '1', Statement: [statement] }, undefined, 2)
}

function commandFor(kind: Created, name: string): string {
  const of = `bindery admin ${kind} create ${quoted(name || 'NAME')}`
  return kind === 'group' ? of : `${of} policy.json`
}
