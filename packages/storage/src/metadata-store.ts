import type { Awaitable } from './awaitable.js'
import type { PackedRows } from './packed-rows.js'
import type { DamagedRow } from './storage-error.js'

/** Bytes of a key or a value. Keys are ordered as unsigned bytes; a key is not empty, a value may be. */
export type Bytes = Uint8Array

/** One row of a range. */
export interface Row {
  readonly key: Bytes
  readonly value: Bytes
}

/** The row of a key as it was read; `value` is undefined where there was none. */
export interface ReadRow {
  readonly key: Bytes
  readonly value: Bytes | undefined
}

/**
 * Rows whose keys are the same up to the end of the first `delimiter` at or behind position `after` are one group. A
 * delimiter that is not complete before the first byte `end` behind that position does not count.
 */
export interface RowGroups {
  readonly after: number
  /** At least one byte. */
  readonly delimiter: Bytes
  /** A byte that ends the part of a key which is grouped, 0 to 255. */
  readonly end: number
}

/** How the rows of a range are read: in which direction, and how many. */
export interface RangeOptions {
  /** Rows returned at most. All of them count toward the limit of rows read, also where the range has fewer. */
  readonly limit: number
  /** From the end of the range towards its start. */
  readonly reverse?: boolean
  /**
   * For reads that are not transactions: called with each damaged row, which is then left out of the answer instead of
   * failing it. It counts toward the limit.
   */
  readonly onDamaged?: (row: DamagedRow) => void
  /**
   * For reads that are not transactions: only the first row of each group is returned, and the others count toward no
   * limit. Not with `reverse` or `onDamaged`.
   */
  readonly groups?: RowGroups
}

/** Reads of one consistent state. An engine that has the rows at hand answers at once; a failure always rejects. */
export interface Reader {
  /** The value of a key, or undefined. The bytes never change: callers only read them, since other reads may share them. */
  get(key: Bytes): Awaitable<Bytes | undefined>
  /** The values of several keys, in their order. */
  getMany(keys: readonly Bytes[]): Awaitable<(Bytes | undefined)[]>
  /**
   * Rows with `from <= key < to`. Fewer than `limit` rows mean that the range has no more.
   * A bound may be empty, or one byte longer than a key may be: the successor of the longest one.
   */
  range(from: Bytes, to: Bytes, options: RangeOptions): Awaitable<Row[]>
  /**
   * The rows of `range` in one piece of memory; it may be fewer than `limit` although the range has more. Not with `reverse` or `onDamaged`. Absent
   * where the engine has them one by one: see `readPacked`.
   */
  readonly packed?: ((from: Bytes, to: Bytes, options: RangeOptions) => Awaitable<PackedRows>) | undefined
}

/** Reads and writes of one transaction. A read sees the transaction's own sets and deletes, not its adds. */
export interface Transaction extends Reader {
  /** The value is copied, unless it is given away: then it never changes. */
  set(key: Bytes, value: Bytes, isGiven?: boolean): void
  delete(key: Bytes): void
  /**
   * Adds `deltas` to the counters of a row when the transaction commits; a missing row counts as zeros.
   * Two adds never conflict; a get conflicts with an add as with any write. The row is a counters row (`encodeCounters`).
   * A set or delete of the same key in the same transaction is refused.
   */
  add(key: Bytes, deltas: readonly number[]): void
}

/** An ordered key-value store with serializable transactions. Limits: `METADATA_LIMITS`; beyond, every engine throws. */
export interface MetadataStore {
  /**
   * Runs `body` in one serializable transaction; its writes are durable when the promise resolves.
   * `body` may run more than once (a conflict), and awaits nothing but `tx`; a body that leaves `tx` is refused.
   * When it throws, nothing is written and the error is thrown on; so are a `limit` and a `misuse` that it swallowed.
   * Throws StorageError `conflict` after 16 attempts, `limit`, `misuse`, `noSpace`, `unavailable`; DamagedRow for a
   * damaged row that it reads or adds to. After `unavailable` it may have been committed, or may be yet: before the next
   * transaction of this store that writes, and that one's reads are validated behind it. A body that only reads may see
   * the state before.
   */
  transact<T>(body: (tx: Transaction) => Awaitable<T>): Promise<T>
  /**
   * Runs `body` on one consistent state that is no older than the call. It awaits nothing but `reader`, and is refused
   * otherwise, since a long reader makes the store grow. It may run more than once: an engine on a network serves the
   * first reads without a snapshot, and begins again if later ones would not be of the same state. Throws
   * StorageError `limit`, `misuse`, `unavailable`. Each call that meets a damaged row throws DamagedRow; the body may
   * catch that and go on. An engine that has the rows at hand answers at once where `body` waits for nothing; a failure
   * always rejects.
   */
  read<T>(body: (reader: Reader) => Awaitable<T>): Awaitable<T>
  /**
   * A view of this store for the work of one request, which must not close it; absent where rows are at hand. Its first read fetches the
   * rows of `along` too, in the same round trip, and its next transaction begins with the rows that were read: a body that
   * needs no others costs the commit alone, which finds out whether they are still the same. Where they are not, or where the
   * body throws or writes nothing, it runs again on fresh rows: a transaction has the same outcomes as one of the store.
   */
  recalling?(along: readonly Bytes[]): MetadataStore
  /**
   * A function that returns whether the newest state has rows as they were read; undefined stands for a missing row. It answers at once, sees no
   * state older than its call, and throws as `read` does. Absent where rows are not at hand.
   */
  comparing?(rows: readonly ReadRow[]): () => boolean
  close(): Promise<void>
}
