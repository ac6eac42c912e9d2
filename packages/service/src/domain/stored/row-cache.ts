import { equalBytes } from '@bindery/bytes'
import type { Bytes } from '@bindery/storage'

interface Kept<T> {
  readonly value: Bytes
  readonly record: T
}

/**
 * Decoded records, by the bytes that they were decoded from. A cached record is never older than the bytes that were
 * read. Requests share it, so none of them changes it.
 */
export class RowCache<T> {
  readonly #recordsMax: number
  readonly #kept = new Map<string, Kept<T>>()

  constructor(recordsMax: number) {
    this.#recordsMax = recordsMax
  }

  /** The record in `value`, the row of `name`; `decode` makes it unless it is kept, and its errors are thrown on. */
  get(name: string, value: Bytes, decode: () => T): T {
    const kept = this.#kept.get(name)
    if (kept !== undefined && (kept.value === value || equalBytes(kept.value, value))) return kept.record
    const record = decode()
    if (this.#kept.size >= this.#recordsMax) this.#kept.clear()
    this.#kept.set(name, { value, record })
    return record
  }
}
