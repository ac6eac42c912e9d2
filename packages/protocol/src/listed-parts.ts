import { utf8Bytes, utf8Text } from '@bindery/bytes'

/** A part as CompleteMultipartUpload lists it. */
export interface ListedPart {
  readonly partNumber: number
  /** Without quotes, as the client wrote it. */
  readonly etag: string
}

/** The positions of a list's ETags in its document, so that 10,000 parts need no object each. */
export interface ListedColumns {
  readonly document: Uint8Array
  readonly partNumbers: Uint16Array
  /** Each ETag, without quotes, is the bytes `[start, end)`. */
  readonly starts: Uint32Array
  readonly ends: Uint32Array
}

/** The parts that a Complete lists, in its order. */
export class ListedParts implements Iterable<ListedPart> {
  readonly partNumbers: Uint16Array
  readonly #document: Uint8Array
  readonly #starts: Uint32Array
  readonly #ends: Uint32Array

  constructor({ document, partNumbers, starts, ends }: ListedColumns) {
    this.partNumbers = partNumbers
    this.#document = document
    this.#starts = starts
    this.#ends = ends
  }

  static of(parts: readonly ListedPart[]): ListedParts {
    const etags = parts.map(({ etag }) => utf8Bytes(etag))
    const document = new Uint8Array(etags.reduce((sum, { length }) => sum + length, 0))
    const starts = new Uint32Array(parts.length)
    const ends = new Uint32Array(parts.length)
    let at = 0
    etags.forEach((etag, index) => {
      document.set(etag, at)
      starts[index] = at
      at += etag.length
      ends[index] = at
    })
    return new ListedParts({
      document,
      partNumbers: Uint16Array.from(parts, ({ partNumber }) => partNumber),
      starts,
      ends,
    })
  }

  get length(): number {
    return this.partNumbers.length
  }

  partNumber(index: number): number {
    return this.partNumbers[index] ?? 0
  }

  etag(index: number): string {
    return utf8Text(this.#document.subarray(this.#starts[index], this.#ends[index])) ?? ''
  }

  /**
   * Whether an ETag equals the bytes `[start, end)`, which contain no lower-case letters; its own letters count as
   * upper case.
   */
  hasETag(index: number, bytes: Uint8Array, start: number, end: number): boolean {
    const first = this.#starts[index] ?? 0
    if ((this.#ends[index] ?? 0) - first !== end - start) return false
    for (let offset = 0; offset < end - start; offset += 1) {
      if (upperCase(this.#document[first + offset] ?? 0) !== bytes[start + offset]) return false
    }
    return true
  }

  /** The bytes of all ETags concatenated, with `a` to `z` in upper case, and the end of each. */
  joinETags(): { readonly joinedETags: Uint8Array; readonly etagEnds: Uint32Array } {
    const etagEnds = new Uint32Array(this.length)
    const joinedETags = new Uint8Array(
      this.#ends.reduce((sum, end, index) => sum + end - (this.#starts[index] ?? 0), 0),
    )
    let at = 0
    for (let index = 0; index < this.length; index += 1) {
      for (let from = this.#starts[index] ?? 0; from < (this.#ends[index] ?? 0); from += 1) {
        joinedETags[at] = upperCase(this.#document[from] ?? 0)
        at += 1
      }
      etagEnds[index] = at
    }
    return { joinedETags, etagEnds }
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
