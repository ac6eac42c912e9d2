import { equalBytes } from '@bindery/bytes'
import type { Bytes } from '@bindery/storage'

interface Kept<T> {
  readonly value: Bytes
  readonly record: T
}

/** Bounds of a cache; `bytes` of rows, not of what they are decoded to: none by default. */
interface CacheLimits {
  readonly records: number
  readonly bytes?: number
}

/**
 * Decoded records, by the bytes that they were decoded from. A cached record is never older than the bytes that were
 * read. Requests share it, so none of them changes it.
 */
export class RowCache<T> {
  readonly #recordsMax: number
  readonly #bytesMax: number
  readonly #kept = new Map<string, Kept<T>>()
  #bytes = 0

  constructor({ records, bytes = Number.POSITIVE_INFINITY }: CacheLimits) {
    this.#recordsMax = records
    this.#bytesMax = bytes
  }

  /** The record in `value`, the row of `name`; `decode` makes it unless it is kept, and its errors are thrown on. */
  get(name: string, value: Bytes, decode: () => T): T {
    const kept = this.#kept.get(name)
    if (kept !== undefined && (kept.value === value || equalBytes(kept.value, value))) return kept.record
    const record = decode()
    if (value.length > this.#bytesMax) return record
    this.#bytes += value.length - (kept?.value.length ?? 0)
    if (this.#kept.size >= this.#recordsMax || this.#bytes > this.#bytesMax) {
      this.#kept.clear()
      this.#bytes = value.length
    }
    this.#kept.set(name, { value, record })
    return record
  }
}
