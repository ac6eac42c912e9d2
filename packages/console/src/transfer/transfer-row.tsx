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
import { needsFile } from './state.js'
import { Strip } from './strip.js'

/** One upload: how far it is, its parts, and what can be done with it. */
export function TransferRow({ task }: { readonly task: UploadTask }): JSX.Element {
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
      <div
        class="progress"
        role="progressbar"
        aria-label={shownKey(key)}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
      >
        <div style={{ width: `${share * 100}%` }} />
      </div>
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
