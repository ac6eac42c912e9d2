/**
 * A pattern in which `*` matches any run of characters, an empty one included, and `?` exactly one. The work for a text
 * is bounded by the product of the two lengths, whatever the pattern. One class for all patterns, so that a policy's
 * many statements run through the same code.
 */
export class Glob {
  /** Everything before the first star. */
  readonly #first: string
  /** The pieces between two stars. */
  readonly #middle: readonly string[]
  /** Undefined without a star. */
  readonly #last: string | undefined
  /** Only of patterns with `?`: code points, because `?` may match two units of a string. */
  readonly #characters: readonly string[] | undefined

  constructor(pattern: string) {
    const [first = '', ...others] = pattern.split('*')
    this.#first = first
    this.#last = others.pop()
    this.#middle = others.filter((piece) => piece !== '')
    this.#characters = pattern.includes('?') ? [...pattern] : undefined
  }

  matches(text: string): boolean {
    if (this.#characters !== undefined) return matchCharacters(this.#characters, [...text])
    const first = this.#first
    const last = this.#last
    if (last === undefined) return text === first
    if (!text.startsWith(first)) return false
    if (last === '' && this.#middle.length === 0) return true
    if (text.length < first.length + last.length || !text.endsWith(last)) return false
    let from = first.length
    for (const piece of this.#middle) {
      const found = text.indexOf(piece, from)
      if (found === -1) return false
      from = found + piece.length
    }
    return from + last.length <= text.length
  }
}

function matchCharacters(pattern: readonly string[], text: readonly string[]): boolean {
  let at = 0
  let inPattern = 0
  let star = -1
  let retryAt = 0
  while (at < text.length) {
    if (pattern[inPattern] === '*') {
      star = inPattern
      retryAt = at
      inPattern += 1
    } else if (pattern[inPattern] === '?' || (inPattern < pattern.length && pattern[inPattern] === text[at])) {
      at += 1
      inPattern += 1
    } else if (star !== -1) {
      // the last star takes one character more
      retryAt += 1
      at = retryAt
      inPattern = star + 1
    } else return false
  }
  while (pattern[inPattern] === '*') inPattern += 1
  return inPattern === pattern.length
}
