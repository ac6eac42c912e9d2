import type { Notation } from '../notation.js'
import { CATALOGUE, type Cause, type ErrorRow } from './catalogue.js'

/** Elements that a cause adds to the error document, in their order. */
export type ErrorDetails = Readonly<Record<string, string | number>>

type HeadersIn = (notation: Notation) => readonly (readonly [name: string, value: string])[]

/** A deliberate failure: a row of the catalogue, and the details of this occurrence. */
export class OssError extends Error {
  override readonly name = 'OssError'
  readonly reason: Cause
  readonly details: ErrorDetails
  /** Response headers of this failure, in the notation of the request. */
  readonly headersIn: HeadersIn

  constructor(reason: Cause, details: ErrorDetails = {}, options: ErrorOptions & { headers?: HeadersIn } = {}) {
    const row: ErrorRow = CATALOGUE[reason]
    super(fill(row.message, details), options)
    this.reason = reason
    this.details = details
    this.headersIn = options.headers ?? (() => [])
  }

  get row(): ErrorRow {
    return CATALOGUE[this.reason]
  }
}

function fill(message: string, details: ErrorDetails): string {
  return message.replace(/\{(\w+)!?\}/g, (_, name: string) => String(details[name] ?? name))
}
