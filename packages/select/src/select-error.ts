/** A query that cannot be run, or data that it cannot be run on. `code` is OSS's code. */
export class SelectError extends Error {
  override readonly name = 'SelectError'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** A row whose values do not fit the query: it is skipped and counted. */
export class RowMismatch extends Error {
  override readonly name = 'RowMismatch'
}
