import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { count } from '../app/format.js'
import { useWords } from '../app/language.js'
import { shownKey } from '../app/shown-key.js'
import { useLoad } from '../app/use-load.js'
import { useRun } from '../app/use-run.js'
import { addressOf } from '../parts/as-command.js'
import { Dialog } from '../parts/dialog.js'
import { Check, Choice, TextField } from '../parts/field.js'
import { NameList } from '../parts/name-list.js'
import { Failure } from '../parts/notice.js'
import { announce } from '../parts/toasts.js'
import { listBuckets } from '../wire/buckets.js'
import { canTake, haveOwnNames, type Moved, moveInto } from '../wire/moves.js'

const NAMED_MAX = 5

/** Moves objects and folders into a folder, one after the other; what changes meanwhile stays where it is. */
export function MoveObjectsDialog({
  bucket,
  entries,
  folder,
  onClose,
  onDone,
}: {
  readonly bucket: string
  readonly entries: readonly Moved[]
  /** The folder that is proposed, with its slash; empty for the top of the bucket. */
  readonly folder: string
  readonly onClose: () => void
  readonly onDone: () => void
}): JSX.Element {
  const words = useWords()
  const buckets = useLoad((signal) => listBuckets(signal).catch(() => []), [])
  const [into, setInto] = useState(bucket)
  const [prefix, setPrefix] = useState(folder)
  const [overwrites, setOverwrites] = useState(false)
  const run = useRun({ onClose, onDone })
  const target = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`
  const isPossible = haveOwnNames(entries) && (into !== bucket || canTake(target, entries))
  const names = [...new Set([bucket, ...(buckets.value ?? []).map(({ name }) => name)])]
  return (
    <Dialog
      title={words.objects.moveTitle(entries.length)}
      onClose={run.close}
      commands={entries
        .slice(0, NAMED_MAX)
        .map((entry) => commandFor(bucket, entry, { bucket: into, key: isPossible ? target : 'FOLDER/' }))}
    >
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          run.start(async (progress) => {
            const total = await moveInto(bucket, entries, { bucket: into, key: target }, { ...progress, overwrites })
            announce(words.objects.wereMoved(total))
          })
        }}
      >
        <NameList names={entries.slice(0, NAMED_MAX).map(({ key }) => shownKey(key))} all={entries.length} />
        <Choice
          label={words.access.bucket}
          value={into}
          onChange={setInto}
          options={names.map((name) => [name, name] as const)}
        />
        <TextField
          label={words.objects.intoFolder}
          hint={words.objects.intoFolderHint}
          fault={isPossible || prefix === folder ? undefined : words.objects.isThere}
          value={prefix}
          onChange={setPrefix}
          autoFocus
        />
        <Check label={words.objects.mayOverwrite} checked={overwrites} onChange={setOverwrites} />
        <p class="muted">{haveOwnNames(entries) ? words.objects.movesUnchanged : words.objects.sameNames}</p>
        {run.error !== undefined && <Failure error={run.error} />}
        <footer>
          <span class="grow" aria-live="polite">
            {run.done !== undefined && words.objects.movedSoFar(count(run.done))}
          </span>
          <button type="button" class="button" onClick={run.close}>
            {words.cancel}
          </button>
          <button type="submit" class="button primary" disabled={!isPossible || run.isRunning}>
            {words.objects.moveHere}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}

function commandFor(bucket: string, { kind, key }: Moved, target: { bucket: string; key: string }): string {
  const name = key.slice(key.replace(/\/$/, '').lastIndexOf('/') + 1)
  const flag = kind === 'prefix' ? ' --recursive' : ''
  return `bindery mv${flag} ${addressOf(bucket, key)} ${addressOf(target.bucket, target.key + name)}`
}
