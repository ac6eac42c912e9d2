/** Parses a JSON value, keeping numbers as they were written and members in their order. */
import { JSON_ARRAY_ELEMENTS_MAX } from '../limits.js'
import { SelectError } from '../select-error.js'
import { JsonNumber, type JsonValue } from '../values.js'

const BLANK = /[ \t\r\n]*/y
/** Ends a run of plain characters in a string. */
const SPECIAL = /["\\]/g
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORD = /true|false|null/y
/** Values may be nested so deep. */
const DEPTH_MAX = 512

/**
 * Parses a JSON value, with numbers as they were written and members in their order. Throws SelectError
 * InvalidJsonData.
 */
export function parseJson(text: string): JsonValue {
  const parser = new Parser(text)
  const value = parser.value(0)
  parser.expectEnd()
  return value
}

class Parser {
  readonly #text: string
  #position = 0

  constructor(text: string) {
    this.#text = text
  }

  value(depth: number): JsonValue {
    if (depth > DEPTH_MAX) throw new SelectError('JsonNodeExceedsMaxDepth', 'The JSON data is nested too deep.')
    this.#take(BLANK)
    const first = this.#text[this.#position]
    if (first === '{') return this.#object(depth)
    if (first === '[') return this.#array(depth)
    if (first === '"') return this.#string()
    const word = this.#take(WORD)
    if (word !== '') return word === 'null' ? null : word === 'true'
    const number = this.#take(NUMBER)
    if (number === '') throw invalid()
    return new JsonNumber(number)
  }

  expectEnd(): void {
    this.#take(BLANK)
    if (this.#position !== this.#text.length) throw invalid()
  }

  #object(depth: number): ReadonlyMap<string, JsonValue> {
    const members = new Map<string, JsonValue>()
    this.#position += 1
    if (this.#isNext('}')) return members
    do {
      this.#take(BLANK)
      const name = this.#string()
      if (!this.#isNext(':')) throw invalid()
      members.set(name, this.value(depth + 1))
    } while (this.#isNext(','))
    if (!this.#isNext('}')) throw invalid()
    return members
  }

  #array(depth: number): readonly JsonValue[] {
    const elements: JsonValue[] = []
    this.#position += 1
    if (this.#isNext(']')) return elements
    do {
      if (elements.length === JSON_ARRAY_ELEMENTS_MAX) {
        throw new SelectError('ExceedsMaxJsonArraySize', `An array has more than ${JSON_ARRAY_ELEMENTS_MAX} elements.`)
      }
      elements.push(this.value(depth + 1))
    } while (this.#isNext(','))
    if (!this.#isNext(']')) throw invalid()
    return elements
  }

  #string(): string {
    if (this.#text[this.#position] !== '"') throw invalid()
    const start = this.#position
    SPECIAL.lastIndex = start + 1
    for (;;) {
      const special = SPECIAL.exec(this.#text)
      if (special === null) throw invalid()
      if (special[0] === '"') break
      SPECIAL.lastIndex += 1 // the escaped character
    }
    this.#position = SPECIAL.lastIndex
    return unquoted(this.#text.slice(start, this.#position))
  }

  #isNext(symbol: string): boolean {
    this.#take(BLANK)
    if (this.#text[this.#position] !== symbol) return false
    this.#position += 1
    return true
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#position
    const found = pattern.exec(this.#text)?.[0] ?? ''
    this.#position += found.length
    return found
  }
}

function unquoted(quoted: string): string {
  try {
    return JSON.parse(quoted) as string
  } catch {
    throw invalid()
  }
}

function invalid(): SelectError {
  return new SelectError('InvalidJsonData', 'The object does not hold valid JSON data.')
}
