import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { count } from '../app/format.js'
import { useWords } from '../app/language.js'
import { type RunProgress, useRun } from '../app/use-run.js'
import { addressOf } from '../parts/as-command.js'
import { Dialog } from '../parts/dialog.js'
import { TextField } from '../parts/field.js'
import { Failure, Notice } from '../parts/notice.js'
import { announce } from '../parts/toasts.js'
import { deleteObjects, listPage } from '../wire/objects.js'
import { abortUpload, listUploads } from '../wire/uploads.js'

/** Deletes all that a bucket holds: objects, versions, delete markers and incomplete uploads. Its name must be typed. */
export function EmptyBucketDialog({
  bucket,
  onClose,
  onDone,
}: {
  readonly bucket: string
  readonly onClose: () => void
  readonly onDone: () => void
}): JSX.Element {
  const words = useWords()
  const [typed, setTyped] = useState('')
  const run = useRun({ onClose, onDone })
  return (
    <Dialog
      title={words.buckets.emptyOne(bucket)}
      onClose={run.close}
      commands={[
        `bindery rm --recursive --all-versions --yes ${addressOf(bucket)}/`,
        `bindery mpu abort --all --yes ${addressOf(bucket)}/`,
      ]}
    >
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          run.start(async (progress) => {
            await emptyBucket(bucket, progress)
            if (progress.goesOn()) announce(words.buckets.wasEmptied(bucket))
          })
        }}
      >
        <Notice kind="warn">{words.buckets.emptiesAll}</Notice>
        <TextField label={words.buckets.typeName(bucket)} value={typed} onChange={setTyped} autoFocus required />
        {run.error !== undefined && <Failure error={run.error} />}
        <footer>
          <span class="grow" aria-live="polite">
            {run.done !== undefined && words.objects.deletedSoFar(count(run.done))}
          </span>
          <button type="button" class="button" onClick={run.close}>
            {words.cancel}
          </button>
          <button type="submit" class="button danger primary" disabled={typed !== bucket || run.isRunning}>
            {words.buckets.empty}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}

/** Deletes page after page; the first page is listed again each time, because the one before is gone. */
async function emptyBucket(bucket: string, { onDone, goesOn }: RunProgress): Promise<void> {
  let total = 0
  for (;;) {
    const { rows } = await listPage({ bucket, prefix: '', versions: true }, {})
    if (rows.length === 0 || !goesOn()) break
    await deleteObjects(bucket, rows)
    total += rows.length
    onDone(total)
  }
  for (;;) {
    const { rows } = await listUploads({ bucket, prefix: '' }, {})
    if (rows.length === 0 || !goesOn()) return
    for (const upload of rows) {
      await abortUpload(upload)
      total += 1
      onDone(total)
    }
  }
}
