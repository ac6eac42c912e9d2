import type { JSX } from 'preact'
import { count } from '../app/format.js'
import { useWords } from '../app/language.js'
import { shownKey } from '../app/shown-key.js'
import { useStore } from '../app/store.js'
import { Dialog } from '../parts/dialog.js'
import { NameList } from '../parts/name-list.js'
import { question } from './state.js'

const NAMED_MAX = 5
const ANSWERS = ['overwrite', 'skip', 'skip-if-same', 'keep-both'] as const

/** Lets the person decide about files whose keys are taken. */
export function ConflictDialog(): JSX.Element | null {
  const words = useWords()
  const open = useStore(question)
  if (open === undefined) return null
  const { files, taken, answer } = open
  return (
    <Dialog
      title={words.transfers.takenTitle}
      onClose={() => answer(undefined)}
      commands={['bindery cp FILE oss://BUCKET/ --ignore-existing']}
    >
      <p>
        {taken.length > 0
          ? words.transfers.taken(taken.length, count(files))
          : words.transfers.mayBeTaken(count(files))}
      </p>
      <NameList names={taken.slice(0, NAMED_MAX).map(shownKey)} all={taken.length} />
      <footer>
        <button type="button" class="button" onClick={() => answer(undefined)}>
          {words.cancel}
        </button>
        {ANSWERS.map((one) => (
          <button
            key={one}
            type="button"
            class={one === 'overwrite' ? 'button danger' : 'button'}
            onClick={() => answer(one)}
          >
            {words.transfers.conflicts[one]}
          </button>
        ))}
      </footer>
    </Dialog>
  )
}
