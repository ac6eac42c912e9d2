import type { UploadTask } from '@bindery/client/browser'
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { bytes, clock, count } from '../app/format.js'
import { useWords } from '../app/language.js'
import { useStore } from '../app/store.js'
import { Icon } from '../parts/icon.js'
import { announceFailure } from '../parts/toasts.js'
import { ChoicesForm } from './choices-form.js'
import { GroupRow } from './group-row.js'
import { grouped } from './groups.js'
import { drawerWidth, ResizeHandle } from './resize-handle.js'
import { canContinue, drawn, isDrawerOpen, needsFile, takingOver } from './state.js'
import { TakeOverDialog } from './take-over.js'
import { TransferRows } from './transfer-row.js'
import { continueRestored, giveFiles, restoreUploads, uploads } from './transfers.js'

export { ConflictDialog } from './conflict-dialog.js'

const DRAWN_MS = 250

/** The uploads of this tab, in a panel at the side. */
export function Drawer(): JSX.Element | null {
  const words = useWords()
  useSlowly()
  const isOpen = useStore(isDrawerOpen)
  const width = useStore(drawerWidth)
  const moving = useStore(takingOver)
  if (!isOpen) return null
  const queue = uploads()
  const all = [...queue]
  const { files } = queue.progress
  const waiting = files.total - files.active - files.done - files.failed - files.paused
  const { groups, single } = grouped(all)
  return (
    <aside
      class="drawer"
      style={{ '--drawer': `${width}px` }}
      aria-label={words.transfers.title}
      onKeyDown={(event) => event.key === 'Escape' && isDrawerOpen.set(false)}
    >
      <ResizeHandle width={width} onResize={(wanted) => drawerWidth.set(wanted)} />
      <div class="row apart">
        <h2>{words.transfers.title}</h2>
        <button
          type="button"
          class="button bare icon little"
          aria-label={words.close}
          onClick={() => isDrawerOpen.set(false)}
        >
          <Icon name="close" />
        </button>
      </div>
      <p class="muted" aria-live="polite">
        {words.transfers.summary({
          active: count(files.active),
          waiting: count(Math.max(0, waiting)),
          done: count(files.done),
          failed: count(files.failed),
        })}
      </p>
      <div class="row">
        <button type="button" class="button little" onClick={() => void queue.pauseAll().catch(announceFailure)}>
          <Icon name="pause" />
          {words.transfers.pauseAll}
        </button>
        <button type="button" class="button little" onClick={() => queue.resumeAll()}>
          <Icon name="play" />
          {words.transfers.resumeAll}
        </button>
        <button type="button" class="button little" disabled={files.failed === 0} onClick={() => queue.retryFailed()}>
          <Icon name="again" />
          {words.transfers.retryFailed}
        </button>
        <button
          type="button"
          class="button little"
          onClick={() => {
            queue.clear('done')
            drawn.set(drawn.value + 1)
          }}
        >
          {words.transfers.clearDone}
        </button>
      </div>
      <ChoicesForm />
      {all.length === 0 && <p>{words.transfers.none}</p>}
      <ContinueHere tasks={all} />
      <ChooseAgain tasks={all} />
      {groups.map((group) => (
        <GroupRow key={group.folder} group={group} />
      ))}
      <TransferRows tasks={single} />
      {moving !== undefined && <TakeOverDialog task={moving} onClose={() => takingOver.set(undefined)} />}
    </aside>
  )
}

/** Draws at most four times a second, however fast parts arrive. */
function useSlowly(): void {
  const [, draw] = useState(0)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const end = drawn.follow(() => {
      timer ??= setTimeout(() => {
        timer = undefined
        draw((times) => times + 1)
      }, DRAWN_MS)
    })
    return () => {
      end()
      clearTimeout(timer)
    }
  }, [])
}

/** Continues what an earlier page began, with files that the browser can open again. */
function ContinueHere({ tasks }: { readonly tasks: readonly UploadTask[] }): JSX.Element | null {
  const words = useWords()
  const ready = tasks.filter((task) => canContinue.has(task))
  if (ready.length === 0) return null
  return (
    <div class="notice warn">
      <strong>{words.transfers.continueTitle(ready.length)}</strong>
      <div class="row">
        <button type="button" class="button primary" onClick={() => void continueRestored().catch(announceFailure)}>
          <Icon name="play" />
          {words.transfers.continueNow(ready.length, bytes(leftOf(ready)))}
        </button>
      </div>
    </div>
  )
}

function leftOf(tasks: readonly UploadTask[]): number {
  return tasks.reduce((sum, { progress }) => sum + Math.max(0, (progress.total ?? 0) - progress.committed), 0)
}

/** A field for the files of uploads that an earlier page began. */
function ChooseAgain({ tasks }: { readonly tasks: readonly UploadTask[] }): JSX.Element | null {
  const words = useWords()
  const [strangers, setStrangers] = useState<readonly File[]>([])
  const missing = tasks.filter((task) => needsFile.has(task))
  if (missing.length === 0) return null
  return (
    <div class="notice warn">
      <strong>{words.transfers.continueTitle(missing.length)}</strong>
      <span>{words.transfers.continueHint(bytes(leftOf(missing)))}</span>
      <label class="field">
        <span>{words.transfers.chooseAgain}</span>
        <input
          type="file"
          multiple
          onChange={(event) => {
            const files = [...(event.currentTarget.files ?? [])]
            void giveFiles(files).then(setStrangers, announceFailure)
          }}
        />
      </label>
      {strangers.length > 0 && <span>{words.transfers.otherFile(strangers.map(({ name }) => name).join(', '))}</span>}
    </div>
  )
}

/** The button in the head of the page: how the uploads stand, and the drawer. */
export function TransferPill(): JSX.Element | null {
  const words = useWords()
  useSlowly()
  useEffect(() => void restoreUploads().catch(announceFailure), [])
  const { files, bytesPerSecond, etaMs } = uploads().progress
  if (files.total === 0) return null
  const moving = files.active > 0
  const speed = moving ? `${bytes(bytesPerSecond)}/s · ${etaMs === null ? '–' : clock(etaMs / 1000)}` : ''
  return (
    <button type="button" class="button" onClick={() => isDrawerOpen.set(!isDrawerOpen.value)}>
      <Icon name="uploads" />
      {words.transfers.pill(count(files.total - files.done), count(files.total))}
      {speed !== '' && <span class="muted">{speed}</span>}
    </button>
  )
}
