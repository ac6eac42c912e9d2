import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { useLoad } from '../app/use-load.js'
import { Dialog } from '../parts/dialog.js'
import { Icon } from '../parts/icon.js'
import { Failure } from '../parts/notice.js'
import { type PlainColumn, PlainTable } from '../parts/plain-table.js'
import { WhenLoaded } from '../parts/states.js'
import { announce, announceFailure } from '../parts/toasts.js'
import { createKey, deleteKey, enableKey, type KeyEntry, listKeys, type NewKey, type Owner } from '../wire/access.js'
import { ServerError } from '../wire/server-error.js'
import { keyCommand } from './key-command.js'
import { NewKeyShown } from './new-key.js'
import { Rotation, rotationAmong } from './rotation.js'

/** The access keys of a user, or of the account itself. */
export function Keys({ owner }: { readonly owner: Owner }): JSX.Element {
  const words = useWords()
  const keys = useLoad(() => listKeys(owner), [owner])
  const [made, setMade] = useState<NewKey | undefined>()
  const [deleting, setDeleting] = useState<KeyEntry | undefined>()
  const [isRotating, setRotating] = useState(false)
  const [lastMade, setLastMade] = useState<string | undefined>()
  const create = async () => {
    const key = await createKey(owner)
    setMade(key)
    setLastMade(key.AccessKeyId)
  }
  const toggle = async ({ AccessKeyId, Status }: KeyEntry) => {
    await enableKey(owner, AccessKeyId, Status !== 'Active')
    announce(words.access.keySaved)
    keys.again()
  }
  const closed = () => {
    setMade(undefined)
    setDeleting(undefined)
    setRotating(false)
    keys.again()
  }
  // the account that administers the server has no keys besides the root key
  if (keys.error instanceof ServerError && keys.error.code === 'EntityNotExist.Account') {
    return <p class="muted">{words.access.onlyRootKey}</p>
  }
  return (
    <div class="stack">
      <WhenLoaded loaded={keys}>
        {(all) => {
          const rotated = rotationAmong(all, lastMade)
          const acts = { onToggle: (key: KeyEntry) => void toggle(key).catch(announceFailure), onDelete: setDeleting }
          if (all.length === 0) return <p class="muted">{words.access.noKeys}</p>
          return (
            <>
              <KeyTable keys={all} onRotate={() => setRotating(true)} {...acts} />
              {rotated && <Rotation owner={owner} rotated={rotated} {...acts} />}
            </>
          )
        }}
      </WhenLoaded>
      <div class="row">
        <button type="button" class="button" onClick={() => void create().catch(announceFailure)}>
          <Icon name="add" />
          {words.access.createKey}
        </button>
      </div>
      {isRotating && (
        <Dialog title={words.rotation.rotate} onClose={closed} commands={[keyCommand('create', owner)]}>
          <p>{words.rotation.begin}</p>
          <footer>
            <button type="button" class="button" onClick={closed}>
              {words.cancel}
            </button>
            <button
              type="button"
              class="button primary"
              onClick={() => {
                setRotating(false)
                void create().catch(announceFailure)
              }}
            >
              {words.access.createKey}
            </button>
          </footer>
        </Dialog>
      )}
      {made && (
        <Dialog title={words.access.keyCreated} onClose={closed} commands={[keyCommand('create', owner)]} wide>
          <NewKeyShown newKey={made} bucket={undefined} onClose={closed} />
        </Dialog>
      )}
      {deleting && (
        <DeleteKeyDialog
          owner={owner}
          id={deleting.AccessKeyId}
          onClose={() => setDeleting(undefined)}
          onDone={closed}
        />
      )}
    </div>
  )
}

function KeyTable({
  keys,
  onRotate,
  onToggle,
  onDelete,
}: {
  readonly keys: readonly KeyEntry[]
  readonly onRotate: () => void
  readonly onToggle: (key: KeyEntry) => void
  readonly onDelete: (key: KeyEntry) => void
}): JSX.Element {
  const words = useWords()
  const isActive = ({ Status }: KeyEntry) => Status === 'Active'
  const at = (date: string | undefined) => (date === undefined ? words.access.never : time(Date.parse(date)))
  const columns: readonly PlainColumn<KeyEntry>[] = [
    { title: 'AccessKey ID', kind: 'mono', cell: ({ AccessKeyId }) => AccessKeyId },
    {
      title: words.access.status,
      cell: (key) => (
        <span class={`badge ${isActive(key) ? 'good' : 'warn'}`}>
          {isActive(key) ? words.access.active : words.access.inactive}
        </span>
      ),
    },
    { title: words.created, cell: ({ CreateDate }) => at(CreateDate) },
    { title: words.access.lastUsed, cell: ({ LastUsedDate }) => at(LastUsedDate) },
    {
      title: words.actions,
      kind: 'tools',
      cell: (key) => (
        <>
          {isActive(key) && (
            <>
              <button type="button" class="button little" onClick={onRotate}>
                {words.rotation.rotateOne}
              </button>{' '}
            </>
          )}
          <button type="button" class="button little" onClick={() => onToggle(key)}>
            {isActive(key) ? words.access.disable : words.access.enable}
          </button>{' '}
          <button type="button" class="button danger little" onClick={() => onDelete(key)}>
            {words.delete}
          </button>
        </>
      ),
    },
  ]
  return <PlainTable columns={columns} rows={keys} keyOf={({ AccessKeyId }) => AccessKeyId} />
}

function DeleteKeyDialog({
  owner,
  id,
  onClose,
  onDone,
}: {
  readonly owner: Owner
  readonly id: string
  readonly onClose: () => void
  readonly onDone: () => void
}): JSX.Element {
  const words = useWords()
  const [error, setError] = useState<unknown>(undefined)
  const remove = async () => {
    await deleteKey(owner, id)
    announce(words.access.keyDeleted)
    onDone()
  }
  return (
    <Dialog title={words.access.deleteKey(id)} onClose={onClose} commands={[keyCommand('delete', owner, id)]}>
      <p>{words.access.deletesKey}</p>
      {error !== undefined && <Failure error={error} />}
      <footer>
        <button type="button" class="button" onClick={onClose}>
          {words.cancel}
        </button>
        <button type="button" class="button danger primary" onClick={() => void remove().catch(setError)}>
          {words.delete}
        </button>
      </footer>
    </Dialog>
  )
}
