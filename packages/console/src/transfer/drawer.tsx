import type { UploadTask } from '@bindery/client/browser'
import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { bytes, clock, count } from '../app/format.js'
import { useWords } from '../app/language.js'
import { useStore } from '../app/store.js'
import { Icon } from '../parts/icon.js'
import { announceFailure } from '../parts/toasts.js'
import { ChoicesForm } from './choices-form.js'
import { canContinue, drawn, isDrawerOpen, needsFile } from './state.js'
import { TransferRow } from './transfer-row.js'
import { continueRestored, giveFiles, restoreUploads, uploads } from './transfers.js'

export { ConflictDialog } from './conflict-dialog.js'

/** Uploads that are drawn; of longer queues those that move come first. */
const ROWS_MAX = 60
const DRAWN_MS = 250

/** The uploads of this tab, in a panel at the side. */
export function Drawer(): JSX.Element | null {
  const words = useWords()
  useSlowly()
  const isOpen = useStore(isDrawerOpen)
  const panel = useRef<HTMLElement>(null)
  if (!isOpen) return null
  const queue = uploads()
  const all = [...queue]
  const { files } = queue.progress
  const waiting = files.total - files.active - files.done - files.failed - files.paused
  const shown = firstOf(all)
  return (
    <aside
      class="drawer"
      ref={panel}
      aria-label={words.transfers.title}
      onKeyDown={(event) => event.key === 'Escape' && isDrawerOpen.set(false)}
    >
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
      {shown.map((task) => (
        <TransferRow key={`${task.bucket}/${task.key}`} task={task} />
      ))}
      {all.length > shown.length && <p class="muted">{words.andMore(count(all.length - shown.length))}</p>}
    </aside>
  )
}

const RANK: Readonly<Partial<Record<UploadTask['state'], number>>> = {
  failed: 1,
  paused: 2,
  queued: 3,
  done: 4,
  aborted: 5,
}

/** Those that move first, then those that need someone, then the rest: as many as are drawn, without sorting a long queue. */
function firstOf(tasks: readonly UploadTask[]): readonly UploadTask[] {
  const ranks: UploadTask[][] = []
  for (const task of tasks) {
    const rank = RANK[task.state] ?? 0
    ranks[rank] ??= []
    const peers = ranks[rank]
    if (peers.length < ROWS_MAX) peers.push(task)
  }
  return ranks.flat().slice(0, ROWS_MAX)
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
