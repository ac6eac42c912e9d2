import type { Notation } from '../notation.js'
import { CATALOGUE, type Cause, type ErrorRow } from './catalogue.js'

/**
 * Facts of a failure, in the order of the elements that they are in an error document. The domain names them as it names
 * everything (`partNumber`); `elementOf` has their names on the wire.
 */
export type ErrorDetails = Readonly<Record<DetailName, ErrorDetail>>

/** One of these facts. */
export type ErrorDetail = string | number | DetailGroup

/** Facts that an error document shows in one element. */
export type DetailGroup = Readonly<Record<DetailName, string | number>>

/** No element of the wire: those begin with a capital letter. */
type DetailName = Uncapitalize<string>

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
    super(fillMessage(row.message, details), options)
    this.reason = reason
    this.details = details
    this.headersIn = options.headers ?? (() => [])
  }

  get row(): ErrorRow {
    return CATALOGUE[this.reason]
  }

  /** OSS's coarse code, which clients match on. */
  get code(): string {
    return this.row.code
  }

  /** Whether the fault lies with the request or its target rather than the server: the same request fails again. */
  get isClientError(): boolean {
    return this.row.status < 500
  }
}

/** Elements whose names do not follow from those of the details. */
const ELEMENTS = new Map([
  ['etag', 'ETag'],
  ['accessKeyId', 'OSSAccessKeyId'],
  ['awsAccessKeyId', 'AWSAccessKeyId'],
  ['id', 'ID'],
  ['xAmzExpires', 'X-Amz-Expires'],
])

/** The element of an error document that shows a detail: `partNumber` is `PartNumber`, `etag` is `ETag`. */
export function elementOf(detail: string): string {
  return ELEMENTS.get(detail) ?? detail.charAt(0).toUpperCase() + detail.slice(1)
}

/** Details by the elements that show them, for interfaces that answer in JSON. */
export function shownDetails(details: ErrorDetails): { readonly [element: string]: unknown } {
  const shown = Object.entries(details).map(([name, value]) => {
    return [elementOf(name), typeof value === 'object' ? shownDetails(value) : value] as const
  })
  return Object.fromEntries(shown)
}

const PLACEHOLDER = /\{(\w+)!?\}/g

/** The details that a cause's message shows and this error lacks: a fault of the code that throws it. */
export function missingDetails({ row, details }: OssError): readonly string[] {
  return [...row.message.matchAll(PLACEHOLDER)].flatMap(([, name = '']) =>
    detailOf(details, name) === undefined ? [name] : [],
  )
}

/** A text of the catalogue with details in it. */
export function fillMessage(message: string, details: ErrorDetails): string {
  return message.replace(PLACEHOLDER, (_, name: string) => String(detailOf(details, name) ?? name))
}

/** The detail of a name; undefined if the details lack it. */
export function detailOf(details: ErrorDetails, name: string): ErrorDetail | undefined {
  return details[name as DetailName]
}
