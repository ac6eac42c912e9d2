/** Walks over the rows of a range, in steps that keep METADATA_LIMITS: memory does not grow with the range. */
import type { Awaitable, Bytes, DamagedRow, MetadataStore, Reader, Row } from '@bindery/storage'
import { following, isAfter, type KeyRange } from './key-range.js'

/** How a walk reads, and what it does about damaged rows. */
export interface RowsOptions {
  /** Rows read in one step. */
  readonly atOnce: number
  /**
   * Called with each row that fails its checksum, which is then passed over; without it such a row ends the walk with
   * DamagedRow. Not within a transaction.
   */
  readonly onDamaged?: ((row: DamagedRow) => unknown) | undefined
}

/** Some rows of a range, without those that are damaged, and where the others begin. */
export interface Page {
  readonly rows: readonly Row[]
  /** Undefined at the end of the range. */
  readonly next: Bytes | undefined
}

/** A store, each step of which is a read of its own, or one read. */
type Source = MetadataStore | Reader

/** The rows of a range, in order. In a store the range must be at rest to be seen in one state. */
export async function* rowsIn(
  source: Source,
  range: KeyRange,
  options: RowsOptions,
): AsyncGenerator<Row, void, undefined> {
  for (let from: Bytes | undefined = range.from; from !== undefined; ) {
    const { rows, next }: Page = await readPage(source, { from, to: range.to }, options)
    yield* rows
    from = next
  }
}

/**
 * The first rows of a range, at most `atOnce`, damaged ones included. The next page begins after the last sound row,
 * if there is one: the key of a damaged row may itself be wrong.
 */
export async function readPage(source: Source, { from, to }: KeyRange, options: RowsOptions): Promise<Page> {
  const { atOnce, onDamaged } = options
  let damaged: DamagedRow[] = []
  const read = (reader: Reader): Awaitable<Row[]> => {
    damaged = []
    return reader.range(from, to, { limit: atOnce, ...(onDamaged && { onDamaged: (row) => void damaged.push(row) }) })
  }
  const rows = 'range' in source ? await read(source) : await source.read(read)
  for (const row of damaged) await onDamaged?.(row)
  const last = rows.at(-1) ?? damaged.at(-1)
  // A damaged key may be lower than those before it: where the walk would not advance, it ends.
  const isEnd = last === undefined || rows.length + damaged.length < atOnce || isAfter(from, last.key)
  return { rows, next: isEnd ? undefined : following(last.key) }
}

/** Whether a range has rows. */
export async function hasRows(reader: Reader, { from, to }: KeyRange): Promise<boolean> {
  return (await reader.range(from, to, { limit: 1 })).length > 0
}
