import type { Bytes, KeyText } from '@bindery/storage'
import { openRow } from './sealed-row.js'

/** Rows that are kept at most. */
const ROWS_MAX = 1_024
/** Longer rows are read again each time. */
const ROW_BYTES_MAX = 8 * 1024

interface Kept {
  readonly sealed: Bytes
  readonly value: Bytes
}

/**
 * Rows that were read lately, by key. A row whose stored bytes are still the same was copied and verified before: its
 * value is returned again. A row that changed on disk, by a commit or by damage, has other bytes and is verified again.
 */
export class OpenedRows {
  readonly #kept = new Map<KeyText, Kept>()

  /** The value of a stored row, given LMDB's own buffer, which the next read overwrites. Throws DamagedRow. */
  open(key: KeyText, shared: Buffer): Bytes {
    const { length } = shared
    const kept = this.#kept.get(key)
    if (
      kept !== undefined &&
      kept.sealed.length === length &&
      shared.compare(kept.sealed, 0, length, 0, length) === 0
    ) {
      return kept.value
    }
    const sealed = new Uint8Array(shared.buffer, shared.byteOffset, length).slice()
    const value = openRow(key, sealed)
    if (length <= ROW_BYTES_MAX) {
      if (this.#kept.size >= ROWS_MAX) this.#kept.clear()
      this.#kept.set(key, { sealed, value })
    }
    return value
  }
}
