/** Divides a query into tokens. */
import { SelectError } from '../select-error.js'

/** A word, literal or symbol of a query. */
export type Token =
  /** `word` in lower case; `text` as written. */
  | { readonly kind: 'word'; readonly word: string; readonly text: string }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'symbol'; readonly text: string }
  | { readonly kind: 'end' }

const BLANK = /\s+/y
const WORD = /[\p{L}_][\p{L}\p{N}_]*/uy
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y
const SYMBOL = /<=|>=|!=|<>|\|\||[-+*/%=<>(),.[\]]/y

/** The tokens of a query; the last is `end`. Throws SelectError SqlSyntaxError. */
export function tokenize(sql: string): readonly Token[] {
  const tokens: Token[] = []
  let position = 0
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = position
    const found = pattern.exec(sql)?.[0]
    if (found !== undefined) position += found.length
    return found
  }
  while (position < sql.length) {
    if (take(BLANK) !== undefined) continue
    const quote = sql[position]
    if (quote === "'" || quote === '"') {
      const text = quoted(sql, position, quote)
      if (text === undefined) break
      position += text.length
      tokens.push({ kind: 'string', text: text.slice(1, -1).replaceAll(quote + quote, quote) })
      continue
    }
    const word = take(WORD)
    if (word !== undefined) {
      tokens.push({ kind: 'word', word: word.toLowerCase(), text: word })
      continue
    }
    const number = take(NUMBER)
    if (number !== undefined) {
      tokens.push({ kind: 'number', text: number })
      continue
    }
    const symbol = take(SYMBOL)
    if (symbol === undefined) throw syntaxError(`unexpected "${sql[position]}" at ${position}`)
    tokens.push({ kind: 'symbol', text: symbol })
  }
  return [...tokens, { kind: 'end' }]
}

/**
 * The quoted text from `start` on, quotes included. Undefined for a last quote that nothing follows: the service accepts
 * `from ossobject'`.
 */
function quoted(sql: string, start: number, quote: string): string | undefined {
  for (let end = start + 1; end < sql.length; end += 1) {
    if (sql[end] !== quote) continue
    if (sql[end + 1] === quote) end += 1
    else return sql.slice(start, end + 1)
  }
  if (sql.slice(start + 1).trim() === '') return undefined
  throw syntaxError('a string is not closed')
}

/** The error SqlSyntaxError with a message. */
export function syntaxError(message: string): SelectError {
  return new SelectError('SqlSyntaxError', `The SQL expression is invalid: ${message}.`)
}
