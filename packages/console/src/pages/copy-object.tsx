import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { useLoad } from '../app/use-load.js'
import { addressOf } from '../parts/as-command.js'
import { Dialog } from '../parts/dialog.js'
import { Check, Choice, TextField } from '../parts/field.js'
import { Failure } from '../parts/notice.js'
import { announce } from '../parts/toasts.js'
import { listBuckets } from '../wire/buckets.js'
import { moveObject } from '../wire/moves.js'
import { copyObject, ONLY_IF_FREE, requireFree, type Target } from '../wire/objects.js'

/** Copies an object under another key or into another bucket; with its original deleted it is renamed or moved. */
export function CopyObjectDialog({
  bucket,
  target,
  onClose,
  onDone,
}: {
  readonly bucket: string
  readonly target: Target
  readonly onClose: () => void
  readonly onDone: () => void
}): JSX.Element {
  const words = useWords()
  const buckets = useLoad((signal) => listBuckets(signal).catch(() => []), [])
  const [into, setInto] = useState(bucket)
  const [key, setKey] = useState(target.key)
  const [moves, setMoves] = useState(target.versionId === undefined)
  const [overwrites, setOverwrites] = useState(false)
  const [error, setError] = useState<unknown>(undefined)
  const isSame = into === bucket && key === target.key
  const run = async () => {
    setError(undefined)
    const place = { bucket: into, key }
    if (moves) await moveObject(bucket, target, place, { overwrites })
    else {
      if (!overwrites) await requireFree(place)
      await copyObject(bucket, target, place, overwrites ? {} : ONLY_IF_FREE)
    }
    announce(moves ? words.objects.wasMoved : words.objects.wasCopied)
    onDone()
  }
  const names = [...new Set([bucket, ...(buckets.value ?? []).map(({ name }) => name)])]
  return (
    <Dialog
      title={words.objects.copyOrMove}
      onClose={onClose}
      commands={[
        `bindery ${moves ? 'mv' : 'cp'} ${addressOf(bucket, target.key)} ${addressOf(into, isSame ? 'NEW-KEY' : key)}`,
      ]}
    >
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          run().catch(setError)
        }}
      >
        <Choice
          label={words.access.bucket}
          value={into}
          onChange={setInto}
          options={names.map((name) => [name, name] as const)}
        />
        <TextField
          label={words.objects.newKey}
          hint={words.objects.newKeyHint}
          value={key}
          onChange={setKey}
          required
          autoFocus
        />
        <Check label={words.objects.deleteOriginal} checked={moves} onChange={setMoves} />
        <Check label={words.objects.mayOverwrite} checked={overwrites} onChange={setOverwrites} />
        {error !== undefined && <Failure error={error} />}
        <footer>
          <button type="button" class="button" onClick={onClose}>
            {words.cancel}
          </button>
          <button type="submit" class="button primary" disabled={key === '' || isSame}>
            {moves ? words.objects.move : words.objects.copyHere}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
