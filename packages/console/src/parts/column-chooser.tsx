import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { KeptValue, textsIn } from '../app/kept-value.js'
import { useWords } from '../app/language.js'
import { useStore } from '../app/store.js'
import { Dialog } from './dialog.js'
import { Check } from './field.js'
import { Icon } from './icon.js'

/** The names of the columns that a table does not show. */
export class HiddenColumns extends KeptValue<readonly string[]> {
  /** @param name under which the browser keeps them @param atFirst those that are hidden until someone chooses */
  constructor(name: string, atFirst: readonly string[]) {
    super(name, (kept) => textsIn(kept) ?? atFirst)
  }
}

/** The columns that are shown, of all. */
export function useShownColumns<C extends { readonly name: string }>(
  hidden: HiddenColumns,
  all: readonly C[],
): readonly C[] {
  const names = useStore(hidden)
  return all.filter(({ name }) => !names.includes(name))
}

/** A button that opens the choice of columns. */
export function ColumnChooser({
  hidden,
  columns,
}: {
  readonly hidden: HiddenColumns
  /** Those that can be hidden. */
  readonly columns: readonly { readonly name: string; readonly title: string }[]
}): JSX.Element {
  const words = useWords()
  const [isOpen, setOpen] = useState(false)
  const names = useStore(hidden)
  const without = (name: string) => names.filter((one) => one !== name)
  return (
    <>
      <button
        type="button"
        class="button icon"
        aria-label={words.columns}
        title={words.columns}
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        <Icon name="columns" />
      </button>
      {isOpen && (
        <Dialog title={words.columns} onClose={() => setOpen(false)} commands={[]}>
          <div class="stack">
            {columns.map(({ name, title }) => (
              <Check
                key={name}
                label={title}
                checked={!names.includes(name)}
                onChange={(isShown) => hidden.set(isShown ? without(name) : [...without(name), name])}
              />
            ))}
          </div>
        </Dialog>
      )}
    </>
  )
}
