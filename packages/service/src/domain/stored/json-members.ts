/**
 * Single members of a stored JSON object, found without parsing the others: a listing needs a few members of a thousand
 * records, and JSON.parse would make objects of all of them.
 */

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a

/** The code of a character that opens an object or an array. */
const isOpening = (code: number): boolean => code === 0x7b || code === 0x5b
/** The code of a character that closes an object or an array. */
const isClosing = (code: number): boolean => code === 0x7d || code === 0x5d

interface Wanted {
  readonly name: string
  readonly index: number
}

/** The members of one object with given names. One instance reads many objects, one after another. */
export class JsonMembers {
  /** By the lengths of their names: so most members of an object are passed over. */
  readonly #byLength: readonly (readonly Wanted[])[]
  /** Start and end of each wanted value; an end of 0 where the object has none. */
  readonly #spans: Int32Array
  #text = ''

  constructor(names: readonly string[]) {
    const lengthMax = Math.max(...names.map((name) => name.length))
    const wanted = names.map((name, index) => ({ name, index }))
    this.#byLength = Array.from({ length: lengthMax + 1 }, (_, length) =>
      wanted.filter(({ name }) => name.length === length),
    )
    this.#spans = new Int32Array(names.length * 2)
  }

  /**
   * The values in the text of an object as JSON.stringify writes it, in the order of the names; undefined where it has
   * none. Undefined for texts with escapes and for what is not such an object: those need a parser.
   */
  find(text: string): unknown[] | undefined {
    this.#text = text
    this.#spans.fill(0)
    try {
      return this.#walk(text) ? this.#values() : undefined
    } catch {
      return undefined
    }
  }

  /** Notes where the wanted values are; whether the text is an object to its end. */
  #walk(text: string): boolean {
    if (!text.startsWith('{"') || text.includes('\\')) return false
    for (let at = 1; ; ) {
      const nameEnd = text.indexOf('"', at + 1)
      if (text.charCodeAt(at) !== QUOTE || text.charCodeAt(nameEnd + 1) !== COLON) return false
      const start = nameEnd + 2
      const end = endOfValue(text, start)
      if (end <= start) return false
      this.#note(at + 1, nameEnd, start, end)
      if (text.charCodeAt(end) !== COMMA) return text.charCodeAt(end) === 0x7d && end === text.length - 1
      at = end + 1
    }
  }

  /** May throw a SyntaxError. */
  #values(): unknown[] {
    const values: unknown[] = []
    for (let at = 0; at < this.#spans.length; at += 2)
      values.push(this.#value(this.#spans[at] ?? 0, this.#spans[at + 1] ?? 0))
    return values
  }

  #value(start: number, end: number): unknown {
    if (end === 0) return undefined
    if (this.#text.charCodeAt(start) === QUOTE) return this.#text.slice(start + 1, end - 1)
    const rest = this.#text.slice(start, end)
    // most are plain numbers, which need no parser
    return /^\d+$/.test(rest) ? Number(rest) : JSON.parse(rest)
  }

  #note(nameStart: number, nameEnd: number, start: number, end: number): void {
    const candidates = this.#byLength[nameEnd - nameStart]
    if (candidates === undefined) return
    for (const { name, index } of candidates) {
      if (!this.#text.startsWith(name, nameStart)) continue
      this.#spans[index * 2] = start
      this.#spans[index * 2 + 1] = end
    }
  }
}

/** The offset behind a value that holds no escapes; at most `start` if it has no end. */
function endOfValue(text: string, start: number): number {
  const first = text.charCodeAt(start)
  if (first === QUOTE) return text.indexOf('"', start + 1) + 1
  return isOpening(first) ? endOfNested(text, start) : endOfWord(text, start)
}

/** A number, or one of JSON's words. */
function endOfWord(text: string, start: number): number {
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === COMMA || isClosing(code)) return at
  }
  return -1
}

function endOfNested(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      at = text.indexOf('"', at + 1)
      if (at === -1) return -1
    } else if (isOpening(code)) depth += 1
    else if (isClosing(code)) {
      depth -= 1
      if (depth === 0) return at + 1
    }
  }
  return -1
}
