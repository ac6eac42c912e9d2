/**
 * The part list of a Complete in the form that clients write, parsed directly from its bytes: one pass, without an
 * object per element. Anything else (comments, CDATA, attributes, other elements and references, numbers out of range)
 * is left to the XML reader, which also reports all errors.
 */

import { bytesToString, stringToBytes } from '@bindery/bytes'
import { PART_NUMBER_MAX } from './limits.js'
import { ListedParts } from './listed-parts.js'

/** A byte order mark, a declaration and a default namespace are optional. */
const HEAD =
  /^(?:\xef\xbb\xbf)?(?:<\?xml version=(["'])1\.0\1(?: encoding=(["'])[Uu][Tt][Ff]-8\2)?(?: standalone=(["'])(?:yes|no)\3)? ?\?>)?[ \t\r\n]*<CompleteMultipartUpload(?: xmlns="[\w:/.#-]*")?>/
const HEAD_BYTES_MAX = 512

const PART = stringToBytes('<Part>')
const PART_END = stringToBytes('</Part>')
const NUMBER = stringToBytes('<PartNumber>')
const NUMBER_END = stringToBytes('</PartNumber>')
const ETAG = stringToBytes('<ETag>')
const ETAG_END = stringToBytes('</ETag>')
const LIST_END = stringToBytes('</CompleteMultipartUpload>')
const QUOTES = ['"', '&quot;', '&#34;'].map(stringToBytes)
const PART_BYTES_MIN = '<Part><PartNumber>1</PartNumber><ETag></ETag></Part>'.length

/** The most digits that the XML reader accepts for a number. */
const NUMBER_DIGITS_MAX = 15
/** 1 for the bytes that may occur in ETags: letters, digits, hyphen and underscore. */
const TAG_BYTES = Uint8Array.from({ length: 256 }, (_, byte) => (/[\w-]/.test(String.fromCharCode(byte)) ? 1 : 0))
/** 1 for the bytes of base64. */
const BASE64_BYTES = Uint8Array.from({ length: 256 }, (_, byte) => (/[\w+/=]/.test(String.fromCharCode(byte)) ? 1 : 0))

/** The kinds of elements of a part, as bits. */
const NUMBER_KIND = 1
const ETAG_KIND = 2
const OTHER_KIND = 4
const NUMBER_AND_ETAG = NUMBER_KIND | ETAG_KIND

/** The end of something that is missing. */
const NOWHERE = -1

/** An element that a part may have besides its number and its ETag. */
export class PlainElement<T> {
  readonly start: Uint8Array
  readonly end: Uint8Array
  /** The meaning of its text, which is base64; undefined leaves the document to the XML reader. */
  readonly read: (text: string) => T | undefined

  constructor(name: string, read: (text: string) => T | undefined) {
    this.read = read
    this.start = stringToBytes(`<${name}>`)
    this.end = stringToBytes(`</${name}>`)
  }
}

/** A list in the plain form. */
export interface PlainPartList<T> {
  readonly parts: ListedParts
  /** The other element of each part, undefined for a part without; absent where no part has one. */
  readonly others?: readonly (T | undefined)[]
}

/**
 * The parts of a document in the plain form; undefined for any other document, whether it is a list or not. A part may have one
 * of the `others`.
 */
export function readPlainPartList<T = never>(
  document: Uint8Array,
  others: readonly PlainElement<T>[] = [],
): PlainPartList<T> | undefined {
  const head = HEAD.exec(bytesToString(document.subarray(0, HEAD_BYTES_MAX)))
  if (head === null) return undefined
  const reader = new PartReader(document, others)
  let at = skipSpace(document, head[0].length)
  for (let end = reader.read(at); end !== NOWHERE; end = reader.read(at)) at = skipSpace(document, end)
  const end = skipWord(document, at, LIST_END)
  return end !== NOWHERE && skipSpace(document, end) === document.length ? reader.list() : undefined
}

/**
 * Parses one part after another into columns. Each method takes the start of an item and returns its end, or
 * NOWHERE.
 */
class PartReader<T> {
  readonly #document: Uint8Array
  readonly #elements: readonly PlainElement<T>[]
  readonly #others: (T | undefined)[] = []
  #hasOthers = false
  readonly #partNumbers: Uint16Array
  readonly #starts: Uint32Array
  readonly #ends: Uint32Array
  #length = 0

  constructor(document: Uint8Array, elements: readonly PlainElement<T>[]) {
    this.#elements = elements
    const room = Math.min(PART_NUMBER_MAX, Math.floor(document.length / PART_BYTES_MIN))
    this.#document = document
    this.#partNumbers = new Uint16Array(room)
    this.#starts = new Uint32Array(room)
    this.#ends = new Uint32Array(room)
  }

  /** The parsed parts. */
  list(): PlainPartList<T> {
    const parts = new ListedParts({
      document: this.#document,
      partNumbers: this.#partNumbers.subarray(0, this.#length),
      starts: this.#starts.subarray(0, this.#length),
      ends: this.#ends.subarray(0, this.#length),
    })
    return this.#hasOthers ? { parts, others: this.#others } : { parts }
  }

  /**
   * Parses a part with its number and its ETag, once each, and at most one other element, in any order. A part beyond the maximum
   * number is not accepted.
   */
  read(start: number): number {
    const document = this.#document
    const opened = skipWord(document, start, PART)
    if (opened === NOWHERE || this.#length === this.#partNumbers.length) return NOWHERE
    let seen = 0
    this.#others[this.#length] = undefined
    for (let at = skipSpace(document, opened); ; ) {
      const end = skipWord(document, at, PART_END)
      if (end !== NOWHERE) {
        if ((seen & NUMBER_AND_ETAG) !== NUMBER_AND_ETAG) return NOWHERE
        this.#length += 1
        return end
      }
      const child = this.#child(at)
      if (child === undefined || (seen & child.kind) !== 0) return NOWHERE
      seen |= child.kind
      at = skipSpace(document, child.end)
    }
  }

  /** Parses an element of a part; undefined where no plain one begins. */
  #child(start: number): { readonly kind: number; readonly end: number } | undefined {
    const number = this.#number(start)
    if (number !== NOWHERE) return { kind: NUMBER_KIND, end: number }
    const etag = this.#etag(start)
    if (etag !== NOWHERE) return { kind: ETAG_KIND, end: etag }
    const other = this.#other(start)
    return other === NOWHERE ? undefined : { kind: OTHER_KIND, end: other }
  }

  #other(start: number): number {
    const document = this.#document
    for (const element of this.#elements) {
      const opened = skipWord(document, start, element.start)
      if (opened === NOWHERE) continue
      let last = opened
      while (BASE64_BYTES[document[last] ?? 0] === 1) last += 1
      const value = element.read(bytesToString(document.subarray(opened, last)))
      if (value === undefined) return NOWHERE
      this.#others[this.#length] = value
      this.#hasOthers = true
      return skipWord(document, last, element.end)
    }
    return NOWHERE
  }

  #number(start: number): number {
    const document = this.#document
    const opened = skipWord(document, start, NUMBER)
    if (opened === NOWHERE) return NOWHERE
    let at = opened
    let number = 0
    for (let digit = digitAt(document, at); digit >= 0 && number <= PART_NUMBER_MAX; digit = digitAt(document, at)) {
      number = number * 10 + digit
      at += 1
    }
    if (number < 1 || number > PART_NUMBER_MAX || at - opened > NUMBER_DIGITS_MAX) return NOWHERE
    this.#partNumbers[this.#length] = number
    return skipWord(document, at, NUMBER_END)
  }

  #etag(start: number): number {
    const document = this.#document
    const opened = skipWord(document, start, ETAG)
    if (opened === NOWHERE) return NOWHERE
    const quote = skipSpace(document, opened)
    const first = skipQuote(document, quote)
    let last = first
    while (TAG_BYTES[document[last] ?? 0] === 1) last += 1
    const end = skipQuote(document, last)
    if ((first === quote) !== (end === last)) return NOWHERE
    this.#starts[this.#length] = first
    this.#ends[this.#length] = last
    return skipWord(document, skipSpace(document, end), ETAG_END)
  }
}

function digitAt(document: Uint8Array, at: number): number {
  const byte = document[at] ?? 0
  return byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : -1
}

/** The end of a word that begins at a position. */
function skipWord(document: Uint8Array, start: number, word: Uint8Array): number {
  for (let offset = 0; offset < word.length; offset += 1) {
    if (document[start + offset] !== word[offset]) return NOWHERE
  }
  return start + word.length
}

/** The end of a quote that begins at a position, or the position itself. */
function skipQuote(document: Uint8Array, start: number): number {
  for (const quote of QUOTES) {
    const end = skipWord(document, start, quote)
    if (end !== NOWHERE) return end
  }
  return start
}

function skipSpace(document: Uint8Array, start: number): number {
  for (let at = start; ; at += 1) {
    const byte = document[at]
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at
  }
}
