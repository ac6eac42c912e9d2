import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { bytes, count } from '../app/format.js'
import { inTurns } from '../app/in-turns.js'
import { useWords } from '../app/language.js'
import { shownKey } from '../app/shown-key.js'
import { useLoad } from '../app/use-load.js'
import { addressOf } from '../parts/as-command.js'
import { Dialog } from '../parts/dialog.js'
import { Failure } from '../parts/notice.js'
import { announce } from '../parts/toasts.js'
import { ServerError } from '../wire/server-error.js'
import { abortUpload, explainUpload, type UploadName } from '../wire/uploads.js'

const NAMED_MAX = 5
/** Uploads whose bytes are added up before they are aborted. */
const SUMMED_MAX = 200

/** Aborts uploads, after it has shown how many bytes that frees. */
export function AbortDialog({
  uploads,
  onClose,
  onDone,
}: {
  readonly uploads: readonly UploadName[]
  readonly onClose: () => void
  readonly onDone: () => void
}): JSX.Element {
  const words = useWords()
  const [done, setDone] = useState<number | undefined>()
  const [error, setError] = useState<unknown>(undefined)
  const sum = useLoad(async (signal) => {
    if (uploads.length > SUMMED_MAX) return undefined
    const maps = await inTurns(uploads, (one) => explainUpload(one, signal).catch(() => undefined))
    return maps.reduce((total, map) => total + (map?.bytes ?? 0), 0)
  }, [])
  const run = async () => {
    let finished = 0
    await inTurns(uploads, async (one) => {
      await abortUpload(one).catch((failure: unknown) => {
        // it was completed or aborted meanwhile
        if (!(failure instanceof ServerError) || failure.code !== 'NoSuchUpload') throw failure
      })
      finished += 1
      setDone(finished)
    })
    announce(words.uploads.wereAborted(finished))
    onDone()
  }
  return (
    <Dialog
      title={words.uploads.abortTitle(uploads.length)}
      onClose={done === undefined ? onClose : onDone}
      commands={uploads
        .slice(0, NAMED_MAX)
        .map(({ bucket, key, uploadId }) => `bindery mpu abort ${addressOf(bucket, key)} ${uploadId}`)}
    >
      <ul class="stack tight">
        {uploads.slice(0, NAMED_MAX).map(({ bucket, key, uploadId }) => (
          <li key={uploadId} class="break">
            {bucket}/{shownKey(key)}
          </li>
        ))}
        {uploads.length > NAMED_MAX && <li>{words.andMore(count(uploads.length - NAMED_MAX))}</li>}
      </ul>
      {sum.value !== undefined && <p>{words.uploads.frees(bytes(sum.value))}</p>}
      <p class="muted">{words.uploads.abortsForGood}</p>
      {error !== undefined && <Failure error={error} />}
      <footer>
        <span class="grow" aria-live="polite">
          {done !== undefined && `${count(done)} / ${count(uploads.length)}`}
        </span>
        <button type="button" class="button" onClick={done === undefined ? onClose : onDone}>
          {words.cancel}
        </button>
        <button
          type="button"
          class="button danger primary"
          disabled={done !== undefined && error === undefined}
          onClick={() => {
            setError(undefined)
            setDone(0)
            run().catch(setError)
          }}
        >
          {words.uploads.abort}
        </button>
      </footer>
    </Dialog>
  )
}
