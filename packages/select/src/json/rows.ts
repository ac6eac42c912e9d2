/**
 * Finds the values of a JSON text that a path names, without holding more of it than one of them: the bytes are scanned
 * for structure, and only a value that is a row is kept and parsed.
 */
import { JSON_DEPTH_MAX, JSON_NODE_BYTES_MAX } from '../limits.js'
import { SelectError } from '../select-error.js'
import type { PathStep } from '../sql/ast.js'
import type { JsonValue } from '../values.js'
import { parseJson } from './parse.js'

/** Called per row. Returns whether to go on. */
export type OnValue = (value: JsonValue) => boolean

interface Container {
  readonly kind: 'object' | 'array'
  /** Steps of the path that lead here; −1: none do. */
  readonly matched: number
  index: number
  /** The member whose value comes next. */
  name: string | undefined
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const COMMA = 0x2c
const COLON = 0x3a
const decoder = new TextDecoder('utf-8', { fatal: true })

/**
 * Takes a JSON text, or several in succession, in pieces, and calls `onValue` with each value at a path. The
 * constructor throws SelectError for a path of more than `JSON_DEPTH_MAX` steps.
 */
export class JsonRows {
  readonly #path: readonly PathStep[]
  readonly #onValue: OnValue
  readonly #stack: Container[] = []
  /** Bytes of the row, or of the string or scalar, that is being read. */
  #kept: number[] = []
  #inString = false
  #isEscaped = false
  /** Whether the string is a member's name, or part of a row. */
  #keepsString = false
  #inScalar = false
  /** Depth of the stack at which the row began; −1: no row is being read. */
  #rowDepth = -1
  #isStopped = false

  constructor(path: readonly PathStep[], onValue: OnValue) {
    if (path.length > JSON_DEPTH_MAX) {
      throw new SelectError('ExceedsMaxNestedColumnDepth', `A path has at most ${JSON_DEPTH_MAX} steps.`)
    }
    this.#path = path
    this.#onValue = onValue
  }

  /** Takes the next bytes. Returns false where no further rows are wanted. Throws SelectError. */
  push(piece: Uint8Array): boolean {
    for (const byte of piece) {
      this.#take(byte)
      if (this.#isStopped) return false
    }
    return true
  }

  /** Takes the end. Throws SelectError InvalidJsonData for a text that ends too early. */
  end(): void {
    if (this.#inScalar) this.#endScalar()
    if (!this.#isStopped && (this.#inString || this.#stack.length > 0)) throw invalid()
  }

  #take(byte: number): void {
    if (this.#inString) {
      this.#takeInString(byte)
      return
    }
    if (this.#inScalar && (isBlank(byte) || byte === COMMA || byte === CLOSE_ARRAY || byte === CLOSE_OBJECT))
      this.#endScalar()
    if (this.#isStopped) return
    if (byte === QUOTE) this.#beginString()
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.#open(byte)
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) this.#close(byte)
    else if (byte === COMMA) this.#next()
    else if (byte === COLON) this.#colon()
    else if (!isBlank(byte)) this.#takeScalar(byte)
  }

  #colon(): void {
    const top = this.#top()
    if (top?.kind !== 'object' || top.name === undefined) throw invalid()
    this.#keep(COLON)
  }

  #beginString(): void {
    const isName = this.#isName()
    if (!isName) this.#beginValue()
    else if (this.#rowDepth === -1) this.#kept = []
    this.#inString = true
    this.#keepsString = isName || this.#rowDepth !== -1
    this.#keep(QUOTE, this.#keepsString)
  }

  #takeInString(byte: number): void {
    this.#keep(byte, this.#keepsString)
    if (this.#isEscaped) this.#isEscaped = false
    else if (byte === BACKSLASH) this.#isEscaped = true
    else if (byte === QUOTE) {
      this.#inString = false
      const top = this.#top()
      if (top !== undefined && this.#isName()) top.name = this.#rowDepth === -1 ? nameOf(this.#kept) : ''
      else this.#endValue()
    }
  }

  #takeScalar(byte: number): void {
    if (!this.#inScalar) {
      this.#beginValue()
      this.#inScalar = true
    }
    this.#keep(byte)
  }

  #endScalar(): void {
    this.#inScalar = false
    this.#endValue()
  }

  #open(byte: number): void {
    const matched = this.#beginValue()
    this.#keep(byte)
    this.#stack.push({ kind: byte === OPEN_OBJECT ? 'object' : 'array', matched, index: 0, name: undefined })
  }

  #close(byte: number): void {
    const top = this.#stack.pop()
    if (top === undefined || (top.kind === 'object') !== (byte === CLOSE_OBJECT)) throw invalid()
    this.#keep(byte)
    this.#endValue()
  }

  #next(): void {
    const top = this.#top()
    this.#keep(COMMA)
    if (top === undefined) return // values of a sequence may be parted by commas
    top.index += 1
    top.name = undefined
  }

  /** Returns how many steps of the path lead to the value that begins. */
  #beginValue(): number {
    const top = this.#top()
    if (top?.kind === 'object' && top.name === undefined) throw invalid()
    const matched = top === undefined ? 0 : this.#matchedBy(top)
    if (matched === this.#path.length && this.#rowDepth === -1) {
      this.#rowDepth = this.#stack.length
      this.#kept = []
    }
    return matched
  }

  #endValue(): void {
    if (this.#rowDepth !== this.#stack.length) return
    this.#rowDepth = -1
    const bytes = Uint8Array.from(this.#kept)
    this.#kept = []
    this.#isStopped = !this.#onValue(parseJson(decode(bytes)))
  }

  #matchedBy(container: Container): number {
    const step = container.matched === -1 ? undefined : this.#path[container.matched]
    if (step === undefined) return -1
    const isMatch =
      container.kind === 'object'
        ? step.kind === 'member' && step.name === container.name
        : step.kind === 'all' || (step.kind === 'element' && step.index === container.index)
    return isMatch ? container.matched + 1 : -1
  }

  /** Whether a string that begins, or ended, here names a member. */
  #isName(): boolean {
    const top = this.#top()
    return top?.kind === 'object' && top.name === undefined
  }

  #top(): Container | undefined {
    return this.#stack[this.#stack.length - 1]
  }

  #keep(byte: number, isKept = this.#rowDepth !== -1): void {
    if (!isKept) return
    this.#kept.push(byte)
    if (this.#kept.length > JSON_NODE_BYTES_MAX) {
      throw new SelectError('JsonNodeExceedsMaxSize', `A JSON node is larger than ${JSON_NODE_BYTES_MAX} bytes.`)
    }
  }
}

function nameOf(bytes: readonly number[]): string {
  const value = parseJson(decode(Uint8Array.from(bytes)))
  return typeof value === 'string' ? value : ''
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw new SelectError('InvalidTextEncoding', 'The object is not UTF-8 text.')
  }
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

function invalid(): SelectError {
  return new SelectError('InvalidJsonData', 'The object does not hold valid JSON data.')
}
