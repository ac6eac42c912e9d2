import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { shownKey } from '../app/shown-key.js'
import { useAction } from '../app/use-action.js'
import { useLoad } from '../app/use-load.js'
import { AsCommand } from '../parts/as-command.js'
import { TextArea, TextField } from '../parts/field.js'
import { Failure, Notice } from '../parts/notice.js'
import { type PlainColumn, PlainTable } from '../parts/plain-table.js'
import { WhenLoaded } from '../parts/states.js'
import { addReplication, deleteReplication, listReplications, type ReplicationRule } from '../wire/replication.js'

/** The replication rules of a bucket, which are kept and not carried out. */
export function ReplicationCard({ bucket }: { readonly bucket: string }): JSX.Element {
  const words = useWords()
  const rules = useLoad((signal) => listReplications(bucket, signal), [bucket])
  const { error, act } = useAction(() => rules.again())
  const change = (what: () => Promise<void>) => act(what, words.bucketSettings.saved)
  return (
    <section class="card stack grow">
      <h2>{words.replication.title}</h2>
      <Notice kind="warn">{words.replication.about}</Notice>
      <WhenLoaded loaded={rules}>
        {(all) =>
          all.length === 0 ? (
            <p>{words.replication.none}</p>
          ) : (
            <RuleTable rules={all} onDelete={(id) => change(() => deleteReplication(bucket, id))} />
          )
        }
      </WhenLoaded>
      {error !== undefined && <Failure error={error} />}
      <AddRule onAdd={(rule) => change(() => addReplication(bucket, rule))} />
      <AsCommand lines={[`bindery api get-bucket-replication --bucket ${bucket}`]} />
    </section>
  )
}

function RuleTable({
  rules,
  onDelete,
}: {
  readonly rules: readonly ReplicationRule[]
  readonly onDelete: (id: string) => void
}): JSX.Element {
  const words = useWords()
  const columns: readonly PlainColumn<ReplicationRule>[] = [
    { title: words.name, kind: 'break', cell: ({ id }) => id },
    {
      title: words.inventories.objects,
      kind: 'break',
      cell: ({ prefixes }) => (prefixes.length === 0 ? words.inventories.all : prefixes.map(shownKey).join(', ')),
    },
    {
      title: words.replication.target,
      kind: 'break',
      cell: ({ target, location }) => (
        <>
          {target} <span class="muted">({location})</span>
        </>
      ),
    },
    { title: words.uploads.state, cell: ({ status }) => <span class="badge">{status}</span> },
    {
      title: words.actions,
      kind: 'tools',
      cell: ({ id }) => (
        <button type="button" class="button danger little" onClick={() => onDelete(id)}>
          {words.delete}
        </button>
      ),
    },
  ]
  return <PlainTable columns={columns} rows={rules} keyOf={({ id }) => id} />
}

function AddRule({
  onAdd,
}: {
  readonly onAdd: (rule: Pick<ReplicationRule, 'target' | 'location' | 'prefixes'>) => void
}): JSX.Element {
  const words = useWords()
  const [target, setTarget] = useState('')
  const [location, setLocation] = useState('oss-cn-hangzhou')
  const [prefixes, setPrefixes] = useState('')
  return (
    <details>
      <summary>{words.replication.add}</summary>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          onAdd({ target, location, prefixes: prefixes.split('\n').filter((one) => one !== '') })
        }}
      >
        <TextField label={words.replication.target} value={target} onChange={setTarget} required />
        <TextField label={words.replication.location} value={location} onChange={setLocation} required />
        <TextArea
          label={words.access.prefix}
          hint={`${words.forms.lines}; ${words.forms.optional}`}
          value={prefixes}
          onChange={setPrefixes}
        />
        <div class="row">
          <button type="submit" class="button primary" disabled={!/^[a-z0-9-]{3,63}$/.test(target)}>
            {words.replication.add}
          </button>
        </div>
      </form>
    </details>
  )
}
