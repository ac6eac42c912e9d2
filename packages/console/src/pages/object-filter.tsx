import type { JSX } from 'preact'
import { bytes } from '../app/format.js'
import { useWords } from '../app/language.js'
import { Choice } from '../parts/field.js'
import type { Entry } from '../wire/objects.js'

const MIB = 1024 * 1024
const DAY_MS = 86_400_000
const SIZES = ['', '1', '100', '1024'] as const
const AGES = ['', '1', '7', '30'] as const
const TYPES = ['', 'Normal', 'Multipart', 'Appendable', 'Symlink'] as const

/** Which of the objects that were loaded are shown; an empty text stands for all. Folders are shown unless something is chosen. */
export interface ObjectFilter {
  /** At least so many MiB. */
  readonly size: (typeof SIZES)[number]
  /** Modified within so many days. */
  readonly age: (typeof AGES)[number]
  readonly type: (typeof TYPES)[number]
}

/** Shows everything. */
export const NO_FILTER: ObjectFilter = { size: '', age: '', type: '' }

/** The entries that a filter shows; those given where it shows all. `now` in milliseconds since 1970. */
export function filtered(entries: readonly Entry[], filter: ObjectFilter, now: number): readonly Entry[] {
  const { size, age, type } = filter
  if (size === '' && age === '' && type === '') return entries
  return entries.filter(
    (entry) =>
      entry.kind !== 'prefix' &&
      entry.size >= Number(size) * MIB &&
      (age === '' || entry.modified >= now - Number(age) * DAY_MS) &&
      (type === '' || entry.type === type),
  )
}

/** Chooses a filter. */
export function FilterChoices({
  filter,
  onChange,
}: {
  readonly filter: ObjectFilter
  readonly onChange: (filter: ObjectFilter) => void
}): JSX.Element {
  const words = useWords()
  return (
    <>
      <Choice
        label={words.objects.type}
        hidesLabel
        value={filter.type}
        onChange={(type) => onChange({ ...filter, type })}
        options={TYPES.map((one) => [one, one === '' ? words.objects.anyType : one] as const)}
      />
      <Choice
        label={words.size}
        hidesLabel
        value={filter.size}
        onChange={(size) => onChange({ ...filter, size })}
        options={SIZES.map(
          (one) =>
            [one, one === '' ? words.objects.anySize : words.objects.largerThan(bytes(Number(one) * MIB))] as const,
        )}
      />
      <Choice
        label={words.objects.modified}
        hidesLabel
        value={filter.age}
        onChange={(age) => onChange({ ...filter, age })}
        options={AGES.map(
          (one) => [one, one === '' ? words.objects.anyTime : words.objects.withinDays(Number(one))] as const,
        )}
      />
    </>
  )
}
