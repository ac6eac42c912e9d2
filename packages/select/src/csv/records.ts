/** Divides bytes of CSV into records, each with its number of line and its bytes. */
import { CSV_ROW_BYTES_MAX } from '../limits.js'
import { SelectError } from '../select-error.js'

/** How records and fields are delimited. Each number is a byte. */
export interface CsvFormat {
  /** One or two bytes. */
  readonly recordDelimiter: Uint8Array
  readonly fieldDelimiter: number
  readonly quote: number
  /** Records that begin with this byte are left out. */
  readonly comment: number | undefined
}

/** Called per record with its bytes, without the delimiter. Returns whether to go on. */
export type OnRecord = (record: Uint8Array) => boolean

/** Takes pieces of a CSV file and finds its records; a delimiter between quotes is part of a field. */
export class CsvRecords {
  readonly #format: CsvFormat
  readonly #onRecord: OnRecord
  #rest: Uint8Array = new Uint8Array()
  /** Bytes of the rest that were searched, and whether a quote is open behind them. */
  #searched = 0
  #isQuoted = false

  constructor(format: CsvFormat, onRecord: OnRecord) {
    this.#format = format
    this.#onRecord = onRecord
  }

  /** Takes the next bytes. Returns false where no further records are wanted. Throws SelectError InvalidCsvLine. */
  push(piece: Uint8Array): boolean {
    const bytes = this.#rest.length === 0 ? piece : concat(this.#rest, piece)
    const { recordDelimiter, quote } = this.#format
    const [first = 10, second] = recordDelimiter
    let start = 0
    let isQuoted = this.#isQuoted
    let index = this.#searched
    for (; index < bytes.length; index += 1) {
      const byte = bytes[index]
      if (byte === quote) isQuoted = !isQuoted
      else if (byte === first && !isQuoted) {
        if (second !== undefined) {
          if (index + 1 === bytes.length) break
          if (bytes[index + 1] !== second) continue
        }
        if (index - start > CSV_ROW_BYTES_MAX) throw tooLong()
        if (!this.#onRecord(bytes.subarray(start, index))) return false
        index += recordDelimiter.length - 1
        start = index + 1
      }
    }
    this.#rest = bytes.slice(start)
    this.#searched = index - start
    this.#isQuoted = isQuoted
    if (this.#rest.length > CSV_ROW_BYTES_MAX) throw tooLong()
    return true
  }

  /** Takes the last record, which may lack its delimiter. Throws SelectError InvalidCsvLine for an open quote. */
  end(): void {
    if (this.#isQuoted) throw new SelectError('InvalidCsvLine', 'A quoted field of the last line is not closed.')
    if (this.#rest.length > 0) this.#onRecord(this.#rest)
    this.#rest = new Uint8Array()
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The fields of a record. Throws SelectError InvalidTextEncoding, InvalidCsvLine. */
export function fieldsOf(record: Uint8Array, { fieldDelimiter, quote }: CsvFormat): string[] {
  const fields: string[] = []
  let start = 0
  for (;;) {
    if (record[start] !== quote) {
      const found = record.indexOf(fieldDelimiter, start)
      const end = found === -1 ? record.length : found
      fields.push(text(record.subarray(start, end)))
      if (found === -1) return fields
      start = end + 1
      continue
    }
    const end = closingQuote(record, start, quote)
    const inner = text(record.subarray(start + 1, end))
    const mark = String.fromCharCode(quote)
    const rest = record.indexOf(fieldDelimiter, end + 1)
    const tail = text(record.subarray(end + 1, rest === -1 ? record.length : rest))
    fields.push(inner.replaceAll(mark + mark, mark) + tail)
    if (rest === -1) return fields
    start = rest + 1
  }
}

function closingQuote(record: Uint8Array, start: number, quote: number): number {
  for (let index = start + 1; index < record.length; index += 1) {
    if (record[index] !== quote) continue
    if (record[index + 1] === quote) index += 1
    else return index
  }
  throw new SelectError('InvalidCsvLine', 'A quoted field is not closed.')
}

function text(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw new SelectError('InvalidTextEncoding', 'The object is not UTF-8 text.')
  }
}

function concat(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + tail.length)
  bytes.set(head)
  bytes.set(tail, head.length)
  return bytes
}

function tooLong(): SelectError {
  return new SelectError('InvalidCsvLine', `A line is longer than ${CSV_ROW_BYTES_MAX} bytes.`)
}
