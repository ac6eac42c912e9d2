/**
 * What went wrong in an engine. `limit` and `misuse` are bugs of the caller; the others befall a running store.
 * conflict: transactions kept colliding · noSpace: below the reserve, or the disk is full · corrupt: bytes do not match
 * their checksum · notFound: a blob that a record names is not there · unavailable: everything else that may pass.
 */
export type StorageErrorKind = 'conflict' | 'noSpace' | 'corrupt' | 'notFound' | 'unavailable' | 'limit' | 'misuse'

export class StorageError extends Error {
  override readonly name = 'StorageError'
  readonly kind: StorageErrorKind

  constructor(kind: StorageErrorKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}
