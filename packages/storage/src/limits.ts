/** Limits of one transaction or read, enforced by every engine. */
export const METADATA_LIMITS = {
  /** Bytes of a key. */
  keyBytes: 1_900,
  /** Bytes of a value. */
  valueBytes: 100_000,
  /** Keys set, deleted or added to in one transaction. */
  keysWritten: 500,
  /** Rows read in one transaction or read; an absent key, an own write and the whole limit of a range count. */
  rowsRead: 2_500,
  /** Bytes of keys and values read and written. */
  bytes: 10_000_000,
  /** Runs of a transaction's body before it gives up with `conflict`. */
  attempts: 16,
} as const
