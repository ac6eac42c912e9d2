/** The keys of the rows that are selected. */
export type Selection = ReadonlySet<string>

/** With a row that was not selected, or without one that was. */
export function toggled(selection: Selection, key: string): Selection {
  const next = new Set(selection)
  if (!next.delete(key)) next.add(key)
  return next
}

/** With all rows between two, both included. */
export function moved(selection: Selection, keys: readonly string[], from: number, to: number): Selection {
  const [first, last] = from < to ? [from, to] : [to, from]
  return new Set([...selection, ...keys.slice(Math.max(first, 0), last + 1)])
}

/** All rows. */
export function allOf(keys: readonly string[]): Selection {
  return new Set(keys)
}
