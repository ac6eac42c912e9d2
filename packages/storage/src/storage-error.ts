/**
 * The kinds of engine errors. `limit` and `misuse` are bugs of the caller; the others occur in a running store.
 * conflict: transactions kept colliding · noSpace: below the reserve, or the disk is full · corrupt: bytes do not match
 * their checksum · notFound: a blob that a record names is missing · fenced: another process has declared this one dead,
 * so it must stop · unavailable: any other error that may be temporary.
 */
export type StorageErrorKind =
  | 'conflict'
  | 'noSpace'
  | 'corrupt'
  | 'notFound'
  | 'fenced'
  | 'unavailable'
  | 'limit'
  | 'misuse'

/** An engine's error. Callers decide by its `kind`; the message is for people and has no stable form. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
  readonly kind: StorageErrorKind

  constructor(kind: StorageErrorKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

/** A write that would leave less of the disk free than the engine keeps for deletes, aborts and sweeping (`noSpace`). */
export class BelowReserve extends StorageError {
  /** Bytes that are free on the disk, and those of them that are kept. */
  readonly freeBytes: number
  readonly reserveBytes: number

  constructor(freeBytes: number, reserveBytes: number) {
    super('noSpace', `${freeBytes} bytes are free on the disk, and ${reserveBytes} of them are kept`)
    this.freeBytes = freeBytes
    this.reserveBytes = reserveBytes
  }
}

/** A stored row that does not match its checksum (`corrupt`). Nothing of it is returned; maintenance may skip it. */
export class DamagedRow extends StorageError {
  readonly #key: Uint8Array
  readonly #stored: Uint8Array

  constructor(key: Uint8Array, stored: Uint8Array) {
    super('corrupt', `the row ${printable(key)} does not match its checksum`)
    this.#key = key
    this.#stored = stored
  }

  get key(): Uint8Array {
    return this.#key
  }

  /** The stored form of the row, in the engine's own format, for people to examine. */
  get stored(): Uint8Array {
    return this.#stored
  }
}

function printable(key: Uint8Array): string {
  return JSON.stringify(Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1'))
}
