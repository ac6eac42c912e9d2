import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { PageProps } from '../app/console.js'
import { time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { link, open } from '../app/route.js'
import { useAsked } from '../app/use-asked.js'
import { useLoad } from '../app/use-load.js'
import { quoted } from '../parts/as-command.js'
import { Dialog } from '../parts/dialog.js'
import { Icon } from '../parts/icon.js'
import { Failure } from '../parts/notice.js'
import { type PlainColumn, PlainTable } from '../parts/plain-table.js'
import { Empty, WhenLoaded } from '../parts/states.js'
import { announce } from '../parts/toasts.js'
import { KINDS, type Kind, type Listed, list, remove } from '../wire/identities.js'
import type { Words } from '../words/en.js'
import { CreateIdentityDialog } from './create-identity.js'
import { CreateUserDialog } from './create-user.js'
import { IdentityPage } from './identity-page.js'
import { Keys } from './keys.js'

/** The users, groups, roles and policies of the account, and the account's own keys. */
export function AccessPage({ query }: PageProps): JSX.Element {
  const opened = KINDS.find((kind) => query[kind] !== undefined)
  if (opened !== undefined) {
    const name = query[opened] ?? ''
    return <IdentityPage key={`${opened} ${name}`} kind={opened} name={name} />
  }
  const kind = KINDS.find((one) => one === query.tab) ?? 'user'
  return <ListPage key={kind} kind={kind} isCreating={query.create} />
}

function ListPage({
  kind,
  isCreating,
}: {
  readonly kind: Kind
  /** `yes`: the dialog that creates one is opened. */
  readonly isCreating: string | undefined
}): JSX.Element {
  const words = useWords()
  const listed = useLoad(() => list(kind), [kind])
  const [dialog, setDialog] = useState<'create' | Listed | undefined>()
  useAsked(isCreating, link(['access'], { tab: kind }), () => setDialog('create'))
  const close = () => setDialog(undefined)
  const changed = () => {
    close()
    listed.again()
  }
  const text = words.identities[kind]
  const creates = (
    <button type="button" class="button primary" aria-keyshortcuts="n" onClick={() => setDialog('create')}>
      <Icon name="add" />
      {text.create}
    </button>
  )
  return (
    <div class="page">
      <header>
        <h1>{words.place.access}</h1>
        {creates}
      </header>
      <nav class="tabs" aria-label={words.place.access}>
        {KINDS.map((one) => (
          <a key={one} href={link(['access'], { tab: one })} aria-current={one === kind ? 'page' : undefined}>
            {words.identities[one].title}
          </a>
        ))}
      </nav>
      <p class="muted">{text.about}</p>
      <WhenLoaded loaded={listed}>
        {(all) =>
          all.length === 0 ? (
            <Empty
              text={text.none}
              command={`bindery admin ${kind} create NAME${kind === 'role' ? ' policy.json' : ''}`}
            >
              {creates}
            </Empty>
          ) : (
            <Table kind={kind} rows={all} onDelete={setDialog} />
          )
        }
      </WhenLoaded>
      {kind === 'user' && (
        <section class="card stack">
          <h2>{words.access.accountKeys}</h2>
          <p class="muted">{words.access.accountKeysHint}</p>
          <Keys owner={undefined} />
        </section>
      )}
      {dialog === 'create' && kind === 'user' && <CreateUserDialog onClose={changed} />}
      {dialog === 'create' && kind !== 'user' && (
        <CreateIdentityDialog kind={kind} onClose={close} onDone={(name) => open(link(['access'], { [kind]: name }))} />
      )}
      {typeof dialog === 'object' && <DeleteDialog kind={kind} name={dialog.name} onClose={close} onDone={changed} />}
    </div>
  )
}

function Table({
  kind,
  rows,
  onDelete,
}: {
  readonly kind: Kind
  readonly rows: readonly Listed[]
  readonly onDelete: (row: Listed) => void
}): JSX.Element {
  const words = useWords()
  const columns: readonly PlainColumn<Listed>[] = [
    {
      title: words.name,
      cell: ({ name, isSystem }) => (
        <span class="named">
          <Icon name="key" />
          <a href={link(['access'], { [kind]: name })}>{name}</a>
          {isSystem && <span class="badge">{words.access.types.System}</span>}
        </span>
      ),
    },
    {
      title: words.access.comments,
      kind: 'break',
      cell: ({ name, isSystem, comments }) => (isSystem ? systemText(name, words) : undefined) ?? comments,
    },
    { title: words.created, cell: ({ isSystem, created }) => (isSystem ? '' : time(Date.parse(created))) },
    {
      title: words.actions,
      kind: 'tools',
      cell: (row) =>
        !row.isSystem && (
          <button
            type="button"
            class="button bare icon little"
            aria-label={words.identities[kind].deleteOne(row.name)}
            onClick={() => onDelete(row)}
          >
            <Icon name="remove" />
          </button>
        ),
    },
  ]
  return <PlainTable columns={columns} rows={rows} keyOf={({ name }) => name} />
}

function DeleteDialog({
  kind,
  name,
  onClose,
  onDone,
}: {
  readonly kind: Kind
  readonly name: string
  readonly onClose: () => void
  readonly onDone: () => void
}): JSX.Element {
  const words = useWords()
  const [error, setError] = useState<unknown>(undefined)
  const act = async () => {
    await remove(kind, name)
    announce(words.access.wasDeleted(name))
    onDone()
  }
  const text = words.identities[kind]
  return (
    <Dialog title={text.deleteOne(name)} onClose={onClose} commands={[`bindery admin ${kind} delete ${quoted(name)}`]}>
      <p>{text.deletes}</p>
      {error !== undefined && <Failure error={error} />}
      <footer>
        <button type="button" class="button" onClick={onClose}>
          {words.cancel}
        </button>
        <button type="button" class="button danger primary" onClick={() => void act().catch(setError)}>
          {words.delete}
        </button>
      </footer>
    </Dialog>
  )
}

/** The comment of a policy of the server, which itself has it in English alone. */
function systemText(name: string, { access }: Words): string | undefined {
  return access.systemPolicies[name as keyof Words['access']['systemPolicies']]
}
