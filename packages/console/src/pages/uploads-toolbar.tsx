import type { JSX } from 'preact'
import { bytes, count } from '../app/format.js'
import { useWords } from '../app/language.js'
import { Choice } from '../parts/field.js'
import { Icon } from '../parts/icon.js'
import { announceFailure } from '../parts/toasts.js'
import type { UploadEntry } from '../wire/uploads.js'
import { FORMATS, saveUploads } from './save-uploads.js'
import { AGES, IDLES, SIZES, type UploadFilter, VIEWS } from './upload-filter.js'

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
}: {
  readonly rows: readonly UploadEntry[]
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

function Filters({
  filter,
  onFilter,
}: {
  readonly filter: UploadFilter
  readonly onFilter: (more: Partial<UploadFilter>) => void
}): JSX.Element {
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
      <Choice
        label={words.uploads.view}
        hidesLabel
        value={filter.view}
        options={VIEWS.map((one) => [one, words.uploads.views[one]] as const)}
        onChange={(view) => onFilter({ view })}
      />
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
    </div>
  )
}
