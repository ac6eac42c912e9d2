import type { Bytes, KeyText } from '@bindery/storage'
import { openRow } from './sealed-row.js'

/** Rows that are kept at most. */
const ROWS_MAX = 1_024
/** Longer rows are read again each time. */
const ROW_BYTES_MAX = 8 * 1024

interface Kept {
  readonly sealed: Bytes
  readonly value: Bytes
  /** The number of commits that a snapshot with this value had seen; -1 where that is not known. */
  seen: bigint
}

/** Knowledge about the commits of the file: `RecentWrites`, in the process that commits. */
export interface KnownCommits {
  isUnchanged(key: KeyText, since: bigint): boolean
}

/**
 * Rows that were read lately, by key. A row whose stored bytes are still the same was copied and verified before: its
 * value is returned again. A row that changed on disk, by a commit or by damage, has other bytes and is verified again.
 */
export class OpenedRows {
  readonly #kept = new Map<KeyText, Kept>()

  /** The value of a row in a snapshot that has seen this many commits; undefined where the file must be read. */
  known(key: KeyText, seen: bigint, commits: KnownCommits): Bytes | undefined {
    const kept = this.#kept.get(key)
    if (kept === undefined || kept.seen < 0n || kept.seen > seen || !commits.isUnchanged(key, kept.seen))
      return undefined
    kept.seen = seen
    return kept.value
  }

  /**
   * The value of a stored row, given LMDB's own buffer, which the next read overwrites. `seen`: the number of commits that the snapshot has
   * seen. Throws DamagedRow.
   */
  open(key: KeyText, shared: Buffer, seen = -1n): Bytes {
    const { length } = shared
    const kept = this.#kept.get(key)
    if (
      kept !== undefined &&
      kept.sealed.length === length &&
      shared.compare(kept.sealed, 0, length, 0, length) === 0
    ) {
      if (seen > kept.seen) kept.seen = seen
      return kept.value
    }
    const sealed = new Uint8Array(shared.buffer, shared.byteOffset, length).slice()
    const value = openRow(key, sealed)
    if (length <= ROW_BYTES_MAX) {
      if (this.#kept.size >= ROWS_MAX) this.#kept.clear()
      this.#kept.set(key, { sealed, value, seen })
    }
    return value
  }
}
