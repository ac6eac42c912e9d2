import type { JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { count } from '../app/format.js'
import { useWords } from '../app/language.js'
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
  const [done, setDone] = useState<number | undefined>()
  const [error, setError] = useState<unknown>(undefined)
  const isOpen = useRef(true)
  const isRunning = done !== undefined && error === undefined
  const close = () => {
    isOpen.current = false
    if (done === undefined) onClose()
    else onDone()
  }
  const run = async () => {
    await emptyBucket(bucket, { onDone: setDone, goesOn: () => isOpen.current })
    if (!isOpen.current) return
    announce(words.buckets.wasEmptied(bucket))
    onDone()
  }
  return (
    <Dialog
      title={words.buckets.emptyOne(bucket)}
      onClose={close}
      commands={[
        `bindery rm --recursive --all-versions --yes ${addressOf(bucket)}/`,
        `bindery mpu abort --all --yes ${addressOf(bucket)}/`,
      ]}
    >
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          setError(undefined)
          setDone(0)
          run().catch(setError)
        }}
      >
        <Notice kind="warn">{words.buckets.emptiesAll}</Notice>
        <TextField label={words.buckets.typeName(bucket)} value={typed} onChange={setTyped} autoFocus required />
        {error !== undefined && <Failure error={error} />}
        <footer>
          <span class="grow" aria-live="polite">
            {done !== undefined && words.objects.deletedSoFar(count(done))}
          </span>
          <button type="button" class="button" onClick={close}>
            {words.cancel}
          </button>
          <button type="submit" class="button danger primary" disabled={typed !== bucket || isRunning}>
            {words.buckets.empty}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}

interface Progress {
  readonly onDone: (count: number) => void
  readonly goesOn: () => boolean
}

/** Deletes page after page; the first page is listed again each time, because the one before is gone. */
async function emptyBucket(bucket: string, { onDone, goesOn }: Progress): Promise<void> {
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
