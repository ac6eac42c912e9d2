import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { PageProps } from '../app/console.js'
import { time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { link } from '../app/route.js'
import { useLoad } from '../app/use-load.js'
import { quoted } from '../parts/as-command.js'
import { Dialog } from '../parts/dialog.js'
import { Icon } from '../parts/icon.js'
import { Failure } from '../parts/notice.js'
import { Empty, WhenLoaded } from '../parts/states.js'
import { announce } from '../parts/toasts.js'
import { deleteUser, listUsers, type User } from '../wire/access.js'
import { CreateUserDialog } from './create-user.js'
import { Keys } from './keys.js'
import { UserPage } from './user.js'

/** The users of the account, and the account's own keys. */
export function AccessPage(props: PageProps): JSX.Element {
  const { user } = props.query
  return user === undefined ? <UsersPage /> : <UserPage key={user} user={user} />
}

function UsersPage(): JSX.Element {
  const words = useWords()
  const users = useLoad(() => listUsers(), [])
  const [dialog, setDialog] = useState<'create' | User | undefined>()
  const changed = () => {
    setDialog(undefined)
    users.again()
  }
  const creates = (
    <button type="button" class="button primary" onClick={() => setDialog('create')}>
      <Icon name="add" />
      {words.access.createUser}
    </button>
  )
  return (
    <div class="page">
      <header>
        <h1>{words.place.access}</h1>
        {creates}
      </header>
      <WhenLoaded loaded={users}>
        {(all) =>
          all.length === 0 ? (
            <Empty text={words.access.noUsers} command="bindery admin user create NAME">
              {creates}
            </Empty>
          ) : (
            <UserTable users={all} onDelete={setDialog} />
          )
        }
      </WhenLoaded>
      <section class="card stack">
        <h2>{words.access.accountKeys}</h2>
        <p class="muted">{words.access.accountKeysHint}</p>
        <Keys owner={undefined} />
      </section>
      {dialog === 'create' && <CreateUserDialog onClose={changed} />}
      {typeof dialog === 'object' && (
        <DeleteUserDialog user={dialog.UserName} onClose={() => setDialog(undefined)} onDone={changed} />
      )}
    </div>
  )
}

function UserTable({
  users,
  onDelete,
}: {
  readonly users: readonly User[]
  readonly onDelete: (user: User) => void
}): JSX.Element {
  const words = useWords()
  return (
    <div class="table">
      <table>
        <thead>
          <tr>
            <th scope="col">{words.name}</th>
            <th scope="col">{words.access.comments}</th>
            <th scope="col">{words.created}</th>
            <th scope="col">
              <span class="unseen">{words.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {users.map((user) => (
            <tr key={user.UserName}>
              <td>
                <span class="named">
                  <Icon name="key" />
                  <a href={link(['access'], { user: user.UserName })}>{user.UserName}</a>
                </span>
              </td>
              <td class="break">{user.Comments}</td>
              <td>{time(Date.parse(user.CreateDate))}</td>
              <td class="tools">
                <button
                  type="button"
                  class="button bare icon little"
                  aria-label={words.access.deleteUser(user.UserName)}
                  onClick={() => onDelete(user)}
                >
                  <Icon name="remove" />
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function DeleteUserDialog({
  user,
  onClose,
  onDone,
}: {
  readonly user: string
  readonly onClose: () => void
  readonly onDone: () => void
}): JSX.Element {
  const words = useWords()
  const [error, setError] = useState<unknown>(undefined)
  const remove = async () => {
    await deleteUser(user)
    announce(words.access.userDeleted(user))
    onDone()
  }
  return (
    <Dialog
      title={words.access.deleteUser(user)}
      onClose={onClose}
      commands={[`bindery admin user delete ${quoted(user)}`]}
    >
      <p>{words.access.deletesUser}</p>
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
