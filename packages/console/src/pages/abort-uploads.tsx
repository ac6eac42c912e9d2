import type { JSX } from 'preact'
import { bytes, count } from '../app/format.js'
import { inTurns } from '../app/in-turns.js'
import { useWords } from '../app/language.js'
import { shownKey } from '../app/shown-key.js'
import { useLoad } from '../app/use-load.js'
import { type RunProgress, useRun } from '../app/use-run.js'
import { addressOf } from '../parts/as-command.js'
import { Dialog } from '../parts/dialog.js'
import { NameList } from '../parts/name-list.js'
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
  const run = useRun({ onClose, onDone })
  const sum = useLoad(async (signal) => {
    if (uploads.length > SUMMED_MAX) return undefined
    const maps = await inTurns(uploads, (one) => explainUpload(one, signal).catch(() => undefined))
    return maps.reduce((total, map) => total + (map?.bytes ?? 0), 0)
  }, [])
  const abortAll = async ({ onDone: report, goesOn }: RunProgress) => {
    let finished = 0
    await inTurns(uploads, async (one) => {
      if (!goesOn()) return
      await abortUpload(one).catch((failure: unknown) => {
        // it was completed or aborted meanwhile
        if (!(failure instanceof ServerError) || failure.code !== 'NoSuchUpload') throw failure
      })
      finished += 1
      report(finished)
    })
    announce(words.uploads.wereAborted(finished))
  }
  return (
    <Dialog
      title={words.uploads.abortTitle(uploads.length)}
      onClose={run.close}
      commands={uploads
        .slice(0, NAMED_MAX)
        .map(({ bucket, key, uploadId }) => `bindery mpu abort ${addressOf(bucket, key)} ${uploadId}`)}
    >
      <NameList
        names={uploads.slice(0, NAMED_MAX).map(({ bucket, key }) => `${bucket}/${shownKey(key)}`)}
        all={uploads.length}
      />
      {sum.value !== undefined && <p>{words.uploads.frees(bytes(sum.value))}</p>}
      <p class="muted">{words.uploads.abortsForGood}</p>
      {run.error !== undefined && <Failure error={run.error} />}
      <footer>
        <span class="grow" aria-live="polite">
          {run.done !== undefined && `${count(run.done)} / ${count(uploads.length)}`}
        </span>
        <button type="button" class="button" onClick={run.close}>
          {words.uploads.keep}
        </button>
        <button
          type="button"
          class="button danger primary"
          disabled={run.isRunning}
          onClick={() => run.start(abortAll)}
        >
          {words.uploads.abort}
        </button>
      </footer>
    </Dialog>
  )
}
