/** The forms in which functions are called: with commas, and with words between their operands. */
import { FUNCTIONS } from '../functions.js'
import type { Expression, FunctionName } from './ast.js'
import { syntaxError } from './lexer.js'

/** The rest of the parser, as a call needs it. */
export interface CallParser {
  operand(): Expression
  takeWord(word: string): boolean
  takeSymbol(text: string): boolean
  expectWord(word: string): void
  expectSymbol(text: string): void
}

/** The functions that a query can name; the others are forms of TRIM. */
export function isFunction(word: string): word is FunctionName {
  return Object.hasOwn(FUNCTIONS, word) && word !== 'ltrim' && word !== 'rtrim'
}

/** Reads the operands of a call, whose parenthesis is open, to its end. Throws SelectError. */
export function callOf(name: FunctionName, parser: CallParser): Expression {
  if (name === 'trim') return trim(parser)
  const operands = [parser.operand()]
  if (name === 'substring' && parser.takeWord('from')) {
    operands.push(parser.operand())
    if (parser.takeWord('for')) operands.push(parser.operand())
  }
  while (parser.takeSymbol(',')) operands.push(parser.operand())
  parser.expectSymbol(')')
  const [least, most] = FUNCTIONS[name].operands
  if (operands.length < least || operands.length > most) {
    throw syntaxError(`${name.toUpperCase()} has another number of operands`)
  }
  return { kind: 'call', name, operands }
}

/** `TRIM([[LEADING | TRAILING | BOTH] [characters] FROM] text)` */
function trim(parser: CallParser): Expression {
  const name = parser.takeWord('leading') ? 'ltrim' : parser.takeWord('trailing') ? 'rtrim' : 'trim'
  const isPlaced = name !== 'trim' || parser.takeWord('both')
  const operands: Expression[] = []
  if (isPlaced && parser.takeWord('from')) operands.push(parser.operand())
  else {
    const first = parser.operand()
    if (isPlaced) {
      parser.expectWord('from')
      operands.push(parser.operand(), first)
    } else operands.push(...(parser.takeWord('from') ? [parser.operand(), first] : [first]))
  }
  parser.expectSymbol(')')
  return { kind: 'call', name, operands }
}
