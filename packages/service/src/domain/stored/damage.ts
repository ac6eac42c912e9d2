/**
 * Damaged rows in the way of work that nobody waits for: sweeping, rules, recovery. It steps over what is damaged, says
 * so once, and goes on with the rest. A request that meets a damaged row fails instead.
 */
import { hex } from '@bindery/bytes'
import { type Bytes, DamagedRow, type MetadataStore, type Row, StorageError } from '@bindery/storage'
import { following, isAfter, type KeyRange } from './keyspace.js'
import { type RowNames, rowNamesOf } from './row-names.js'

/** A row that was passed over since it, or one that it leads to, is damaged. */
export interface Damage extends RowNames {
  /** The stored key, as hex digits. */
  readonly row: string
  readonly reason: string
}

/** Rows of which it is remembered that they were told of. */
const REMEMBERED_MAX = 10_000

/** Tells of each damaged row once. */
export class DamageReports {
  readonly #tell: (damage: Damage) => void
  readonly #told = new Set<string>()

  constructor(tell: (damage: Damage) => void) {
    this.#tell = tell
  }

  /** `key` is of the row that was passed over; a DamagedRow names another if that is where the damage is. */
  add(key: Bytes, error: StorageError): void {
    const damaged = error instanceof DamagedRow ? error.key : key
    const row = hex(damaged)
    if (this.#told.has(row)) return
    if (this.#told.size === REMEMBERED_MAX) this.#told.clear()
    this.#told.add(row)
    this.#tell({ ...rowNamesOf(damaged), row, reason: error.message })
  }

  /** What `decode` makes of a row; undefined, and told of, if it is damaged. */
  unless<T>(key: Bytes, decode: () => T): T | undefined {
    try {
      return decode()
    } catch (error) {
      if (!isDamage(error)) throw error
      this.add(key, error)
      return undefined
    }
  }

  /** The first rows of a range, as `readPage`; the damaged ones are told of. */
  page(metadata: MetadataStore, range: KeyRange, limit: number): Promise<Page> {
    return readPage(metadata, range, limit, (row) => this.add(row.key, row))
  }
}

/** Some rows of a range, without those that are damaged, and where the others begin. */
export interface Page {
  readonly rows: readonly Row[]
  /** Undefined at the end of the range. */
  readonly next: Bytes | undefined
}

/**
 * The first rows of a range, at most `limit`; those that are damaged are handed to `onDamaged`, and count. Where a page ends
 * with one, so does the next begin: its key may be what is damaged, and would lead astray.
 */
export async function readPage(
  metadata: MetadataStore,
  { from, to }: KeyRange,
  limit: number,
  onDamaged: (row: DamagedRow) => unknown,
): Promise<Page> {
  let damaged: DamagedRow[] = []
  const rows = await metadata.read((reader) => {
    damaged = []
    return reader.range(from, to, { limit, onDamaged: (row) => void damaged.push(row) })
  })
  for (const row of damaged) await onDamaged(row)
  const last = rows.at(-1) ?? damaged.at(-1)
  // A damaged key may lie before those that it stands behind: what does not lead on is the end.
  const isEnd = last === undefined || rows.length + damaged.length < limit || isAfter(from, last.key)
  return { rows, next: isEnd ? undefined : following(last.key) }
}

/** What a read answers; undefined, as if there were nothing, where it meets a damaged row. */
export async function unlessDamaged<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof DamagedRow) return undefined
    throw error
  }
}

/**
 * Does `work` for items together; where something damaged is in the way of some, for the others without them, and hands
 * those to `onDamaged`. Resolves with the number of items that it was done for.
 */
export async function passingOver<T>(
  items: readonly T[],
  work: (items: readonly T[]) => Promise<void>,
  onDamaged: (item: T, error: StorageError) => void,
): Promise<number> {
  const [first] = items
  if (first === undefined) return 0
  try {
    await work(items)
    return items.length
  } catch (error) {
    if (!isDamage(error)) throw error
    if (items.length === 1) {
      onDamaged(first, error)
      return 0
    }
    const middle = items.length >> 1
    const before = await passingOver(items.slice(0, middle), work, onDamaged)
    return before + (await passingOver(items.slice(middle), work, onDamaged))
  }
}

/** Whether an error says that something stored cannot be read, and not that the store could not. */
export const isDamage = (error: unknown): error is StorageError =>
  error instanceof StorageError && error.kind === 'corrupt'
