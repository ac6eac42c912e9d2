import type { JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { count } from '../app/format.js'
import { useWords } from '../app/language.js'
import { shownKey } from '../app/shown-key.js'
import { addressOf } from '../parts/as-command.js'
import { Dialog } from '../parts/dialog.js'
import { Failure } from '../parts/notice.js'
import { announce } from '../parts/toasts.js'
import { deleteObjects, type Entry, listPage, type Target } from '../wire/objects.js'

const NAMED_MAX = 5

/** Deletes objects, versions, and all that is below prefixes. */
export function DeleteObjectsDialog({
  bucket,
  entries,
  onClose,
  onDone,
}: {
  readonly bucket: string
  readonly entries: readonly Entry[]
  readonly onClose: () => void
  readonly onDone: () => void
}): JSX.Element {
  const words = useWords()
  const [done, setDone] = useState<number | undefined>()
  const [error, setError] = useState<unknown>(undefined)
  const isOpen = useRef(true)
  const prefixes = entries.filter(({ kind }) => kind === 'prefix').length
  const run = async () => {
    const total = await deleteAll(bucket, entries, { onDone: setDone, goesOn: () => isOpen.current })
    announce(words.objects.wereDeleted(count(total)))
    onDone()
  }
  const close = () => {
    isOpen.current = false
    if (done === undefined) onClose()
    else onDone()
  }
  return (
    <Dialog
      title={words.objects.deleteTitle(count(entries.length))}
      onClose={close}
      commands={entries.slice(0, NAMED_MAX).map((entry) => commandFor(bucket, entry))}
    >
      <ul class="stack tight">
        {entries.slice(0, NAMED_MAX).map((entry) => (
          <li key={JSON.stringify(entry)} class="break">
            {shownKey(entry.key)}
            {entry.kind !== 'prefix' && entry.versionId !== undefined && (
              <span class="muted small"> · {entry.versionId}</span>
            )}
          </li>
        ))}
        {entries.length > NAMED_MAX && <li>{words.andMore(count(entries.length - NAMED_MAX))}</li>}
      </ul>
      {prefixes > 0 && <p>{words.objects.deletesBelow}</p>}
      <p class="muted">{words.objects.deletesForGood}</p>
      {error !== undefined && <Failure error={error} />}
      <footer>
        <span class="grow" aria-live="polite">
          {done !== undefined && words.objects.deletedSoFar(count(done))}
        </span>
        <button type="button" class="button" onClick={close}>
          {words.cancel}
        </button>
        <button
          type="button"
          class="button danger primary"
          disabled={done !== undefined && error === undefined}
          onClick={() => {
            setDone(0)
            run().catch(setError)
          }}
        >
          {words.delete}
        </button>
      </footer>
    </Dialog>
  )
}

function commandFor(bucket: string, entry: Entry): string {
  if (entry.kind === 'prefix') return `bindery rm --recursive ${addressOf(bucket, entry.key)}`
  const version = entry.versionId === undefined ? '' : ` --version-id ${entry.versionId}`
  return `bindery rm ${addressOf(bucket, entry.key)}${version}`
}

interface Progress {
  readonly onDone: (count: number) => void
  readonly goesOn: () => boolean
}

/** Deletes objects by name and prefixes page by page; returns the number of objects. */
async function deleteAll(bucket: string, entries: readonly Entry[], { onDone, goesOn }: Progress): Promise<number> {
  const named: readonly Target[] = entries.flatMap((one) => (one.kind === 'prefix' ? [] : [one]))
  await deleteObjects(bucket, named, onDone)
  let total = named.length
  for (const { kind, key: prefix } of entries) {
    if (kind !== 'prefix') continue
    let position: Readonly<Record<string, string>> | undefined = {}
    while (position !== undefined && goesOn()) {
      const page: Awaited<ReturnType<typeof listPage>> = await listPage({ bucket, prefix }, position)
      await deleteObjects(bucket, page.rows)
      total += page.rows.length
      onDone(total)
      position = page.next
    }
  }
  return total
}
