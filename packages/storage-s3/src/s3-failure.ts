import { StorageError } from '@bindery/storage'

/** A refusal of an S3 store, or a connection that broke (`status` 0). */
export class S3Failure extends Error {
  override readonly name = 'S3Failure'
  readonly status: number
  /** `SlowDown`; '' where the answer has none. */
  readonly code: string

  constructor(status: number, code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.status = status
    this.code = code
  }

  /** Whether the same request may succeed a moment later. */
  get isTemporary(): boolean {
    if (this.isFull) return false
    return (
      this.status === 0 ||
      this.status === 429 ||
      (this.status >= 500 && this.status !== 501) ||
      this.code === 'RequestTimeout' ||
      this.code === 'SlowDown'
    )
  }

  get isFull(): boolean {
    return this.status === 507 || this.code === 'QuotaExceeded' || this.code === 'XMinioStorageFull'
  }

  get isMissing(): boolean {
    return this.status === 404
  }
}

/** A failure of the store as the contract has it; any other error is returned unchanged. */
export function storageErrorOf(error: unknown, what: string): unknown {
  if (!(error instanceof S3Failure)) return error
  if (error.isFull) return new StorageError('noSpace', `the S3 store is full: ${what}`, { cause: error })
  return new StorageError('unavailable', `the S3 store has not done this: ${what}`, { cause: error })
}
