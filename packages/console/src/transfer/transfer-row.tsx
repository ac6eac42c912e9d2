import { OssError, type TransferPart, type UploadTask } from '@bindery/client/browser'
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { bytes, clock, count, percent } from '../app/format.js'
import { useWords } from '../app/language.js'
import { link } from '../app/route.js'
import { shownKey } from '../app/shown-key.js'
import { Icon } from '../parts/icon.js'
import { announceFailure } from '../parts/toasts.js'
import type { Shade } from './part-colours.js'
import { needsFile, takingOver } from './state.js'
import { Strip } from './strip.js'

/** One upload: how far it is, its parts, and what can be done with it. */
function TransferRow({ task }: { readonly task: UploadTask }): JSX.Element {
  const words = useWords()
  const { state, progress, bucket, key } = task
  const { total, committed, inFlight, bytesPerSecond, etaMs } = progress
  const share = state === 'done' ? 1 : total === null || total === 0 ? 0 : Math.min(1, (committed + inFlight) / total)
  const isMoving = state === 'running' || state === 'completing'
  return (
    <section class="transfer" aria-label={shownKey(key)}>
      <div class="row apart">
        <strong class="break grow">
          {state === 'done' ? (
            <a href={link(['buckets', bucket, 'object'], { key })}>{shownKey(key)}</a>
          ) : (
            shownKey(key)
          )}
        </strong>
        <Actions task={task} />
      </div>
      <ProgressBar share={share} label={shownKey(key)} />
      <div class="row small muted">
        <span>{needsFile.has(task) ? words.transfers.needsFile : words.transfers.states[state]}</span>
        <span>{percent(share)}</span>
        <span>
          {bytes(committed)}
          {total !== null && ` / ${bytes(total)}`}
        </span>
        {isMoving && <span>{`${bytes(bytesPerSecond)}/s`}</span>}
        {isMoving && etaMs !== null && <span>{clock(etaMs / 1000)}</span>}
      </div>
      {state === 'failed' && <FailureOf task={task} />}
      <Parts task={task} />
    </section>
  )
}

/** Uploads that are drawn; of longer queues those that move come first. */
const ROWS_MAX = 60

/** Uploads one below the other, as many as are drawn at a time. */
export function TransferRows({ tasks }: { readonly tasks: readonly UploadTask[] }): JSX.Element {
  const words = useWords()
  const shown = firstOf(tasks)
  return (
    <>
      {shown.map((task) => (
        <TransferRow key={`${task.bucket}/${task.key}`} task={task} />
      ))}
      {tasks.length > shown.length && <p class="muted">{words.andMore(count(tasks.length - shown.length))}</p>}
    </>
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

/** A share from 0 to 1 as a bar. */
export function ProgressBar({ share, label }: { readonly share: number; readonly label: string }): JSX.Element {
  return (
    <div
      class="progress"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
      aria-valuetext={percent(share)}
    >
      <div style={{ width: `${share * 100}%` }} />
    </div>
  )
}

function Actions({ task }: { readonly task: UploadTask }): JSX.Element {
  const words = useWords()
  const { state, key } = task
  const name = shownKey(key)
  const canPause = state === 'running' || state === 'offline' || state === 'preparing'
  const canResume = (state === 'paused' || state === 'failed') && !needsFile.has(task)
  const abort = () => void task.abort().catch(announceFailure)
  return (
    <span class="row">
      {canPause && (
        <button
          type="button"
          class="button bare icon little"
          aria-label={words.transfers.pause(name)}
          onClick={() => void task.pause().catch(announceFailure)}
        >
          <Icon name="pause" />
        </button>
      )}
      {canResume && (
        <button
          type="button"
          class="button bare icon little"
          aria-label={words.transfers.resume(name)}
          onClick={() => task.resume()}
        >
          <Icon name={state === 'failed' ? 'again' : 'play'} />
        </button>
      )}
      {canMove(task) && (
        <button
          type="button"
          class="button bare icon little"
          aria-label={words.transfers.takeOver(name)}
          title={words.transfers.takeOverTitle}
          aria-haspopup="dialog"
          onClick={() => takingOver.set(task)}
        >
          <Icon name="move" />
        </button>
      )}
      {state !== 'done' && state !== 'aborted' && (
        <button
          type="button"
          class="button bare icon little"
          aria-label={words.transfers.abort(name)}
          title={words.transfers.abortHint}
          onClick={abort}
        >
          <Icon name="close" />
        </button>
      )}
    </span>
  )
}

/** Whether the server has parts that another machine can go on from. */
function canMove({ state, uploadId }: UploadTask): boolean {
  return uploadId !== undefined && state !== 'done' && state !== 'aborted' && state !== 'completing'
}

function FailureOf({ task }: { readonly task: UploadTask }): JSX.Element {
  const words = useWords()
  const [error, setError] = useState<unknown>(undefined)
  useEffect(() => {
    task.result.catch(setError)
  }, [task])
  const text = error instanceof OssError ? `${error.code}: ${error.message}` : String(error ?? '')
  return (
    <p class="notice bad">
      <strong>{words.transfers.states.failed}</strong>
      {text}
    </p>
  )
}

const SHADES: Readonly<Record<TransferPart['state'], Shade>> = {
  waiting: 'missing',
  active: 'active',
  retrying: 'retrying',
  done: 'stored',
  reused: 'reused',
}

function Parts({ task }: { readonly task: UploadTask }): JSX.Element | null {
  const words = useWords()
  const { parts } = task
  if (parts.length < 2 || task.state === 'done') return null
  const sum = (state: TransferPart['state']) => parts.filter((part) => part.state === state).length
  const { total } = task.progress.parts
  const all = total ?? parts.length
  const shades = Array.from({ length: all }, (_, index): Shade => SHADES[parts[index]?.state ?? 'waiting'])
  const stored = sum('done') + sum('reused')
  const retried = parts.find(({ state }) => state === 'retrying')
  return (
    <>
      <Strip shades={shades} label={words.transfers.partsSentence(count(stored), count(all), count(sum('active')))} />
      <p class="small muted">
        {words.transfers.partsSentence(count(stored), count(all), count(sum('active')))}
        {retried !== undefined && ` ${words.transfers.retrying(retried.partNumber, retried.attempt)}`}
      </p>
    </>
  )
}
