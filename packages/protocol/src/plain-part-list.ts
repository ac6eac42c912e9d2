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

/** The end of something that is missing. */
const NOWHERE = -1

/** The parts of a document in the plain form; undefined for any other document, whether it is a list or not. */
export function readPlainPartList(document: Uint8Array): ListedParts | undefined {
  const head = HEAD.exec(bytesToString(document.subarray(0, HEAD_BYTES_MAX)))
  if (head === null) return undefined
  const reader = new PartReader(document)
  let at = skipSpace(document, head[0].length)
  for (let end = reader.read(at); end !== NOWHERE; end = reader.read(at)) at = skipSpace(document, end)
  const end = skipWord(document, at, LIST_END)
  return end !== NOWHERE && skipSpace(document, end) === document.length ? reader.parts() : undefined
}

/**
 * Parses one part after another into columns. Each method takes the start of an item and returns its end, or
 * NOWHERE.
 */
class PartReader {
  readonly #document: Uint8Array
  readonly #partNumbers: Uint16Array
  readonly #starts: Uint32Array
  readonly #ends: Uint32Array
  #length = 0

  constructor(document: Uint8Array) {
    const room = Math.min(PART_NUMBER_MAX, Math.floor(document.length / PART_BYTES_MIN))
    this.#document = document
    this.#partNumbers = new Uint16Array(room)
    this.#starts = new Uint32Array(room)
    this.#ends = new Uint32Array(room)
  }

  /** The parsed parts. */
  parts(): ListedParts {
    return new ListedParts({
      document: this.#document,
      partNumbers: this.#partNumbers.subarray(0, this.#length),
      starts: this.#starts.subarray(0, this.#length),
      ends: this.#ends.subarray(0, this.#length),
    })
  }

  /**
   * Parses a part with its number and its ETag, once each, in either order. A part beyond the maximum number is not
   * accepted.
   */
  read(start: number): number {
    const document = this.#document
    const opened = skipWord(document, start, PART)
    if (opened === NOWHERE || this.#length === this.#partNumbers.length) return NOWHERE
    const first = skipSpace(document, opened)
    const numberFirst = this.#number(first)
    const middle = numberFirst === NOWHERE ? this.#etag(first) : numberFirst
    if (middle === NOWHERE) return NOWHERE
    const second = skipSpace(document, middle)
    const last = numberFirst === NOWHERE ? this.#number(second) : this.#etag(second)
    if (last === NOWHERE) return NOWHERE
    const end = skipWord(document, skipSpace(document, last), PART_END)
    if (end !== NOWHERE) this.#length += 1
    return end
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
