/** Turns expressions into functions from a row to a value. */
import { FUNCTIONS } from './functions.js'
import { IN_VALUES_MAX, LIKE_WILDCARDS_MAX } from './limits.js'
import { SelectError } from './select-error.js'
import type { BinaryOperator, CastType, Expression, PathStep } from './sql/ast.js'
import { isTimestampFormat, parseTimestamp } from './timestamps.js'
import {
  compare,
  Field,
  JsonNumber,
  mismatch,
  numberOf,
  Timestamp,
  toBoolean,
  toNumber,
  toText,
  type Value,
} from './values.js'

/** Computes a value of a row. Throws RowMismatch where the row's types do not fit. */
export type Evaluate<Row> = (row: Row) => Value

/** How rows of one kind are read. */
export interface Columns<Row> {
  /** Throws SelectError for a column that cannot exist. */
  column(path: readonly PathStep[]): Evaluate<Row>
}

/**
 * Compiles an expression to a function of a row, which throws RowMismatch for a row that does not fit. Throws
 * SelectError.
 */
export function compile<Row>(expression: Expression, columns: Columns<Row>): Evaluate<Row> {
  const inner = (one: Expression) => compile(one, columns)
  switch (expression.kind) {
    case 'literal':
      return () => expression.value
    case 'column':
      return columns.column(expression.path)
    case 'cast':
      return cast(inner(expression.operand), expression.type, expression.format)
    case 'minus': {
      const operand = inner(expression.operand)
      return (row) => {
        const value = toNumber(operand(row))
        return value === null ? null : -value
      }
    }
    case 'not': {
      requireCondition(expression.operand, 'SqlInvalidNotOperand', 'NOT')
      const operand = inner(expression.operand)
      return (row) => negate(toBoolean(operand(row)))
    }
    case 'binary':
      return binary(expression, columns)
    case 'isNull': {
      const operand = inner(expression.operand)
      return (row) => (operand(row) === null) !== expression.negated
    }
    case 'between': {
      const [operand, low, high] = [inner(expression.operand), inner(expression.low), inner(expression.high)]
      return (row) => {
        const value = operand(row)
        const [fromLow, fromHigh] = [compare(value, low(row)), compare(value, high(row))]
        if (fromLow === null || fromHigh === null) return null
        return (fromLow >= 0 && fromHigh <= 0) !== expression.negated
      }
    }
    case 'in':
      return isIn(inner(expression.operand), expression)
    case 'call': {
      const operands = expression.operands.map(inner)
      const { apply } = FUNCTIONS[expression.name]
      return (row) => apply(operands.map((operand) => operand(row)))
    }
    case 'like':
      return like(inner(expression.operand), expression)
  }
}

function binary<Row>({ operator, left, right }: Expression & { kind: 'binary' }, columns: Columns<Row>): Evaluate<Row> {
  const [one, other] = [compile(left, columns), compile(right, columns)]
  if (operator === 'and' || operator === 'or') {
    const code = operator === 'and' ? 'SqlInvalidAndOperand' : 'SqlInvalidOrOperand'
    for (const operand of [left, right]) requireCondition(operand, code, operator.toUpperCase())
    return (row) => connect(operator, toBoolean(one(row)), () => toBoolean(other(row)))
  }
  if (operator === '||') {
    return (row) => {
      const [head, tail] = [toText(one(row)), toText(other(row))]
      return head === null || tail === null ? null : head + tail
    }
  }
  const arithmetic = ARITHMETIC[operator]
  if (arithmetic !== undefined) {
    for (const operand of [left, right]) requireNumeric(operand)
    return (row) => calculate(arithmetic, toNumber(one(row)), toNumber(other(row)))
  }
  requireComparable(left, right)
  const test = COMPARISONS[operator]
  if (test === undefined) throw new TypeError(`unknown operator ${operator}`)
  return (row) => {
    const outcome = compare(one(row), other(row))
    return outcome === null ? null : test(outcome)
  }
}

type Operation = readonly [ofNumbers: (a: number, b: number) => number, ofIntegers: (a: bigint, b: bigint) => bigint]

const ARITHMETIC: { readonly [O in BinaryOperator]?: Operation } = {
  '+': [(a, b) => a + b, (a, b) => a + b],
  '-': [(a, b) => a - b, (a, b) => a - b],
  '*': [(a, b) => a * b, (a, b) => a * b],
  '/': [(a, b) => a / b, (a, b) => a / b],
  '%': [(a, b) => a % b, (a, b) => a % b],
}

const COMPARISONS: { readonly [O in BinaryOperator]?: (outcome: number) => boolean } = {
  '=': (outcome) => outcome === 0,
  '!=': (outcome) => outcome !== 0,
  '<': (outcome) => outcome < 0,
  '<=': (outcome) => outcome <= 0,
  '>': (outcome) => outcome > 0,
  '>=': (outcome) => outcome >= 0,
}

function calculate(
  [ofNumbers, ofIntegers]: Operation,
  left: number | bigint | null,
  right: number | bigint | null,
): number | bigint | null {
  if (left === null || right === null) return null
  if (typeof left === 'number' || typeof right === 'number') return ofNumbers(Number(left), Number(right))
  try {
    return BigInt.asIntN(64, ofIntegers(left, right))
  } catch {
    return mismatch() // a division by zero
  }
}

/** SQL's logic of three values; the right side is computed only where it counts. */
function connect(operator: 'and' | 'or', left: boolean | null, right: () => boolean | null): boolean | null {
  const decisive = operator === 'or'
  if (left === decisive) return decisive
  const other = right()
  if (other === decisive) return decisive
  return left === null || other === null ? null : !decisive
}

function negate(value: boolean | null): boolean | null {
  return value === null ? null : !value
}

function isIn<Row>(operand: Evaluate<Row>, { values, negated }: Expression & { kind: 'in' }): Evaluate<Row> {
  if (values.length > IN_VALUES_MAX) {
    throw new SelectError('SqlExceedsMaxInCount', `IN takes at most ${IN_VALUES_MAX} values.`)
  }
  const constants = values.map((value) => {
    if (value.kind !== 'literal') throw new SelectError('SqlUnsupportedSql', 'IN takes constants alone.')
    return value.value
  })
  const types = new Set(constants.map((value) => (typeof value === 'bigint' ? 'number' : typeof value)))
  if (types.size > 1) throw new SelectError('SqlValueTypeOfInMustBeSame', 'The values of IN must have one type.')
  return (row) => {
    const value = operand(row)
    if (value === null) return null
    return constants.some((constant) => compare(value, constant) === 0) !== negated
  }
}

function like<Row>(
  operand: Evaluate<Row>,
  { pattern, wildcards, escape: escaping, negated }: Expression & { kind: 'like' },
): Evaluate<Row> {
  const expression = likeExpression(pattern, escaping, wildcards)
  return (row) => {
    const value = operand(row)
    if (value === null) return null
    if (!(value instanceof Field) && typeof value !== 'string' && !(value instanceof JsonNumber)) return mismatch()
    return expression.test(toText(value) ?? '') !== negated
  }
}

function likeExpression(
  pattern: string,
  escaping: string | undefined,
  { anyText, anyCharacter }: (Expression & { kind: 'like' })['wildcards'],
): RegExp {
  const all = anyText + anyCharacter
  if (escaping !== undefined && [...escaping].length !== 1) {
    throw new SelectError('SqlOnlyOneEscapeCharIsAllowed', 'ESCAPE takes one character.')
  }
  if (escaping !== undefined && all.includes(escaping)) {
    throw new SelectError('SqlInvalidEscapeChar', `"${escaping}" cannot be the escape character.`)
  }
  let source = ''
  let wildcards = 0
  const characters = [...pattern]
  for (let index = 0; index < characters.length; index += 1) {
    let character = characters[index] ?? ''
    if (character === escaping) {
      index += 1
      character = characters[index] ?? ''
      if (character === '') throw new SelectError('SqlNoCharAfterEscapeChar', 'Nothing follows the escape character.')
    } else if (all.includes(character)) {
      wildcards += 1
      source += anyCharacter.includes(character) ? '[^]' : '[^]*'
      continue
    }
    source += character.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  }
  if (wildcards > LIKE_WILDCARDS_MAX) {
    throw new SelectError('SqlExceedsMaxWildCardCount', `LIKE takes at most ${LIKE_WILDCARDS_MAX} wildcards.`)
  }
  return new RegExp(`^${source}$`, 'u')
}

function cast<Row>(operand: Evaluate<Row>, type: CastType, format: string | undefined): Evaluate<Row> {
  if (format !== undefined && !isTimestampFormat(format)) {
    throw new SelectError('SqlNotSupportedTimestampFormat', `The timestamp format ${format} is not supported.`)
  }
  return (row) => {
    const value = operand(row)
    return value === null || (value instanceof Field && value.text === '') ? null : castValue(value, type, format)
  }
}

function castValue(value: Value, type: CastType, format: string | undefined): Value {
  switch (type) {
    case 'string':
      return toText(value)
    case 'bool':
      return toBoolean(value)
    case 'timestamp':
      return value instanceof Timestamp ? value : parseTimestamp(toText(value) ?? '', format)
    default: {
      const number = numberOf(toText(value) ?? '') ?? mismatch()
      if (type === 'int') return typeof number === 'bigint' ? BigInt.asIntN(64, number) : wholeOf(number)
      return type === 'double' ? Number(number) : number
    }
  }
}

function wholeOf(number: number): bigint {
  return Number.isFinite(number) ? BigInt(Math.trunc(number)) : mismatch()
}

function requireCondition(operand: Expression, code: string, operator: string): void {
  const isWrong = operand.kind === 'literal' && typeof operand.value !== 'boolean' && operand.value !== null
  if (isWrong) throw new SelectError(code, `${operator} takes conditions.`)
}

function requireNumeric(operand: Expression): void {
  const isWrong =
    operand.kind === 'literal' && (typeof operand.value === 'string' || typeof operand.value === 'boolean')
  if (isWrong) throw new SelectError('InvalidArithmeticOperand', 'Arithmetic takes numbers.')
}

function requireComparable(left: Expression, right: Expression): void {
  if (left.kind !== 'literal' || right.kind !== 'literal' || left.value === null || right.value === null) return
  const typeOf = (value: unknown) => (typeof value === 'bigint' ? 'number' : typeof value)
  if (typeOf(left.value) !== typeOf(right.value)) {
    throw new SelectError('SqlComparerOperandTypeMismatch', 'Values of different types cannot be compared.')
  }
}
