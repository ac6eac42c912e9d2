import { CATALOGUE, type Cause, type ErrorRow } from './catalogue.js'

/** Elements that a cause adds to the error document, in their order. */
export type ErrorDetails = Readonly<Record<string, string | number>>

/** A deliberate failure: a row of the catalogue, and the details of this occurrence. */
export class OssError extends Error {
  override readonly name = 'OssError'
  readonly reason: Cause
  readonly details: ErrorDetails
  /** Response headers of this failure. */
  readonly headers: readonly (readonly [name: string, value: string])[]

  constructor(
    reason: Cause,
    details: ErrorDetails = {},
    options: ErrorOptions & { headers?: readonly (readonly [string, string])[] } = {},
  ) {
    const row: ErrorRow = CATALOGUE[reason]
    super(fill(row.message, details), options)
    this.reason = reason
    this.details = details
    this.headers = options.headers ?? []
  }

  get row(): ErrorRow {
    return CATALOGUE[this.reason]
  }
}

function fill(message: string, details: ErrorDetails): string {
  return message.replace(/\{(\w+)!?\}/g, (_, name: string) => String(details[name] ?? name))
}
