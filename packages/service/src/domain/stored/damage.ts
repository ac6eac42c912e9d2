/**
 * Damaged rows in the way of work that nobody waits for: sweeping, rules, recovery. It steps over what is damaged, says
 * so once, and goes on with the rest. A request that meets a damaged row fails instead.
 */
import { hex } from '@bindery/bytes'
import { type Awaitable, type Bytes, DamagedRow, type MetadataStore, type Row, StorageError } from '@bindery/storage'
import type { KeyRange } from './key-range.js'
import { type RowNames, rowNamesOf } from './keyspace.js'
import { type Page, readPage, rowsIn } from './rows-in.js'

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

  /** The first rows of a range, as `readPage` returns them; the damaged ones are reported. */
  page(metadata: MetadataStore, range: KeyRange, atOnce: number): Promise<Page> {
    return readPage(metadata, range, { atOnce, onDamaged: this.#onDamaged })
  }

  /** The rows of a range, as `rowsIn` yields them; the damaged ones are reported. */
  rowsIn(metadata: MetadataStore, range: KeyRange, atOnce: number): AsyncGenerator<Row, void, undefined> {
    return rowsIn(metadata, range, { atOnce, onDamaged: this.#onDamaged })
  }

  readonly #onDamaged = (row: DamagedRow): void => this.add(row.key, row)
}

/** What a read answers; undefined, as if there were nothing, where it meets a damaged row. */
export async function unlessDamaged<T>(reading: Awaitable<T>): Promise<T | undefined> {
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
