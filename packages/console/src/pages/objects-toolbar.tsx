import type { JSX } from 'preact'
import { count } from '../app/format.js'
import { KeptChoice } from '../app/kept-choice.js'
import { useWords } from '../app/language.js'
import { useStore } from '../app/store.js'
import type { Listing } from '../app/use-listing.js'
import { ColumnChooser } from '../parts/column-chooser.js'
import { Icon } from '../parts/icon.js'
import type { Selection } from '../parts/selection.js'
import type { Entry } from '../wire/objects.js'
import type { Words } from '../words/en.js'
import { columnsOf, hiddenObjectColumns } from './object-columns.js'
import { FilterChoices, type ObjectFilter } from './object-filter.js'

/** Whether objects are shown as rows or as tiles. */
export const objectView = new KeptChoice<'list' | 'grid'>('bindery-object-view', ['list', 'grid'])

/** Search, and filters; or, in place of these, what can be done with the selection. */
export function ObjectsToolbar({
  listing,
  shown,
  selection,
  search,
  versions,
  filter,
  onFilter,
  onSearch,
  onVersions,
  onMove,
  onDelete,
  onClear,
}: {
  readonly listing: Listing<Entry>
  /** Rows that the filter shows. */
  readonly shown: number
  readonly selection: Selection
  readonly search: string
  readonly versions: boolean
  readonly filter: ObjectFilter
  readonly onFilter: (filter: ObjectFilter) => void
  readonly onSearch: (text: string) => void
  readonly onVersions: () => void
  /** Absent among versions, which stay where they are. */
  readonly onMove: (() => void) | undefined
  readonly onDelete: () => void
  readonly onClear: () => void
}): JSX.Element {
  const words = useWords()
  return (
    <div class="toolbar dense">
      <input
        type="search"
        placeholder={words.objects.search}
        aria-label={words.objects.search}
        value={search}
        onChange={(event) => onSearch(event.currentTarget.value)}
      />
      {selection.size === 0 && (
        <>
          <FilterChoices filter={filter} onChange={onFilter} />
          <label class="check">
            <input type="checkbox" checked={versions} onChange={onVersions} />
            {words.objects.showVersions}
          </label>
        </>
      )}
      <span class="grow" />
      <span class="muted" aria-live="polite">
        {summaryOf(listing, shown, selection, words)}
      </span>
      {selection.size > 0 && <SelectionActions onMove={onMove} onDelete={onDelete} onClear={onClear} />}
      <ColumnChooser hidden={hiddenObjectColumns} columns={chosenColumns(words)} />
      <ViewSwitch />
      <button type="button" class="button icon" aria-label={words.refresh} onClick={listing.again}>
        <Icon name="again" />
      </button>
    </div>
  )
}

/** The actions on all that is selected. */
function SelectionActions({
  onMove,
  onDelete,
  onClear,
}: {
  readonly onMove: (() => void) | undefined
  readonly onDelete: () => void
  readonly onClear: () => void
}): JSX.Element {
  const words = useWords()
  return (
    <>
      {onMove !== undefined && (
        <button type="button" class="button" onClick={onMove}>
          <Icon name="move" />
          {words.objects.moveHere}
        </button>
      )}
      <button type="button" class="button danger" onClick={onDelete}>
        <Icon name="remove" />
        {words.delete}
      </button>
      <button type="button" class="button icon" aria-label={words.unselect} title={words.unselect} onClick={onClear}>
        <Icon name="close" />
      </button>
    </>
  )
}

/** The columns that can be hidden. */
function chosenColumns(words: Words) {
  const shown = { bucket: '', prefix: '', versions: false, onMore: () => {} }
  return columnsOf(shown, words).filter(({ name }) => name !== 'name' && name !== 'tools')
}

function ViewSwitch(): JSX.Element {
  const words = useWords()
  const view = useStore(objectView)
  return (
    <fieldset class="switch" aria-label={words.objects.view}>
      {(['list', 'grid'] as const).map((one) => (
        <button
          key={one}
          type="button"
          class="button icon"
          aria-label={words.objects.views[one]}
          title={words.objects.views[one]}
          aria-pressed={view === one}
          onClick={() => objectView.set(one)}
        >
          <Icon name={one} />
        </button>
      ))}
    </fieldset>
  )
}

function summaryOf(listing: Listing<Entry>, shown: number, selection: Selection, words: Words): string {
  if (selection.size > 0) return words.objects.selected(count(selection.size))
  if (listing.isLoading) return words.loading
  if (listing.error !== undefined && shown === 0) return ''
  return words.objects.listed(count(shown), listing.isComplete)
}
