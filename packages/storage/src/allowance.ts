import type { KeyText } from './bytes.js'
import { METADATA_LIMITS } from './limits.js'
import type { Bytes } from './metadata-store.js'
import { StorageError } from './storage-error.js'

/** Counts the keys, rows and bytes of a transaction or read, and throws StorageError `limit` beyond METADATA_LIMITS. */
export class Allowance {
  #rowsRead = 0
  #keysWritten = 0
  #bytes = 0

  key(key: KeyText): void {
    checkLimit('bytes of a key', key.length, METADATA_LIMITS.keyBytes)
    if (key.length === 0) throw new StorageError('limit', 'a key has at least one byte')
    this.#spend(key.length)
  }

  valueBytes(bytes: number): void {
    checkLimit('bytes of a value', bytes, METADATA_LIMITS.valueBytes)
    this.#spend(bytes)
  }

  /** A bound may be the successor of the longest key. */
  bound(bound: KeyText): void {
    checkLimit('bytes of a bound', bound.length, METADATA_LIMITS.keyBytes + 1)
  }

  rowsRead(rows: number): void {
    this.#rowsRead += rows
    checkLimit('rows read', this.#rowsRead, METADATA_LIMITS.rowsRead)
  }

  keyWritten(): void {
    this.#keysWritten += 1
    checkLimit('keys written', this.#keysWritten, METADATA_LIMITS.keysWritten)
  }

  valueRead(value: Bytes | undefined): void {
    this.#spend(value?.length ?? 0)
  }

  rowRead(key: KeyText, value: Bytes): void {
    this.#spend(key.length + value.length)
  }

  /** Keys and values together. */
  bytesRead(bytes: number): void {
    this.#spend(bytes)
  }

  #spend(bytes: number): void {
    this.#bytes += bytes
    checkLimit('bytes read and written', this.#bytes, METADATA_LIMITS.bytes)
  }
}

function checkLimit(what: string, count: number, limit: number): void {
  if (count > limit) throw new StorageError('limit', `${what}: ${count}, at most ${limit}`)
}
