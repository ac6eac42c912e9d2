/**
 * Walks over stored rows in order. The store must be idle for a consistent result, because each step is a separate
 * read. Rows are validated more strictly than by other reads: a valid row has everything that its readers rely on.
 */
import { type DamagedRow, type MetadataStore, type Row, StorageError } from '@bindery/storage'
import type { KeyRange } from '../domain/stored/key-range.js'
import { SPACES } from '../domain/stored/keyspace.js'
import { rowsIn } from '../domain/stored/rows-in.js'
import type { KeyNames, NamesOf, Space } from '../domain/stored/space.js'

/** Called for a row that cannot be decoded, or that fails its checksum; its value is then the stored form. */
export type OnDamaged = (row: Row, reason: string) => Promise<void>

/** Why a row is damaged whose value was not decoded. */
export const UNSEALED = 'it does not match its checksum'

/** A row, the names in its key, and the record in its value. */
export type Entry<N extends keyof KeyNames, T> = NamesOf<N> & { readonly row: Row; readonly record: T }

/** An entry of a space. */
export type EntryOf<S> = S extends Space<string, infer N, infer T> ? Entry<N, T> : never

/** The rows of a range, read in steps. Rows that fail their checksum are skipped. */
export function rowsOf(
  metadata: MetadataStore,
  range: KeyRange,
  atOnce: number,
  onDamaged?: OnDamaged,
): AsyncIterable<Row> {
  const report = ({ key, stored }: DamagedRow) => onDamaged?.({ key, value: stored }, UNSEALED)
  return rowsIn(metadata, range, { atOnce, onDamaged: report })
}

/** The rows of a space; by default of the whole space. Damaged rows are skipped. */
export async function* walk<N extends keyof KeyNames, T>(
  metadata: MetadataStore,
  space: Space<string, N, T>,
  onDamaged?: OnDamaged,
  range: KeyRange = space.all,
): AsyncGenerator<Entry<N, T>> {
  for await (const row of rowsOf(metadata, range, space.declaration.rowsAtOnce, onDamaged)) {
    let entry: Entry<N, T>
    try {
      entry = entryOf(space, row)
    } catch (error) {
      await onDamaged?.(row, error instanceof Error ? error.message : String(error))
      continue
    }
    yield entry
  }
}

/** Decodes a row. Throws StorageError `corrupt` unless key and value have everything that their readers rely on. */
export function entryOf<N extends keyof KeyNames, T>(space: Space<string, N, T>, row: Row): Entry<N, T> {
  const names = space.parse(row.key)
  if (names === undefined) throw new StorageError('corrupt', 'its key does not hold its names')
  const record = space.decode(row.value, names)
  if (!space.declaration.value.isSound(record, names)) {
    throw new StorageError('corrupt', 'a field is missing or of the wrong type')
  }
  return { ...names, row, record }
}

/** The ranges of keys that belong to no space. */
export function* gapsBetweenSpaces(): Generator<KeyRange> {
  let from: Uint8Array = new Uint8Array()
  const ranges = SPACES.map(({ all }) => all).sort((a, b) => (a.from[0] ?? 0) - (b.from[0] ?? 0))
  for (const range of ranges) {
    yield { from, to: range.from }
    from = range.to
  }
  yield { from, to: Uint8Array.of(0xff, 0xff) }
}

/** Items in groups of at most `size`. */
export async function* inGroups<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let group: T[] = []
  for await (const item of items) {
    group.push(item)
    if (group.length === size) {
      yield group
      group = []
    }
  }
  if (group.length > 0) yield group
}

/** Runs `work` for all items, for at most `atOnce` of them at a time. */
export async function forAll<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values()
  const worker = async (): Promise<void> => {
    for (const item of rest) await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
}
