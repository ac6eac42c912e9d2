/** The functions that S3's SQL has for texts and for values that are missing. */
import type { FunctionName } from './sql/ast.js'
import { compare, mismatch, toNumber, toText, type Value } from './values.js'

interface Function {
  /** The least and the most operands. */
  readonly operands: readonly [least: number, most: number]
  /** Throws RowMismatch. */
  apply(values: readonly Value[]): Value
}

/** A function of a text, and perhaps more; NULL where the text is. */
function ofText(operands: Function['operands'], apply: (text: string, others: readonly Value[]) => Value): Function {
  return {
    operands,
    apply([first = null, ...others]) {
      const text = toText(first)
      return text === null ? null : apply(text, others)
    },
  }
}

const length = ofText([1, 1], (text) => BigInt([...text].length))

/** The functions by their names. */
export const FUNCTIONS: Readonly<Record<FunctionName, Function>> = {
  lower: ofText([1, 1], (text) => text.toLowerCase()),
  upper: ofText([1, 1], (text) => text.toUpperCase()),
  char_length: length,
  character_length: length,
  trim: trimming(true, true),
  ltrim: trimming(true, false),
  rtrim: trimming(false, true),
  substring: ofText([2, 3], substring),
  coalesce: { operands: [1, 64], apply: (values) => values.find((value) => value !== null) ?? null },
  nullif: {
    operands: [2, 2],
    apply: ([value = null, other = null]) => (compare(value, other) === 0 ? null : value),
  },
}

/** The characters of the second operand, by default blanks, are taken away from the ends. */
function trimming(atStart: boolean, atEnd: boolean): Function {
  return ofText([1, 2], (text, [characters = ' ']) => {
    const taken = toText(characters)
    if (taken === null) return null
    const all = [...text]
    let [start, end] = [0, all.length]
    while (atStart && start < end && taken.includes(all[start] ?? '')) start += 1
    while (atEnd && end > start && taken.includes(all[end - 1] ?? '')) end -= 1
    return all.slice(start, end).join('')
  })
}

/** Characters are counted from 1; a start before them shortens the rest. Throws RowMismatch for a negative length. */
function substring(text: string, [from = null, count]: readonly Value[]): string | null {
  const start = toNumber(from)
  const taken = count === undefined ? Number.POSITIVE_INFINITY : toNumber(count)
  if (start === null || taken === null) return null
  if (taken < 0) return mismatch()
  const first = Math.trunc(Number(start)) - 1
  return [...text].slice(Math.max(0, first), Math.max(0, first + Math.trunc(Number(taken)))).join('')
}
