import { utf8Bytes, utf8Text } from './text.js'

/** A part as CompleteMultipartUpload lists it. */
export interface ListedPart {
  readonly partNumber: number
  /** Bare, as the client wrote it. */
  readonly etag: string
}

/** What lists of parts are compared by: 10,000 parts are to cost no object each. */
export interface NumberedETags {
  readonly length: number
  /** Bytes of all ETags. */
  readonly etagBytes: number
  partNumber(index: number): number
  /** Writes an ETag's bytes, `a` to `z` in upper case; answers where they end. */
  writeETag(index: number, target: Uint8Array, at: number): number
}

/** Where each part of a list stands in a document. */
export interface ListedColumns {
  readonly document: Uint8Array
  readonly partNumbers: Uint16Array
  /** ETags, bare, are the bytes `[start, end)`. */
  readonly etagStarts: Uint32Array
  readonly etagEnds: Uint32Array
}

/** The parts that a Complete lists, in its order, as columns over the bytes that name them. */
export class ListedParts implements NumberedETags, Iterable<ListedPart> {
  readonly length: number
  readonly etagBytes: number
  readonly #columns: ListedColumns

  constructor(columns: ListedColumns) {
    const { partNumbers, etagStarts, etagEnds } = columns
    this.#columns = columns
    this.length = partNumbers.length
    let bytes = 0
    for (let index = 0; index < this.length; index += 1) bytes += (etagEnds[index] ?? 0) - (etagStarts[index] ?? 0)
    this.etagBytes = bytes
  }

  static of(parts: readonly ListedPart[]): ListedParts {
    const etags = parts.map(({ etag }) => utf8Bytes(etag))
    const document = new Uint8Array(etags.reduce((sum, { length }) => sum + length, 0))
    const etagStarts = new Uint32Array(parts.length)
    const etagEnds = new Uint32Array(parts.length)
    let at = 0
    etags.forEach((etag, index) => {
      document.set(etag, at)
      etagStarts[index] = at
      at += etag.length
      etagEnds[index] = at
    })
    return new ListedParts({
      document,
      partNumbers: Uint16Array.from(parts, ({ partNumber }) => partNumber),
      etagStarts,
      etagEnds,
    })
  }

  partNumber(index: number): number {
    return this.#columns.partNumbers[index] ?? 0
  }

  etag(index: number): string {
    const { document, etagStarts, etagEnds } = this.#columns
    const bytes = document.subarray(etagStarts[index], etagEnds[index])
    return utf8Text(bytes) ?? ''
  }

  writeETag(index: number, target: Uint8Array, at: number): number {
    const { document, etagStarts, etagEnds } = this.#columns
    const end = etagEnds[index] ?? 0
    let to = at
    for (let from = etagStarts[index] ?? 0; from < end; from += 1) {
      target[to] = upperCase(document[from] ?? 0)
      to += 1
    }
    return to
  }

  /** Whether an ETag is the text of these bytes, which have no small letters; its own letters count as capitals. */
  hasETag(index: number, bytes: Uint8Array, start: number, end: number): boolean {
    const { document, etagStarts, etagEnds } = this.#columns
    const first = etagStarts[index] ?? 0
    if ((etagEnds[index] ?? 0) - first !== end - start) return false
    for (let offset = 0; offset < end - start; offset += 1) {
      if (upperCase(document[first + offset] ?? 0) !== bytes[start + offset]) return false
    }
    return true
  }

  *[Symbol.iterator](): Generator<ListedPart> {
    for (let index = 0; index < this.length; index += 1) {
      yield { partNumber: this.partNumber(index), etag: this.etag(index) }
    }
  }
}

function upperCase(byte: number): number {
  return byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte
}
