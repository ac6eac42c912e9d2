/**
 * Walks over stored rows, in their order, in steps that keep METADATA_LIMITS: memory does not grow with the store. Each
 * step is a read of its own, so what is walked must be at rest to be seen in one state.
 */
import type { Bytes, MetadataStore, Row } from '@bindery/storage'
import { type Page, readPage } from '../domain/stored/damage.js'
import type { KeyRange } from '../domain/stored/keyspace.js'
import { SPACES, type SpaceRows, spaceRange } from './spaces.js'

/** What is done with a row that cannot be understood, or whose value is what is stored of a row that fails its checksum. */
export type OnDamaged = (row: Row, reason: string) => Promise<void>

/** Why a row is damaged whose value was not even looked at. */
export const UNSEALED = 'it does not match its checksum'

/** The rows of a range. Those that fail their checksum are passed over. */
export async function* rowsOf(
  metadata: MetadataStore,
  { from, to }: KeyRange,
  atOnce: number,
  onDamaged?: OnDamaged,
): AsyncGenerator<Row> {
  for (let start: Bytes | undefined = from; start !== undefined; ) {
    const { rows, next }: Page = await readPage(metadata, { from: start, to }, atOnce, ({ key, stored }) =>
      onDamaged?.({ key, value: stored }, UNSEALED),
    )
    yield* rows
    start = next
  }
}

/** The rows of a space, taken apart; by default of the whole space. Those that are damaged are passed over. */
export async function* walk<S extends keyof SpaceRows>(
  metadata: MetadataStore,
  space: S,
  onDamaged?: OnDamaged,
  range: KeyRange = spaceRange(space),
): AsyncGenerator<SpaceRows[S]> {
  const { decode, rowsAtOnce } = SPACES[space]
  for await (const row of rowsOf(metadata, range, rowsAtOnce, onDamaged)) {
    let entry: SpaceRows[S]
    try {
      entry = decode(row)
    } catch (error) {
      await onDamaged?.(row, error instanceof Error ? error.message : String(error))
      continue
    }
    yield entry
  }
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

/** Runs `work` for all items, for at most `atOnce` of them at the same time. */
export async function forAll<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values()
  const worker = async (): Promise<void> => {
    for (const item of rest) await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
}
