import { Allowance } from './allowance.js'
import { copyBytes, type KeyText, keyBytes, keyText, sameBytes } from './bytes.js'
import { addCounters, encodeCounters, summed } from './counters.js'
import type { Bytes, RangeOptions, Row, Transaction } from './metadata-store.js'
import { DamagedRow, StorageError } from './storage-error.js'

/** A row as an engine reads it; the value belongs to the caller. */
export interface SnapshotRow {
  readonly key: KeyText
  readonly value: Bytes
}

type OnDamaged = NonNullable<RangeOptions['onDamaged']>

/** One consistent state of a store, read synchronously. What it answers belongs to the caller. */
export interface Snapshot {
  /** Throws DamagedRow. */
  get(key: KeyText): Bytes | undefined
  /** Throws DamagedRow or, where it is given, calls `onDamaged` and leaves the row out. */
  range(from: KeyText, to: KeyText, limit: number, reverse: boolean, onDamaged?: OnDamaged): SnapshotRow[]
}

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

/** What a body read of its snapshot. */
export class ReadSet {
  readonly keys: ReadKey[]
  readonly ranges: ReadRange[]

  constructor(keys: ReadKey[] = [], ranges: ReadRange[] = []) {
    this.keys = keys
    this.ranges = ranges
  }

  /** Whether the same reads give the same bytes in `state`: then the body would do there what it did. */
  holdsIn(state: Snapshot): boolean {
    return (
      this.keys.every(({ key, value }) => sameBytes(state.get(key), value)) &&
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

/** What a body wrote: at most one write for each key. */
export class WriteSet {
  /** Values set; undefined means deleted. */
  readonly rows: Map<KeyText, Bytes | undefined>
  /** Deltas added. */
  readonly deltas: Map<KeyText, readonly number[]>

  constructor(rows = new Map<KeyText, Bytes | undefined>(), deltas = new Map<KeyText, readonly number[]>()) {
    this.rows = rows
    this.deltas = deltas
  }

  /** Keys set, deleted or added to. */
  get size(): number {
    return this.rows.size + this.deltas.size
  }

  has(key: KeyText): boolean {
    return this.rows.has(key) || this.deltas.has(key)
  }

  /** The rows as they are to stand after the commit, with the deltas added to the counters of `state`. Writes nothing. */
  resolve(state: Pick<Snapshot, 'get'>): [KeyText, Bytes | undefined][] {
    const resolved = [...this.rows]
    for (const [key, deltas] of this.deltas) resolved.push([key, addCounters(state.get(key), deltas)])
    return resolved
  }
}

/**
 * One run of a body on a snapshot: serves its reads, sees its own sets and deletes, keeps the limits,
 * and collects what an engine needs to commit. Its calls are refused once it is closed.
 */
export class Attempt implements Transaction {
  readonly reads = new ReadSet()
  readonly writes = new WriteSet()
  readonly #snapshot: Snapshot
  readonly #records: boolean
  readonly #allowance = new Allowance()
  #failure: StorageError | undefined
  #open = true

  /** `records` says whether what is read will be validated: true for a transaction, false for a read. */
  constructor(snapshot: Snapshot, records: boolean) {
    this.#snapshot = snapshot
    this.#records = records
  }

  /** Ends the attempt; throws the error of a call that failed, even if the body has swallowed it. A read may pass a damaged row over. */
  finish(): void {
    this.#open = false
    if (this.#failure !== undefined) throw this.#failure
  }

  close(): void {
    this.#open = false
  }

  get(key: Bytes): Promise<Bytes | undefined> {
    return this.#answer(() => this.#get(keyText(key)))
  }

  getMany(keys: readonly Bytes[]): Promise<(Bytes | undefined)[]> {
    return this.#answer(() => keys.map((key) => this.#get(keyText(key))))
  }

  range(from: Bytes, to: Bytes, options: RangeOptions): Promise<Row[]> {
    return this.#answer(() => this.#range(keyText(from), keyText(to), options))
  }

  set(key: Bytes, value: Bytes): void {
    this.#guard(() => {
      this.#allowance.value(value)
      this.#write(keyText(key), copyBytes(value))
    })
  }

  delete(key: Bytes): void {
    this.#guard(() => this.#write(keyText(key), undefined))
  }

  add(key: Bytes, deltas: readonly number[]): void {
    this.#guard(() => {
      const text = keyText(key)
      if (this.writes.rows.has(text)) throw new StorageError('misuse', 'an add to a key that the transaction sets')
      this.#admitWrite(text)
      const sums = summed(this.writes.deltas.get(text) ?? [], deltas)
      this.#allowance.value(encodeCounters(sums))
      this.writes.deltas.set(text, sums)
    })
  }

  #get(key: KeyText): Bytes | undefined {
    this.#allowance.key(key)
    this.#allowance.rowsRead(1)
    const own = this.writes.rows.has(key)
    const value = own ? this.writes.rows.get(key) : this.#snapshot.get(key)
    if (this.#records && !own) this.reads.keys.push({ key, value })
    this.#allowance.valueRead(value)
    return value && this.#lend(value)
  }

  #range(from: KeyText, to: KeyText, { limit, reverse = false, onDamaged }: RangeOptions): Row[] {
    if (this.#records && onDamaged !== undefined) {
      throw new StorageError('misuse', 'a transaction steps over a damaged row')
    }
    this.#allowance.bound(from)
    this.#allowance.bound(to)
    if (!Number.isInteger(limit) || limit < 0) throw new StorageError('misuse', `a range has no limit ${limit}`)
    this.#allowance.rowsRead(limit)
    if (limit === 0 || from >= to) return []
    const own = [...this.writes.rows].filter(([key]) => from <= key && key < to)
    // each own write hides at most one stored row: so many more are enough
    const stored = limit + own.length
    const rows = this.#snapshot.range(from, to, stored, reverse, onDamaged)
    if (this.#records) this.reads.ranges.push({ from, to, limit: stored, reverse, rows })
    return overlay(rows, own, reverse)
      .slice(0, limit)
      .map((row) => {
        this.#allowance.rowRead(row.key, row.value)
        return { key: keyBytes(row.key), value: this.#lend(row.value) }
      })
  }

  /** What is kept for the commit must not change when the caller changes what it got. */
  #lend(value: Bytes): Bytes {
    return this.#records ? copyBytes(value) : value
  }

  #write(key: KeyText, value: Bytes | undefined): void {
    if (this.writes.deltas.has(key)) throw new StorageError('misuse', 'a set or delete of a key that is added to')
    this.#admitWrite(key)
    this.writes.rows.set(key, value)
  }

  #admitWrite(key: KeyText): void {
    this.#allowance.key(key)
    if (!this.writes.has(key)) this.#allowance.keyWritten()
  }

  #answer<T>(call: () => T): Promise<T> {
    try {
      return Promise.resolve(this.#guard(call))
    } catch (error) {
      const answer = Promise.reject(error)
      // the attempt fails with this error anyway, also when the body never looks at this promise
      answer.catch(() => undefined)
      return answer
    }
  }

  #guard<T>(call: () => T): T {
    if (!this.#open) throw new StorageError('misuse', 'the transaction or read is over')
    try {
      return call()
    } catch (error) {
      // what a transaction has not seen could not be validated
      const mayGoOn = error instanceof DamagedRow && !this.#records
      if (error instanceof StorageError && !mayGoOn) this.#failure ??= error
      throw error
    }
  }
}

/** Stored rows, in order, with a transaction's own writes over them. */
function overlay(
  stored: readonly SnapshotRow[],
  own: readonly [KeyText, Bytes | undefined][],
  reverse: boolean,
): SnapshotRow[] {
  if (own.length === 0) return [...stored]
  const hidden = new Map(own)
  const rows = stored.filter(({ key }) => !hidden.has(key))
  for (const [key, value] of own) if (value !== undefined) rows.push({ key, value })
  return rows.sort((left, right) => (left.key < right.key !== reverse ? -1 : 1))
}
