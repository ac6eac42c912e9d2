/** The records of an object that begin within a range of its bytes, so that clients may scan the parts of an object at once. */
import { OssError } from '@bindery/protocol'
import type { OpenObject } from '../domain/objects/open-object.js'
import { type ScannedObject, scanObject } from './rows-of-object.js'

/** A range as a request states it; with an end alone, the last bytes of the object. */
export interface StatedScanRange {
  readonly start?: number | undefined
  readonly end?: number | undefined
}

/** The form of the records. */
export interface RecordForm {
  /** One or two bytes. */
  readonly delimiter: Uint8Array
  /** The first record names the columns; it is read whatever the range is. */
  readonly hasHeader: boolean
  /** The byte that begins a comment, which is not a header. */
  readonly comment: number | undefined
}

/** Positions of bytes at which the first and the last wanted record may begin. */
interface Beginnings {
  readonly first: number
  readonly last: number
}

/** The header, and the records that begin within a range. Throws selectInvalidScanRange. */
export function scanRange(object: OpenObject, stated: StatedScanRange, form: RecordForm): ScannedObject {
  const { first, last } = beginningsOf(stated, object.record.size)
  let scanned = 0
  async function* pieces(): AsyncGenerator<Uint8Array> {
    let begin = first
    if (form.hasHeader) {
      const header = new Records({ first: 0, last: Number.POSITIVE_INFINITY }, 0, form.delimiter)
      const whole = scanObject(object, false)
      for await (const piece of whole.pieces) {
        const end = header.endOfFirst(piece, form.comment)
        yield piece.subarray(0, end)
        if (header.isDone) break
      }
      scanned += header.position
      begin = Math.max(first, header.position)
    }
    if (begin > last || begin >= object.record.size) return
    // the record before may end just where the range begins
    const from = Math.max(0, begin - form.delimiter.length)
    const records = new Records({ first: begin, last }, from, form.delimiter)
    const rest = scanObject(object, false, { start: from, end: object.record.size })
    for await (const piece of rest.pieces) {
      scanned += piece.length
      yield* records.among(piece)
      if (records.isDone) return
    }
  }
  return { pieces: pieces(), scanned: () => scanned }
}

function beginningsOf({ start, end }: StatedScanRange, size: number): Beginnings {
  if (start === undefined && end !== undefined) return { first: Math.max(0, size - end), last: size }
  const beginnings = { first: start ?? 0, last: end ?? Number.POSITIVE_INFINITY }
  if (beginnings.first > beginnings.last) {
    throw new OssError('selectInvalidScanRange', { reason: 'The start of the scan range is behind its end.' })
  }
  return beginnings
}

/** Divides bytes that arrive in pieces into records. */
class Records {
  readonly #beginnings: Beginnings
  readonly #delimiter: Uint8Array
  /** The position of the next piece. */
  position: number
  #isWanted: boolean
  #before: number | undefined
  #firstByte: number | undefined
  isDone = false

  constructor(beginnings: Beginnings, position: number, delimiter: Uint8Array) {
    this.#beginnings = beginnings
    this.position = position
    this.#delimiter = delimiter
    this.#isWanted = position >= beginnings.first
  }

  /** The bytes of wanted records in the next piece. */
  *among(piece: Uint8Array): Generator<Uint8Array, void> {
    let at = 0
    for (const end of this.#endsIn(piece)) {
      if (this.#isWanted) yield piece.subarray(at, end)
      at = end
      const begin = this.position + end
      this.#isWanted = begin >= this.#beginnings.first
      this.isDone = begin > this.#beginnings.last
      if (this.isDone) return
    }
    if (this.#isWanted && at < piece.length) yield piece.subarray(at)
    this.#pass(piece)
  }

  /** The end of the first record that is not a comment, or of the piece. */
  endOfFirst(piece: Uint8Array, comment: number | undefined): number {
    let at = 0
    for (const end of this.#endsIn(piece)) {
      const firstByte = this.#firstByte ?? piece[at]
      this.#firstByte = undefined
      at = end
      if (comment !== undefined && firstByte === comment) continue
      this.isDone = true
      this.position += end
      return end
    }
    this.#firstByte ??= piece[at]
    this.#pass(piece)
    return piece.length
  }

  #pass(piece: Uint8Array): void {
    this.#before = piece.at(-1)
    this.position += piece.length
  }

  /** The positions behind the delimiters of a piece; the first byte of one may be in the piece before. */
  *#endsIn(piece: Uint8Array): Generator<number, void> {
    const [one = 0, other] = this.#delimiter
    const sought = other ?? one
    for (let found = piece.indexOf(sought); found !== -1; found = piece.indexOf(sought, found + 1)) {
      const before = found === 0 ? this.#before : piece[found - 1]
      if (other === undefined || before === one) yield found + 1
    }
  }
}
