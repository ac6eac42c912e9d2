import type { JSX } from 'preact'
import { bytes, count } from '../app/format.js'
import { useWords } from '../app/language.js'
import { useStore } from '../app/store.js'
import { ColumnChooser } from '../parts/column-chooser.js'
import { Choice } from '../parts/field.js'
import { Icon } from '../parts/icon.js'
import { announceFailure } from '../parts/toasts.js'
import type { UploadEntry } from '../wire/uploads.js'
import { FORMATS, saveUploads } from './save-uploads.js'
import { SaveView, savedViews, viewOf } from './saved-views.js'
import { hiddenUploadColumns } from './upload-columns.js'
import { AGES, filterIn, IDLES, SIZES, type UploadFilter, VIEWS } from './upload-filter.js'

const MIB = 1024 * 1024

/** Filters, the formats in which the list is saved, and what can be done with the selection. */
export function UploadsToolbar({
  rows,
  chosen,
  filter,
  isReading,
  hasChanged,
  onFilter,
  onAgain,
  onAbort,
  columns,
}: {
  readonly rows: readonly UploadEntry[]
  /** All columns but the name. */
  readonly columns: readonly { readonly name: string; readonly title: string }[]
  readonly chosen: readonly UploadEntry[]
  readonly filter: UploadFilter
  /** Whether facts that the filter needs are being read. */
  readonly isReading: boolean
  readonly hasChanged: boolean
  readonly onFilter: (more: Partial<UploadFilter>) => void
  readonly onAgain: () => void
  readonly onAbort: () => void
}): JSX.Element {
  const words = useWords()
  return (
    <div class="stack tight">
      <Filters filter={filter} onFilter={onFilter} />
      <div class="toolbar">
        <span class="muted" aria-live="polite">
          {isReading ? words.loading : summaryOf(rows, chosen, words)}
        </span>
        {hasChanged && (
          <button type="button" class="button" onClick={onAgain}>
            <Icon name="again" />
            {words.uploads.changed}
          </button>
        )}
        <span class="grow" />
        {FORMATS.map((format) => (
          <button
            key={format}
            type="button"
            class="button"
            disabled={rows.length === 0}
            onClick={() => void saveUploads(chosen.length > 0 ? chosen : rows, format).catch(announceFailure)}
          >
            <Icon name="down" />
            {format.toUpperCase()}
          </button>
        ))}
        <button type="button" class="button danger" disabled={chosen.length === 0} onClick={onAbort}>
          <Icon name="remove" />
          {words.uploads.abort}
        </button>
        <ColumnChooser hidden={hiddenUploadColumns} columns={columns} />
      </div>
    </div>
  )
}

function summaryOf(
  rows: readonly UploadEntry[],
  chosen: readonly UploadEntry[],
  words: ReturnType<typeof useWords>,
): string {
  return chosen.length > 0 ? words.objects.selected(count(chosen.length)) : words.uploads.listed(count(rows.length))
}

interface FilterProps {
  readonly filter: UploadFilter
  readonly onFilter: (more: Partial<UploadFilter>) => void
}

function Filters({ filter, onFilter }: FilterProps): JSX.Element {
  const words = useWords()
  return (
    <div class="toolbar dense">
      <input
        type="search"
        placeholder={words.objects.search}
        aria-label={words.objects.search}
        value={filter.prefix}
        onChange={(event) => onFilter({ prefix: event.currentTarget.value })}
      />
      <ViewChoice filter={filter} onFilter={onFilter} />
      <Choice
        label={words.uploads.age}
        hidesLabel
        value={filter.age}
        options={AGES.map((one) => [one, words.uploads.ages(Number(one))] as const)}
        onChange={(age) => onFilter({ age })}
      />
      <Choice
        label={words.uploads.idleFor}
        hidesLabel
        value={filter.idle}
        options={IDLES.map((one) => [one, words.uploads.idles(Number(one))] as const)}
        onChange={(idle) => onFilter({ idle })}
      />
      <Choice
        label={words.size}
        hidesLabel
        value={filter.size}
        options={SIZES.map(
          (one) =>
            [one, one === '0' ? words.objects.anySize : words.objects.largerThan(bytes(Number(one) * MIB))] as const,
        )}
        onChange={(size) => onFilter({ size })}
      />
      <input
        type="search"
        placeholder={words.upload.initiator}
        aria-label={words.upload.initiator}
        value={filter.by}
        onChange={(event) => onFilter({ by: event.currentTarget.value.trim() })}
      />
      <SaveView filter={filter} />
    </div>
  )
}

const SAVED = 'saved:'

/** The views that every console has, and those that were saved in this browser. */
function ViewChoice({ filter, onFilter }: FilterProps): JSX.Element {
  const words = useWords()
  const views = useStore(savedViews)
  const shown = viewOf(filter, views)
  return (
    <Choice<string>
      label={words.uploads.view}
      hidesLabel
      value={shown === undefined ? filter.view : SAVED + shown.name}
      options={[
        ...VIEWS.map((one) => [one, words.uploads.views[one]] as const),
        ...views.map(({ name }) => [SAVED + name, name] as const),
      ]}
      onChange={(chosen) => {
        const saved = views.find(({ name }) => SAVED + name === chosen)
        const view = VIEWS.find((one) => one === chosen)
        // a view of every console in place of a saved one shows nothing but itself
        if (saved !== undefined) onFilter(saved.filter)
        else if (view !== undefined) onFilter(shown === undefined ? { view } : { ...filterIn({}), view })
      }}
    />
  )
}
