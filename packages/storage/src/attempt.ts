import { type AskedRange, AttemptWrites, overlay, type SnapshotRow } from './attempt-writes.js'
import type { Awaitable } from './awaitable.js'
import { type KeyText, keyBytes, sameBytes } from './bytes.js'
import type { Grouping } from './groups.js'
import type { Bytes, RangeOptions, Row, Transaction } from './metadata-store.js'
import { type PackedRows, packRows, unpackRows } from './packed-rows.js'
import { StorageError } from './storage-error.js'

export { type SnapshotRow, WriteSet } from './attempt-writes.js'

type OnDamaged = NonNullable<RangeOptions['onDamaged']>

/** One consistent state of a store, read synchronously. The caller owns what it returns. */
export interface Snapshot {
  /** Throws DamagedRow. */
  get(key: KeyText): Bytes | undefined
  /** Throws DamagedRow or, where it is given, calls `onDamaged` and leaves the row out. */
  range(from: KeyText, to: KeyText, limit: number, reverse: boolean, onDamaged?: OnDamaged): SnapshotRow[]
  /** The first row of each group, and those in none. Throws DamagedRow. */
  firsts(from: KeyText, to: KeyText, limit: number, grouping: Grouping): SnapshotRow[]
  /**
   * The rows of `range` or `firsts`, or some of them, in one piece of memory that never changes; undefined where they must be read one by one. Absent:
   * they always are.
   */
  readonly packed?: PackRange | undefined
}

type PackRange = (from: KeyText, to: KeyText, limit: number, grouping: Grouping | undefined) => PackedRows | undefined

/** A key that was read; undefined if there was no row. */
export interface ReadKey {
  readonly key: KeyText
  readonly value: Bytes | undefined
}

/** A range that was read, with all that it held. */
export interface ReadRange {
  readonly from: KeyText
  readonly to: KeyText
  readonly limit: number
  readonly reverse: boolean
  readonly rows: readonly SnapshotRow[]
}

/** The reads of a body from its snapshot. */
export class ReadSet {
  readonly keys: ReadKey[]
  readonly ranges: ReadRange[]

  constructor(keys: ReadKey[] = [], ranges: ReadRange[] = []) {
    this.keys = keys
    this.ranges = ranges
  }

  /**
   * Whether the same reads return the same bytes in `state`: then the body would do the same there. Rows that are known to be
   * unchanged are not read again.
   */
  holdsIn(state: Pick<Snapshot, 'get' | 'range'>, isUnchanged: (key: KeyText) => boolean = () => false): boolean {
    return (
      this.keys.every(({ key, value }) => isUnchanged(key) || sameBytes(state.get(key), value)) &&
      this.ranges.every(({ from, to, limit, reverse, rows }) => {
        const found = state.range(from, to, limit, reverse)
        return (
          found.length === rows.length &&
          found.every((row, index) => row.key === rows[index]?.key && sameBytes(row.value, rows[index]?.value))
        )
      })
    )
  }
}

/**
 * One run of a body on a snapshot: serves its reads, sees its own sets and deletes, keeps the limits,
 * and collects what an engine needs to commit. Its calls are refused once it is closed.
 */
export class Attempt extends AttemptWrites implements Transaction {
  readonly reads = new ReadSet()
  readonly #snapshot: Snapshot

  /** `records`: whether the reads will be validated; true for a transaction, false for a read. */
  constructor(snapshot: Snapshot, records: boolean) {
    super(records)
    this.#snapshot = snapshot
  }

  get(key: Bytes): Awaitable<Bytes | undefined> {
    return this.#answer(() => this.#get(key))
  }

  getMany(keys: readonly Bytes[]): Awaitable<(Bytes | undefined)[]> {
    return this.#answer(() => keys.map((key) => this.#get(key)))
  }

  range(from: Bytes, to: Bytes, options: RangeOptions): Awaitable<Row[]> {
    return this.#answer(() => this.#range(from, to, options))
  }

  /** Whether `packed` may be called: in reads of an engine that packs. */
  get packs(): boolean {
    return !this.records && this.#snapshot.packed !== undefined
  }

  packed(from: Bytes, to: Bytes, options: RangeOptions): Awaitable<PackedRows> {
    return this.#answer(() => this.#packed(from, to, options))
  }

  #packed(from: Bytes, to: Bytes, options: RangeOptions): PackedRows {
    if (options.reverse === true || options.onDamaged !== undefined) {
      throw new StorageError('misuse', 'packed rows go forwards, and skip no damaged row')
    }
    const asked = this.admitRange(from, to, options)
    if (asked === undefined) return packRows([], options.limit > 0)
    const packed = this.#snapshot.packed?.(asked.from, asked.to, asked.limit, asked.grouping)
    if (packed === undefined) {
      const rows = this.#rowsOf(asked, options)
      return packRows(rows, rows.length < asked.limit)
    }
    this.allowance.bytesRead(packed.bytes.length)
    return packed
  }

  #get(bytes: Bytes): Bytes | undefined {
    const key = this.admitKey(bytes)
    const own = this.writes.rows.has(key)
    const value = own ? this.writes.rows.get(key) : this.#snapshot.get(key)
    if (this.records && !own) this.reads.keys.push({ key, value })
    this.allowance.valueRead(value)
    return value && this.lend(value)
  }

  #range(fromKey: Bytes, toKey: Bytes, options: RangeOptions): Row[] {
    const asked = this.admitRange(fromKey, toKey, options)
    if (asked === undefined) return []
    const { from, to, limit, reverse, grouping } = asked
    if (this.packs && !reverse && options.onDamaged === undefined) {
      const packed = this.#snapshot.packed?.(from, to, limit, grouping)
      if (packed !== undefined && (packed.isLast || packed.count === limit)) {
        this.allowance.bytesRead(packed.bytes.length)
        return unpackRows(packed)
      }
    }
    return this.#rowsOf(asked, options)
  }

  #rowsOf({ from, to, limit, reverse, grouping }: AskedRange, options: RangeOptions): Row[] {
    const own = this.writes.between(from, to)
    // each own write hides at most one stored row, so this many more are enough
    const stored = limit + own.length
    const rows =
      grouping === undefined
        ? this.#snapshot.range(from, to, stored, reverse, options.onDamaged)
        : this.#snapshot.firsts(from, to, limit, grouping)
    if (this.records) this.reads.ranges.push({ from, to, limit: stored, reverse, rows })
    return overlay(rows, own, reverse)
      .slice(0, limit)
      .map((row) => {
        this.allowance.rowRead(row.key, row.value)
        return { key: keyBytes(row.key), value: this.lend(row.value) }
      })
  }

  #answer<T>(call: () => T): Awaitable<T> {
    try {
      return this.guard(call)
    } catch (error) {
      const answer = Promise.reject(error)
      // the attempt fails with this error anyway, even when the body never looks at this promise
      answer.catch(() => undefined)
      return answer
    }
  }
}
