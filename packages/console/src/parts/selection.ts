import { useEffect, useState } from 'preact/hooks'

/** The keys of the rows that are selected. */
export type Selection = ReadonlySet<string>

/** With a row that was not selected, or without one that was. */
export function toggled(selection: Selection, key: string): Selection {
  const next = new Set(selection)
  if (!next.delete(key)) next.add(key)
  return next
}

/** With further rows. */
export function extended(selection: Selection, keys: readonly string[]): Selection {
  return new Set([...selection, ...keys])
}

/** All rows. */
export function allOf(keys: readonly string[]): Selection {
  return new Set(keys)
}

/** The selection of a list; nothing is selected any more when one of `keys` changes, by which other rows are listed. */
export function useSelection(keys: readonly unknown[]): readonly [Selection, (selection: Selection) => void] {
  const [selection, setSelection] = useState<Selection>(new Set())
  useEffect(() => setSelection(new Set()), keys)
  return [selection, setSelection]
}
