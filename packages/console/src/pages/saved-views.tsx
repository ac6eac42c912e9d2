import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { KeptValue } from '../app/kept-value.js'
import { useWords } from '../app/language.js'
import { useStore } from '../app/store.js'
import { Dialog } from '../parts/dialog.js'
import { TextField } from '../parts/field.js'
import { Icon } from '../parts/icon.js'
import { filterIn, queryOf, type UploadFilter } from './upload-filter.js'

/** A filter under a name of its own. */
export interface SavedView {
  readonly name: string
  readonly filter: UploadFilter
}

const NAME_MAX = 60

/** The views that were saved in this browser. */
export const savedViews = new KeptValue<readonly SavedView[]>('bindery-upload-views', viewsIn)

/** The views in what was kept; others than this page has written are left out. */
export function viewsIn(kept: unknown): readonly SavedView[] {
  return Array.isArray(kept) ? kept.flatMap(viewIn) : []
}

function viewIn(one: unknown): readonly SavedView[] {
  const { name, filter } = (one ?? {}) as Partial<Record<keyof SavedView, unknown>>
  if (typeof name !== 'string' || typeof filter !== 'object' || filter === null) return []
  const texts = Object.entries(filter).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return [{ name, filter: filterIn(Object.fromEntries(texts)) }]
}

/** The saved view that shows what a filter shows. */
export function viewOf(filter: UploadFilter, views: readonly SavedView[]): SavedView | undefined {
  const text = textOf(filter)
  return views.find((one) => textOf(one.filter) === text)
}

const textOf = (filter: UploadFilter): string => JSON.stringify(Object.entries(queryOf(filter)).sort())

/** Saves the filter as a view, or deletes views. */
export function SaveView({ filter }: { readonly filter: UploadFilter }): JSX.Element {
  const words = useWords()
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <button
        type="button"
        class="button icon"
        aria-label={words.uploads.saveView}
        title={words.uploads.saveView}
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        <Icon name="keep" />
      </button>
      {isOpen && <ViewsDialog filter={filter} onClose={() => setOpen(false)} />}
    </>
  )
}

function ViewsDialog({
  filter,
  onClose,
}: {
  readonly filter: UploadFilter
  readonly onClose: () => void
}): JSX.Element {
  const words = useWords()
  const views = useStore(savedViews)
  const [text, setText] = useState('')
  const name = text.trim()
  const without = (which: string) => views.filter((one) => one.name !== which)
  const showsAll = Object.keys(queryOf(filter)).length === 0
  return (
    <Dialog title={words.uploads.saveView} onClose={onClose} commands={[]}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          savedViews.set([...without(name), { name, filter }])
          onClose()
        }}
      >
        <TextField
          label={words.name}
          hint={showsAll ? words.uploads.viewOfAll : words.uploads.viewHint}
          value={text}
          onChange={(value) => setText(value.slice(0, NAME_MAX))}
          autoFocus
        />
        {views.length > 0 && (
          <ul class="stack tight">
            {views.map((one) => (
              <li key={one.name} class="row apart">
                <span class="break">{one.name}</span>
                <button
                  type="button"
                  class="button bare icon little"
                  aria-label={words.uploads.deleteView(one.name)}
                  onClick={() => savedViews.set(without(one.name))}
                >
                  <Icon name="remove" />
                </button>
              </li>
            ))}
          </ul>
        )}
        <footer>
          <button type="button" class="button" onClick={onClose}>
            {words.close}
          </button>
          <button type="submit" class="button primary" disabled={name === '' || showsAll}>
            {words.save}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
