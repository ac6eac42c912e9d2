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
