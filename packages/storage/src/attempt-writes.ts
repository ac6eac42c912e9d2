import { Allowance } from './allowance.js'
import { copyBytes, type KeyText, keyText } from './bytes.js'
import { addCounters, counterBytes, summed } from './counters.js'
import { type Grouping, groupingOf } from './groups.js'
import type { Bytes, RangeOptions } from './metadata-store.js'
import { DamagedRow, StorageError } from './storage-error.js'

/** A row as an engine reads it; the value belongs to the caller. */
export interface SnapshotRow {
  readonly key: KeyText
  readonly value: Bytes
}

/** The writes of a body: at most one for each key. */
export class WriteSet {
  /** Values set; undefined means deleted. */
  readonly rows: Map<KeyText, Bytes | undefined>
  /** Deltas added. */
  readonly deltas: Map<KeyText, readonly number[]>

  constructor(rows = new Map<KeyText, Bytes | undefined>(), deltas = new Map<KeyText, readonly number[]>()) {
    this.rows = rows
    this.deltas = deltas
  }

  /** The number of keys set, deleted or added to. */
  get size(): number {
    return this.rows.size + this.deltas.size
  }

  has(key: KeyText): boolean {
    return this.rows.has(key) || this.deltas.has(key)
  }

  /** Own sets and deletes of a range; a deleted row has no value. */
  between(from: KeyText, to: KeyText): [KeyText, Bytes | undefined][] {
    return [...this.rows].filter(([key]) => from <= key && key < to)
  }

  /** The rows after the commit, with the deltas added to the counters of `state`. Writes nothing. */
  resolve(state: { get(key: KeyText): Bytes | undefined }): [KeyText, Bytes | undefined][] {
    const resolved = [...this.rows]
    for (const [key, deltas] of this.deltas) resolved.push([key, addCounters(state.get(key), deltas)])
    return resolved
  }
}

/** A range that a body requested, validated. */
export interface AskedRange {
  readonly from: KeyText
  readonly to: KeyText
  readonly limit: number
  readonly reverse: boolean
  /** Only for reads. */
  readonly grouping?: Grouping
}

/**
 * One run of a body: its writes, its limits, and the first error that fails it. How it reads is up to the engine. Its
 * calls are refused once it is closed.
 */
export abstract class AttemptWrites {
  readonly writes = new WriteSet()
  protected readonly allowance = new Allowance()
  /** Whether this is a transaction, whose reads will be validated. */
  protected readonly records: boolean
  #failure: StorageError | undefined
  #open = true

  constructor(records: boolean) {
    this.records = records
  }

  /** Ends the attempt; throws the error of a failed call, even if the body has swallowed it. */
  finish(): void {
    this.#open = false
    if (this.#failure !== undefined) throw this.#failure
  }

  close(): void {
    this.#open = false
  }

  set(key: Bytes, value: Bytes, isGiven = false): void {
    this.guard(() => {
      this.allowance.valueBytes(value.length)
      this.#write(keyText(key), isGiven ? value : copyBytes(value))
    })
  }

  delete(key: Bytes): void {
    this.guard(() => this.#write(keyText(key), undefined))
  }

  add(key: Bytes, deltas: readonly number[]): void {
    this.guard(() => {
      const text = keyText(key)
      if (this.writes.rows.has(text)) throw new StorageError('misuse', 'an add to a key that the transaction sets')
      this.#admitWrite(text)
      const sums = summed(this.writes.deltas.get(text) ?? [], deltas)
      this.allowance.valueBytes(counterBytes(sums))
      this.writes.deltas.set(text, sums)
    })
  }

  /** Checks a key that is read, and counts it. */
  protected admitKey(key: Bytes): KeyText {
    const text = keyText(key)
    this.allowance.key(text)
    this.allowance.rowsRead(1)
    return text
  }

  /** Checks a range that is read, and counts its limit; undefined if it cannot contain a row. */
  protected admitRange(fromKey: Bytes, toKey: Bytes, options: RangeOptions): AskedRange | undefined {
    const { limit, reverse = false, onDamaged } = options
    const grouping = groupingOf(options)
    if (this.records && (onDamaged !== undefined || grouping !== undefined)) {
      throw new StorageError('misuse', 'a transaction must not skip rows')
    }
    const [from, to] = [keyText(fromKey), keyText(toKey)]
    this.allowance.bound(from)
    this.allowance.bound(to)
    if (!Number.isInteger(limit) || limit < 0) throw new StorageError('misuse', `a range has no limit ${limit}`)
    this.allowance.rowsRead(limit)
    return limit === 0 || from >= to ? undefined : { from, to, limit, reverse, ...(grouping && { grouping }) }
  }

  /** Data that are kept for the commit must not change when the caller changes its copy. */
  protected lend(value: Bytes): Bytes {
    return this.records ? copyBytes(value) : value
  }

  protected guard<T>(call: () => T): T {
    if (!this.#open) throw new StorageError('misuse', 'the transaction or read is over')
    try {
      return call()
    } catch (error) {
      this.noteFailure(error)
      throw error
    }
  }

  /** Fails the attempt with this error, unless it is damage that a read may skip. */
  protected noteFailure(error: unknown): void {
    // a row that a transaction has not seen could not be validated
    const mayGoOn = error instanceof DamagedRow && !this.records
    if (error instanceof StorageError && !mayGoOn) this.#failure ??= error
  }

  #write(key: KeyText, value: Bytes | undefined): void {
    if (this.writes.deltas.has(key)) throw new StorageError('misuse', 'a set or delete of a key that is added to')
    this.#admitWrite(key)
    this.writes.rows.set(key, value)
  }

  #admitWrite(key: KeyText): void {
    this.allowance.key(key)
    if (!this.writes.has(key)) this.allowance.keyWritten()
  }
}

/** Stored rows, in order, with a transaction's own writes merged in. */
export function overlay(
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
