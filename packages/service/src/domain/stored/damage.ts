/**
 * Damaged rows that background work meets: sweeping, rules, recovery. It skips damaged rows, reports each once, and
 * continues with the rest. A request that meets a damaged row fails instead.
 */
import { hex } from '@bindery/bytes'
import { type Awaitable, type Bytes, DamagedRow, type MetadataStore, type Row, StorageError } from '@bindery/storage'
import type { KeyRange } from './key-range.js'
import { type RowNames, rowNamesOf } from './keyspace.js'
import { type Page, readPage, rowsIn } from './rows-in.js'

/** A row that was skipped because it, or one that it leads to, is damaged. */
export interface Damage extends RowNames {
  /** The stored key, as hex digits. */
  readonly row: string
  readonly reason: string
}

/** Number of reported rows that are remembered. */
const REMEMBERED_MAX = 10_000

/** Reports each damaged row once. */
export class DamageReports {
  readonly #report: (damage: Damage) => void
  readonly #reported = new Set<string>()

  constructor(report: (damage: Damage) => void) {
    this.#report = report
  }

  /** `key` is of the row that was skipped; a DamagedRow names another if that is the damaged one. */
  add(key: Bytes, error: StorageError): void {
    const damaged = error instanceof DamagedRow ? error.key : key
    const row = hex(damaged)
    if (this.#reported.has(row)) return
    if (this.#reported.size === REMEMBERED_MAX) this.#reported.clear()
    this.#reported.add(row)
    this.#report({ ...rowNamesOf(damaged), row, reason: error.message })
  }

  /** The result of decoding a row; undefined, and reported, if it is damaged. */
  skip<T>(key: Bytes, decode: () => T): T | undefined {
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
    return readPage(metadata, range, { atOnce, onDamaged: this.onDamaged })
  }

  /** The rows of a range, as `rowsIn` yields them; the damaged ones are reported. */
  rowsIn(metadata: MetadataStore, range: KeyRange, atOnce: number): AsyncGenerator<Row, void, undefined> {
    return rowsIn(metadata, range, { atOnce, onDamaged: this.onDamaged })
  }

  /** For reads that leave damaged rows out. */
  readonly onDamaged = (row: DamagedRow): void => this.add(row.key, row)
}

/** The result of a read; undefined, as if there were no row, where it meets a damaged one. */
export async function unlessDamaged<T>(reading: Awaitable<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof DamagedRow) return undefined
    throw error
  }
}

/**
 * Does `work` for items together. If some of them meet damage, does it for the others, and passes those to `onDamaged`.
 * Resolves with the number of items done.
 */
export async function skippingDamage<T>(
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
    const before = await skippingDamage(items.slice(0, middle), work, onDamaged)
    return before + (await skippingDamage(items.slice(middle), work, onDamaged))
  }
}

/** Whether an error means that stored data cannot be read, rather than that the store failed. */
export const isDamage = (error: unknown): error is StorageError =>
  error instanceof StorageError && error.kind === 'corrupt'
