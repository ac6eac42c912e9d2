import { decodeCounters, encodeCounters, type KeyText, type Snapshot, summed, type WriteSet } from '@bindery/storage'

/** Counters that transactions of one batch have added to: each row is read and written once for all of them. */
export class PendingCounters implements Snapshot {
  readonly #state: Snapshot
  readonly #write: (key: KeyText, value: Uint8Array) => void
  readonly #sums = new Map<KeyText, readonly number[]>()

  /** `state`: that of the running write transaction, which `write` changes. */
  constructor(state: Snapshot, write: (key: KeyText, value: Uint8Array) => void) {
    this.#state = state
    this.#write = write
  }

  /** Whether there are additions to a row that are not written. */
  has(key: KeyText): boolean {
    return this.#sums.has(key)
  }

  get(key: KeyText): Uint8Array | undefined {
    const sums = this.#sums.get(key)
    return sums === undefined ? this.#state.get(key) : encodeCounters(sums)
  }

  range(...asked: Parameters<Snapshot['range']>): ReturnType<Snapshot['range']> {
    this.flush()
    return this.#state.range(...asked)
  }

  firsts(...asked: Parameters<Snapshot['firsts']>): ReturnType<Snapshot['firsts']> {
    this.flush()
    return this.#state.firsts(...asked)
  }

  /** Adds the deltas of a transaction, all or none. Throws StorageError `misuse` beyond safe integers, `corrupt`; DamagedRow. */
  add({ deltas }: WriteSet): void {
    const added: [KeyText, readonly number[]][] = []
    for (const [key, numbers] of deltas) added.push([key, summed(this.#numbers(key), numbers)])
    for (const [key, sums] of added) this.#sums.set(key, sums)
  }

  /** The row of these counters is set or deleted. */
  forget(key: KeyText): void {
    this.#sums.delete(key)
  }

  /** Writes what was added. */
  flush(): void {
    for (const [key, sums] of this.#sums) this.#write(key, encodeCounters(sums))
    this.#sums.clear()
  }

  #numbers(key: KeyText): readonly number[] {
    const sums = this.#sums.get(key)
    if (sums !== undefined) return sums
    const row = this.#state.get(key)
    return row === undefined ? [] : decodeCounters(row)
  }
}
