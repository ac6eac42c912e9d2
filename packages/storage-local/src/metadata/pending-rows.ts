import {
  type Bytes,
  decodeCounters,
  encodeCounters,
  type KeyText,
  overlay,
  type Snapshot,
  type SnapshotRow,
  summed,
  type WriteSet,
} from '@bindery/storage'

/** The part of a snapshot that validation reads. */
type State = Pick<Snapshot, 'get' | 'range'>

/**
 * The writes of the transactions of one batch over the state that they are validated against: each row is written once for all of them, and a
 * counter is read once.
 */
export class PendingRows implements State {
  readonly #state: State
  readonly #note: (key: KeyText) => void
  readonly #rows = new Map<KeyText, Bytes | undefined>()
  readonly #sums = new Map<KeyText, readonly number[]>()

  /** `state` does not change; `note` is called with each key that is written. */
  constructor(state: State, note: (key: KeyText) => void) {
    this.#state = state
    this.#note = note
  }

  /** Whether nothing was written. */
  get isEmpty(): boolean {
    return this.#rows.size + this.#sums.size === 0
  }

  get(key: KeyText): Bytes | undefined {
    const sums = this.#sums.get(key)
    if (sums !== undefined) return encodeCounters(sums)
    return this.#rows.has(key) ? this.#rows.get(key) : this.#state.get(key)
  }

  range(from: KeyText, to: KeyText, limit: number, reverse: boolean): SnapshotRow[] {
    const own: [KeyText, Bytes | undefined][] = []
    for (const key of this.#rows.keys()) if (from <= key && key < to) own.push([key, this.#rows.get(key)])
    for (const [key, sums] of this.#sums) if (from <= key && key < to) own.push([key, encodeCounters(sums)])
    // each own write hides at most one stored row, so this many more are enough
    return overlay(this.#state.range(from, to, limit + own.length, reverse), own, reverse).slice(0, limit)
  }

  /** Adds the writes of a transaction, all or none. Throws StorageError `misuse` beyond safe integers, `corrupt`; DamagedRow. */
  add({ rows, deltas }: WriteSet): void {
    const added: [KeyText, readonly number[]][] = []
    for (const [key, numbers] of deltas) added.push([key, summed(this.#numbers(key), numbers)])
    for (const [key, sums] of added) {
      this.#note(key)
      this.#rows.delete(key)
      this.#sums.set(key, sums)
    }
    for (const [key, value] of rows) {
      this.#note(key)
      this.#sums.delete(key)
      this.#rows.set(key, value)
    }
  }

  /** All rows as they are written; a deleted row has no value. Nothing is added afterwards. */
  all(): ReadonlyMap<KeyText, Bytes | undefined> {
    for (const [key, sums] of this.#sums) this.#rows.set(key, encodeCounters(sums))
    return this.#rows
  }

  #numbers(key: KeyText): readonly number[] {
    const sums = this.#sums.get(key)
    if (sums !== undefined) return sums
    const row = this.get(key)
    return row === undefined ? [] : decodeCounters(row)
  }
}
