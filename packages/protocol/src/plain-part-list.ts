/**
 * The list of a Complete in the form in which clients write it, read straight from its bytes: one pass, and nothing made
 * for an element. What that form leaves out (comments, CDATA, attributes, other elements and references, numbers out of
 * range) is left to the XML reader, which alone says what is wrong with a document.
 */

import { bytesToString, stringToBytes } from '@bindery/bytes'
import { PART_NUMBER_MAX } from './limits.js'
import { ListedParts } from './listed-parts.js'

/** A byte order mark, a declaration and a default namespace may be there. */
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

/** As many digits as the XML reader takes for a number. */
const NUMBER_DIGITS_MAX = 15
/** 1 for the bytes that ETags are made of: letters, digits, hyphen and underscore. */
const TAG_BYTES = Uint8Array.from({ length: 256 }, (_, byte) => (/[\w-]/.test(String.fromCharCode(byte)) ? 1 : 0))

/** Where something ends that is not there. */
const NOWHERE = -1

/** The parts of a document of the plain form; undefined of any other, whether it is a list or not. */
export function readPlainPartList(document: Uint8Array): ListedParts | undefined {
  const head = HEAD.exec(bytesToString(document.subarray(0, HEAD_BYTES_MAX)))
  if (head === null) return undefined
  const reader = new PartReader(document)
  let at = afterSpace(document, head[0].length)
  for (let end = reader.read(at); end !== NOWHERE; end = reader.read(at)) at = afterSpace(document, end)
  const end = after(document, at, LIST_END)
  return end !== NOWHERE && afterSpace(document, end) === document.length ? reader.parts() : undefined
}

/** Reads one part after the other into columns. Each method takes where something begins and answers where it ends. */
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

  /** What was read. */
  parts(): ListedParts {
    return new ListedParts({
      document: this.#document,
      partNumbers: this.#partNumbers.subarray(0, this.#length),
      starts: this.#starts.subarray(0, this.#length),
      ends: this.#ends.subarray(0, this.#length),
    })
  }

  /** A part with its number and its ETag, once each, in any order. One more than there can be is none. */
  read(start: number): number {
    const document = this.#document
    const opened = after(document, start, PART)
    if (opened === NOWHERE || this.#length === this.#partNumbers.length) return NOWHERE
    const first = afterSpace(document, opened)
    const numberFirst = this.#number(first)
    const middle = numberFirst === NOWHERE ? this.#etag(first) : numberFirst
    if (middle === NOWHERE) return NOWHERE
    const second = afterSpace(document, middle)
    const last = numberFirst === NOWHERE ? this.#number(second) : this.#etag(second)
    if (last === NOWHERE) return NOWHERE
    const end = after(document, afterSpace(document, last), PART_END)
    if (end !== NOWHERE) this.#length += 1
    return end
  }

  #number(start: number): number {
    const document = this.#document
    const opened = after(document, start, NUMBER)
    if (opened === NOWHERE) return NOWHERE
    let at = opened
    let number = 0
    for (let digit = digitAt(document, at); digit >= 0 && number <= PART_NUMBER_MAX; digit = digitAt(document, at)) {
      number = number * 10 + digit
      at += 1
    }
    if (number < 1 || number > PART_NUMBER_MAX || at - opened > NUMBER_DIGITS_MAX) return NOWHERE
    this.#partNumbers[this.#length] = number
    return after(document, at, NUMBER_END)
  }

  #etag(start: number): number {
    const document = this.#document
    const opened = after(document, start, ETAG)
    if (opened === NOWHERE) return NOWHERE
    const quote = afterSpace(document, opened)
    const first = afterQuote(document, quote)
    let last = first
    while (TAG_BYTES[document[last] ?? 0] === 1) last += 1
    const end = afterQuote(document, last)
    if ((first === quote) !== (end === last)) return NOWHERE
    this.#starts[this.#length] = first
    this.#ends[this.#length] = last
    return after(document, afterSpace(document, end), ETAG_END)
  }
}

function digitAt(document: Uint8Array, at: number): number {
  const byte = document[at] ?? 0
  return byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : -1
}

/** Where a word ends that stands at a place. */
function after(document: Uint8Array, start: number, word: Uint8Array): number {
  for (let offset = 0; offset < word.length; offset += 1) {
    if (document[start + offset] !== word[offset]) return NOWHERE
  }
  return start + word.length
}

/** Where a quote ends, if one stands at a place, or the place itself. */
function afterQuote(document: Uint8Array, start: number): number {
  for (const quote of QUOTES) {
    const end = after(document, start, quote)
    if (end !== NOWHERE) return end
  }
  return start
}

function afterSpace(document: Uint8Array, start: number): number {
  for (let at = start; ; at += 1) {
    const byte = document[at]
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at
  }
}
