import type { UploadTask } from '@bindery/client/browser'
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { bytes, clock, count, percent } from '../app/format.js'
import { useWords } from '../app/language.js'
import { shownKey } from '../app/shown-key.js'
import { Icon, type IconName } from '../parts/icon.js'
import { announceFailure } from '../parts/toasts.js'
import type { Group } from './groups.js'
import { ProgressBar, TransferRows } from './transfer-row.js'

/** The uploads of a folder as one: how far they are together, and on request each of them. */
export function GroupRow({ group }: { readonly group: Group }): JSX.Element {
  const words = useWords()
  const [isOpen, setOpen] = useState(false)
  const { folder, tasks, done, failed, total, committed, bytesPerSecond } = group
  const share = done === tasks.length ? 1 : total === 0 ? 0 : committed / total
  const name = shownKey(folder)
  return (
    <section class="transfer" aria-label={name}>
      <div class="row apart top-aligned">
        <details class="grow" onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary class="break">
            <strong>{name}</strong>
          </summary>
        </details>
        <GroupActions group={group} />
      </div>
      <ProgressBar share={share} label={name} />
      <div class="row small muted">
        <span>{words.transfers.filesDone(count(done), count(tasks.length))}</span>
        {failed > 0 && <span class="badge bad">{words.transfers.filesFailed(failed)}</span>}
        <span>{percent(share)}</span>
        <span>{`${bytes(committed)} / ${bytes(total)}`}</span>
        {bytesPerSecond > 0 && (
          <>
            <span>{`${bytes(bytesPerSecond)}/s`}</span>
            <span>{clock((total - committed) / bytesPerSecond)}</span>
          </>
        )}
      </div>
      {isOpen && (
        <div class="nested">
          <TransferRows tasks={tasks} />
        </div>
      )}
    </section>
  )
}

function GroupActions({ group }: { readonly group: Group }): JSX.Element {
  const words = useWords()
  const { folder, tasks, done, failed, active, paused } = group
  const name = shownKey(folder)
  const each = (act: (task: UploadTask) => Promise<unknown> | undefined) => () =>
    void Promise.all(tasks.map(act)).catch(announceFailure)
  const isOver = ({ state }: UploadTask) => state === 'done' || state === 'aborted'
  const canPause = (task: UploadTask) => !isOver(task) && task.state !== 'failed' && task.state !== 'paused'
  const waits = tasks.length - done - failed - active - paused > 0
  const button = (icon: IconName, label: string, act: () => void) => (
    <button type="button" class="button bare icon little" aria-label={label} onClick={act}>
      <Icon name={icon} />
    </button>
  )
  return (
    <span class="row">
      {(active > 0 || waits) &&
        button(
          'pause',
          words.transfers.pause(name),
          each((task) => (canPause(task) ? task.pause() : undefined)),
        )}
      {paused + failed > 0 &&
        button(
          failed > 0 ? 'again' : 'play',
          words.transfers.resume(name),
          each((task) => {
            if (task.state === 'paused' || task.state === 'failed') task.resume()
            return undefined
          }),
        )}
      {done < tasks.length &&
        button(
          'close',
          words.transfers.abort(name),
          each((task) => (isOver(task) ? undefined : task.abort())),
        )}
    </span>
  )
}
