import type { JSX } from 'preact'
import { count } from '../app/format.js'
import { useWords } from '../app/language.js'
import { shownKey } from '../app/shown-key.js'
import { type RunProgress, useRun } from '../app/use-run.js'
import { addressOf } from '../parts/as-command.js'
import { Dialog } from '../parts/dialog.js'
import { NameList } from '../parts/name-list.js'
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
  const run = useRun({ onClose, onDone })
  const prefixes = entries.filter(({ kind }) => kind === 'prefix').length
  return (
    <Dialog
      title={words.objects.deleteTitle(count(entries.length))}
      onClose={run.close}
      commands={entries.slice(0, NAMED_MAX).map((entry) => commandFor(bucket, entry))}
    >
      <NameList
        all={entries.length}
        names={entries.slice(0, NAMED_MAX).map((entry) => (
          <>
            {shownKey(entry.key)}
            {entry.kind !== 'prefix' && entry.versionId !== undefined && (
              <span class="muted small"> · {entry.versionId}</span>
            )}
          </>
        ))}
      />
      {prefixes > 0 && <p>{words.objects.deletesBelow}</p>}
      <p class="muted">{words.objects.deletesForGood}</p>
      {run.error !== undefined && <Failure error={run.error} />}
      <footer>
        <span class="grow" aria-live="polite">
          {run.done !== undefined && words.objects.deletedSoFar(count(run.done))}
        </span>
        <button type="button" class="button" onClick={run.close}>
          {words.cancel}
        </button>
        <button
          type="button"
          class="button danger primary"
          disabled={run.isRunning}
          onClick={() =>
            run.start(async (progress) => {
              const total = await deleteAll(bucket, entries, progress)
              announce(words.objects.wereDeleted(count(total)))
            })
          }
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

/** Deletes objects by name and prefixes page by page; returns the number of objects. */
async function deleteAll(bucket: string, entries: readonly Entry[], { onDone, goesOn }: RunProgress): Promise<number> {
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
