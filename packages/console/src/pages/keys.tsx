import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { useLoad } from '../app/use-load.js'
import { quoted } from '../parts/as-command.js'
import { Dialog } from '../parts/dialog.js'
import { Icon } from '../parts/icon.js'
import { Failure } from '../parts/notice.js'
import { WhenLoaded } from '../parts/states.js'
import { announce, announceFailure } from '../parts/toasts.js'
import { createKey, deleteKey, enableKey, type KeyEntry, listKeys, type NewKey, type Owner } from '../wire/access.js'
import { ServerError } from '../wire/server-error.js'
import { NewKeyShown } from './new-key.js'

/** The access keys of a user, or of the account itself. */
export function Keys({ owner }: { readonly owner: Owner }): JSX.Element {
  const words = useWords()
  const keys = useLoad(() => listKeys(owner), [owner])
  const [made, setMade] = useState<NewKey | undefined>()
  const [deleting, setDeleting] = useState<KeyEntry | undefined>()
  const create = async () => setMade(await createKey(owner))
  const toggle = async ({ AccessKeyId, Status }: KeyEntry) => {
    await enableKey(owner, AccessKeyId, Status !== 'Active')
    announce(words.access.keySaved)
    keys.again()
  }
  const closed = () => {
    setMade(undefined)
    setDeleting(undefined)
    keys.again()
  }
  // the account that administers the server has no keys besides the root key
  if (keys.error instanceof ServerError && keys.error.code === 'EntityNotExist.Account') {
    return <p class="muted">{words.access.onlyRootKey}</p>
  }
  return (
    <div class="stack">
      <WhenLoaded loaded={keys}>
        {(all) =>
          all.length === 0 ? (
            <p class="muted">{words.access.noKeys}</p>
          ) : (
            <KeyTable keys={all} onToggle={(key) => void toggle(key).catch(announceFailure)} onDelete={setDeleting} />
          )
        }
      </WhenLoaded>
      <div class="row">
        <button type="button" class="button" onClick={() => void create().catch(announceFailure)}>
          <Icon name="add" />
          {words.access.createKey}
        </button>
      </div>
      {made && (
        <Dialog title={words.access.keyCreated} onClose={closed} commands={[commandOf('create', owner)]} wide>
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
  onToggle,
  onDelete,
}: {
  readonly keys: readonly KeyEntry[]
  readonly onToggle: (key: KeyEntry) => void
  readonly onDelete: (key: KeyEntry) => void
}): JSX.Element {
  const words = useWords()
  return (
    <div class="table">
      <table>
        <thead>
          <tr>
            <th scope="col">AccessKey ID</th>
            <th scope="col">{words.access.status}</th>
            <th scope="col">{words.created}</th>
            <th scope="col">{words.access.lastUsed}</th>
            <th scope="col">
              <span class="unseen">{words.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => {
            const isActive = key.Status === 'Active'
            return (
              <tr key={key.AccessKeyId}>
                <td class="mono">{key.AccessKeyId}</td>
                <td>
                  <span class={`badge ${isActive ? 'good' : 'warn'}`}>
                    {isActive ? words.access.active : words.access.inactive}
                  </span>
                </td>
                <td>{time(Date.parse(key.CreateDate))}</td>
                <td>{key.LastUsedDate === undefined ? words.access.never : time(Date.parse(key.LastUsedDate))}</td>
                <td class="tools">
                  <button type="button" class="button little" onClick={() => onToggle(key)}>
                    {isActive ? words.access.disable : words.access.enable}
                  </button>{' '}
                  <button type="button" class="button danger little" onClick={() => onDelete(key)}>
                    {words.delete}
                  </button>
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
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
    <Dialog title={words.access.deleteKey(id)} onClose={onClose} commands={[`${commandOf('delete', owner)} ${id}`]}>
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

function commandOf(verb: 'create' | 'delete', owner: Owner): string {
  return owner === undefined ? `bindery admin account ${verb}-key` : `bindery admin key ${verb} ${quoted(owner)}`
}
