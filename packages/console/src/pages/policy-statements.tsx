import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { AsCommand } from '../parts/as-command.js'
import { Choice, TextField } from '../parts/field.js'
import { Icon } from '../parts/icon.js'
import { Failure } from '../parts/notice.js'
import { type PlainColumn, PlainTable } from '../parts/plain-table.js'
import { announce } from '../parts/toasts.js'
import { policyDocument, type Statement, statementsFor, statementsIn } from '../wire/bucket-policy.js'
import { deleteDocument, writeDocument } from '../wire/documents.js'
import { TEMPLATES, type Template } from '../wire/policy-templates.js'
import { BucketAccessTest } from './access-test.js'
import { documentCommand } from './document-command.js'

const OFFERED = TEMPLATES.filter((one) => one !== 'nothing')

/** The policy of a bucket: who may do what, statement by statement, and a form that adds one. */
export function PolicyStatements({
  bucket,
  text,
  onDone,
}: {
  readonly bucket: string
  readonly text: string | undefined
  readonly onDone: () => void
}): JSX.Element {
  const words = useWords()
  const [error, setError] = useState<unknown>(undefined)
  const statements = text === undefined ? [] : statementsIn(text)
  const raw = statements.map(([one]) => one)
  const save = async (all: readonly object[]) => {
    setError(undefined)
    if (all.length === 0) await deleteDocument(bucket, 'policy')
    else await writeDocument(bucket, 'policy', policyDocument(all as typeof raw))
    announce(words.bucketSettings.saved)
    onDone()
  }
  const remove = (index: number) => void save(raw.filter((_, at) => at !== index)).catch(setError)
  return (
    <div class="stack">
      {statements.length === 0 ? (
        <p>{words.policy.none}</p>
      ) : (
        <StatementTable statements={statements.map(([, shown]) => shown)} onRemove={remove} />
      )}
      {error !== undefined && <Failure error={error} />}
      <AddStatement bucket={bucket} onAdd={(added) => save([...raw, ...added]).catch(setError)} />
      <details>
        <summary>{words.explained.title}</summary>
        <BucketAccessTest bucket={bucket} />
      </details>
      <AsCommand lines={[documentCommand(bucket, 'policy')]} />
    </div>
  )
}

function StatementTable({
  statements,
  onRemove,
}: {
  readonly statements: readonly Statement[]
  readonly onRemove: (index: number) => void
}): JSX.Element {
  const words = useWords()
  const lines = (values: readonly string[]) =>
    values.map((one) => (
      <div key={one} class="break">
        {one}
      </div>
    ))
  const columns: readonly PlainColumn<Statement>[] = [
    {
      title: words.policy.effect,
      cell: ({ effect }) => (
        <span class={`badge ${effect === 'Deny' ? 'bad' : 'good'}`}>
          {effect === 'Deny' ? words.policy.deny : words.policy.allow}
        </span>
      ),
    },
    {
      title: words.policy.who,
      kind: 'mono',
      cell: ({ principals }) => lines(principals.map((one) => (one === '*' ? words.policy.everyone : one))),
    },
    { title: words.policy.actions, kind: 'mono', cell: ({ actions }) => lines(actions) },
    {
      title: words.policy.resources,
      kind: 'mono',
      cell: ({ resources, condition }) => (
        <>
          {lines(resources.map((one) => one.replace(/^acs:oss:\*:\*:/, '')))}
          {condition !== '' && <div class="break muted">{words.policy.onlyIf(condition)}</div>}
        </>
      ),
    },
    {
      title: words.actions,
      kind: 'tools',
      cell: (_, index) => (
        <button
          type="button"
          class="button bare icon little"
          aria-label={words.policy.removeOne(index + 1)}
          onClick={() => onRemove(index)}
        >
          <Icon name="remove" />
        </button>
      ),
    },
  ]
  return <PlainTable columns={columns} rows={statements} keyOf={(_, index) => index} />
}

function AddStatement({
  bucket,
  onAdd,
}: {
  readonly bucket: string
  readonly onAdd: (statements: readonly object[]) => void
}): JSX.Element {
  const words = useWords()
  const [who, setWho] = useState('')
  const [template, setTemplate] = useState<Template>('read')
  const [prefix, setPrefix] = useState('')
  const principals = who.split(/[\s,]+/).filter((one) => one !== '')
  return (
    <details>
      <summary>{words.policy.add}</summary>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          onAdd(statementsFor(template, { bucket, prefix }, principals))
        }}
      >
        <TextField label={words.policy.who} hint={words.policy.whoHint} value={who} onChange={setWho} required />
        <Choice
          label={words.policy.may}
          value={template}
          onChange={setTemplate}
          options={OFFERED.map((one) => [one, words.policy.templates[one]] as const)}
        />
        {template !== 'everything' && (
          <TextField label={words.access.prefix} hint={words.access.prefixHint} value={prefix} onChange={setPrefix} />
        )}
        <div class="row">
          <button type="submit" class="button primary" disabled={principals.length === 0}>
            {words.policy.add}
          </button>
        </div>
      </form>
    </details>
  )
}
