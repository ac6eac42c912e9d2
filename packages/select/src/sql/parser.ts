/**
 * Reads the SQL of SelectObject:
 * `SELECT items FROM OSSOBJECT[path] [[AS] alias] [WHERE expression] [LIMIT n]`.
 * @see https://help.aliyun.com/zh/oss/developer-reference/selectobject
 */
import { SelectError } from '../select-error.js'
import type {
  AggregateName,
  BinaryOperator,
  CastType,
  Expression,
  FunctionName,
  PathStep,
  Query,
  SelectItem,
} from './ast.js'
import { callOf, isFunction } from './calls.js'
import { GRAMMARS, type Grammar, type Table } from './grammar.js'
import { syntaxError, type Token, tokenize } from './lexer.js'

const AGGREGATES = new Set(['avg', 'sum', 'max', 'min', 'count'])
const CAST_TYPES = new Set(['int', 'double', 'decimal', 'string', 'timestamp', 'bool'])
const CLAUSES = new Set(['from', 'where', 'limit', 'as', 'and', 'or', 'not', 'like', 'in', 'between', 'is', 'escape'])
/** Clauses of SQL that the service does not have. */
const UNSUPPORTED = new Set(['join', 'group', 'order', 'having', 'union', 'distinct', 'inner', 'left', 'offset'])

/** Left to right, all of one row with the same precedence; the rows from the loosest to the tightest. */
const PRECEDENCE: readonly (readonly BinaryOperator[])[] = [
  ['or'],
  ['and'],
  ['=', '!=', '<', '<=', '>', '>='],
  ['||'],
  ['+', '-'],
  ['*', '/', '%'],
]
const NOT_LEVEL = 2
/** An expression may be nested so deep; deeper ones are refused before they can exhaust the stack. */
const NESTING_MAX = 64

/** Parses a query; `checkQuery` checks the rest. Throws SelectError. */
export function parseQuery(sql: string, table: Table = 'ossobject'): Query {
  return new Parser(tokenize(sql), GRAMMARS[table]).query()
}

class Parser {
  readonly #tokens: readonly Token[]
  readonly #grammar: Grammar
  #position = 0
  #nesting = 0

  constructor(tokens: readonly Token[], grammar: Grammar) {
    this.#tokens = tokens
    this.#grammar = grammar
  }

  query(): Query {
    this.#expectWord('select')
    const items = this.#items()
    this.#expectWord('from')
    this.#expectWord(this.#grammar.table)
    const path = this.#path(true)
    const from = this.#grammar.listsDocuments && path[0]?.kind === 'all' ? path.slice(1) : path
    const hasAs = this.#takeWord('as')
    const next = this.#peek()
    const named =
      next.kind === 'word' && !CLAUSES.has(next.word) && this.#isSupported(next.word) ? this.#name() : undefined
    if (hasAs && named === undefined) throw syntaxError('an alias must follow AS')
    const alias = named ?? this.#grammar.alias
    const where = this.#takeWord('where') ? this.#expression(0) : undefined
    const limit = this.#takeWord('limit') ? this.#limit() : undefined
    const rest = this.#peek()
    if (rest.kind === 'word') this.#isSupported(rest.word)
    if (rest.kind !== 'end') throw syntaxError(`unexpected ${describe(rest)}`)
    return {
      items,
      from,
      ...(alias === undefined ? {} : { alias }),
      ...(where === undefined ? {} : { where }),
      ...(limit === undefined ? {} : { limit }),
    }
  }

  #items(): SelectItem[] {
    const items = [this.#item()]
    while (this.#takeSymbol(',')) items.push(this.#item())
    return items
  }

  #item(): SelectItem {
    if (this.#takeSymbol('*')) return { kind: 'star' }
    const token = this.#peek()
    const after = this.#tokens[this.#position + 1]
    if (token.kind === 'word' && AGGREGATES.has(token.word) && after?.kind === 'symbol' && after.text === '(') {
      return this.#aggregate(token.word as AggregateName)
    }
    if (token.kind === 'word') this.#isSupported(token.word)
    if (this.#grammar.hasFunctions) return { kind: 'value', expression: this.#expression(0), ...this.#alias() }
    const expression = this.#primary()
    if (expression.kind !== 'column' && expression.kind !== 'cast') {
      throw new SelectError('SqlUnsupportedSql', 'Only columns, aggregates and CAST can be selected.')
    }
    const next = this.#peek()
    if (next.kind === 'symbol' && next.text !== ',') {
      throw new SelectError('SqlUnsupportedSql', 'Only columns, aggregates and CAST can be selected.')
    }
    return { kind: 'value', expression, ...this.#alias() }
  }

  #aggregate(name: AggregateName): SelectItem {
    this.#position += 2
    if (name === 'count') {
      if (!this.#takeSymbol('*')) throw new SelectError('SqlUnsupportedSql', 'COUNT takes * alone.')
      this.#expectSymbol(')')
      return { kind: 'aggregate', name, ...this.#alias() }
    }
    const operand = this.#grammar.hasFunctions ? this.#expression(0) : this.#primary()
    if (!this.#grammar.hasFunctions && operand.kind !== 'column' && operand.kind !== 'cast') {
      throw new SelectError('SqlUnsupportedSql', `${name.toUpperCase()} takes a column or CAST.`)
    }
    this.#expectSymbol(')')
    return { kind: 'aggregate', name, operand, ...this.#alias() }
  }

  /** `AS name`, repeatedly: the last one counts. */
  #alias(): { readonly alias?: string } {
    let alias: string | undefined
    while (this.#takeWord('as')) alias = this.#name()
    return alias === undefined ? {} : { alias }
  }

  #expression(level: number): Expression {
    if (level === NOT_LEVEL && this.#takeWord('not')) {
      return this.#nested(() => ({ kind: 'not', operand: this.#expression(NOT_LEVEL) }))
    }
    const operators = PRECEDENCE[level]
    if (operators === undefined) return this.#unary()
    let left = this.#expression(level + 1)
    for (;;) {
      const operator = this.#takeOperator(operators)
      if (operator !== undefined) {
        left = { kind: 'binary', operator, left, right: this.#expression(level + 1) }
        continue
      }
      const tested = level === NOT_LEVEL ? this.#test(left) : undefined
      if (tested === undefined) return left
      left = tested
    }
  }

  /** IS NULL, BETWEEN, IN and LIKE, each with NOT. */
  #test(operand: Expression): Expression | undefined {
    if (this.#takeWord('is')) {
      const negated = this.#takeWord('not')
      this.#expectWord('null')
      return { kind: 'isNull', operand, negated }
    }
    const before = this.#position
    const negated = this.#takeWord('not')
    if (this.#takeWord('between')) {
      const low = this.#expression(NOT_LEVEL + 1)
      this.#expectWord('and')
      return { kind: 'between', operand, low, high: this.#expression(NOT_LEVEL + 1), negated }
    }
    if (this.#takeWord('in')) return { kind: 'in', operand, values: this.#values(), negated }
    if (this.#takeWord('like')) {
      const pattern = this.#string('SqlInvalidLikeOperand', 'LIKE needs a string')
      const escaping = this.#takeWord('escape')
        ? this.#string('SqlNoCharAfterEscapeChar', 'ESCAPE needs a string')
        : undefined
      const escaped = escaping === undefined ? {} : { escape: escaping }
      return { kind: 'like', operand, pattern, wildcards: this.#grammar, negated, ...escaped }
    }
    this.#position = before
    return undefined
  }

  #values(): Expression[] {
    this.#expectSymbol('(')
    const values = [this.#unary()]
    while (this.#takeSymbol(',')) values.push(this.#unary())
    this.#expectSymbol(')')
    return values
  }

  #unary(): Expression {
    if (this.#takeSymbol('+')) return this.#nested(() => this.#unary())
    if (!this.#takeSymbol('-')) return this.#primary()
    const operand = this.#nested(() => this.#unary())
    if (operand.kind === 'literal' && (typeof operand.value === 'number' || typeof operand.value === 'bigint')) {
      return { kind: 'literal', value: -operand.value }
    }
    return { kind: 'minus', operand }
  }

  #primary(): Expression {
    if (this.#takeSymbol('(')) {
      const inner = this.#nested(() => this.#expression(0))
      this.#expectSymbol(')')
      return inner
    }
    const token = this.#peek()
    if (token.kind === 'string') {
      this.#position += 1
      return { kind: 'literal', value: token.text }
    }
    if (token.kind === 'number') {
      this.#position += 1
      return { kind: 'literal', value: /^\d+$/.test(token.text) ? BigInt(token.text) : Number(token.text) }
    }
    if (token.kind === 'word') return this.#wordOperand(token.word)
    if (token.kind === 'symbol' && token.text === '[') return { kind: 'column', path: this.#path(false) }
    throw syntaxError(`unexpected ${describe(token)}`)
  }

  #wordOperand(word: string): Expression {
    if (word === 'true' || word === 'false') {
      this.#position += 1
      return { kind: 'literal', value: word === 'true' }
    }
    if (word === 'null') {
      this.#position += 1
      return { kind: 'literal', value: null }
    }
    const after = this.#tokens[this.#position + 1]
    const isCall = after?.kind === 'symbol' && after.text === '('
    if (word === 'cast' && isCall) return this.#cast()
    if (isCall && AGGREGATES.has(word)) {
      throw new SelectError('SqlUnsupportedSql', 'An aggregate can only be selected.')
    }
    if (isCall && this.#grammar.hasFunctions && isFunction(word)) return this.#call(word)
    if (isCall) throw new SelectError('SqlUnsupportedSql', `The function ${word} is not supported.`)
    if (CLAUSES.has(word)) throw syntaxError(`unexpected ${word}`)
    const first: PathStep = { kind: 'member', name: this.#name() }
    return { kind: 'column', path: [first, ...this.#path(false)] }
  }

  #call(name: FunctionName): Expression {
    this.#position += 2
    return callOf(name, {
      operand: () => this.#nested(() => this.#expression(0)),
      takeWord: (word) => this.#takeWord(word),
      takeSymbol: (text) => this.#takeSymbol(text),
      expectWord: (word) => this.#expectWord(word),
      expectSymbol: (text) => this.#expectSymbol(text),
    })
  }

  #cast(): Expression {
    this.#position += 2
    const operand = this.#nested(() => this.#expression(0))
    this.#expectWord('as')
    const type = this.#name().toLowerCase()
    if (!CAST_TYPES.has(type)) throw syntaxError(`there is no type ${type}`)
    const format =
      type === 'timestamp' && this.#takeWord('format') ? this.#string('SqlSyntaxError', 'FORMAT') : undefined
    this.#expectSymbol(')')
    return { kind: 'cast', operand, type: type as CastType, ...(format === undefined ? {} : { format }) }
  }

  /** `.name`, `[n]`, `['name']` and, where rows come from, `[*]`. */
  #path(isFrom: boolean): PathStep[] {
    const steps: PathStep[] = []
    for (;;) {
      if (this.#takeSymbol('.')) steps.push({ kind: 'member', name: this.#name() })
      else if (this.#takeSymbol('[')) steps.push(this.#bracket(isFrom))
      else return steps
    }
  }

  #bracket(isFrom: boolean): PathStep {
    const token = this.#peek()
    this.#position += 1
    if (token.kind === 'symbol' && token.text === '*') {
      this.#expectSymbol(']')
      if (isFrom) return { kind: 'all' }
      throw new SelectError('WildCardNotAllowed', '[*] is allowed after FROM alone.')
    }
    if (token.kind === 'symbol' && token.text === '-') {
      throw new SelectError('NegativeRowIndex', 'An array index is not negative.')
    }
    this.#expectSymbol(']')
    if (token.kind === 'string') return { kind: 'member', name: token.text }
    if (token.kind === 'number' && /^\d{1,9}$/.test(token.text)) return { kind: 'element', index: Number(token.text) }
    throw syntaxError(`unexpected ${describe(token)}`)
  }

  #limit(): number {
    const isNegative = this.#takeSymbol('-')
    const token = this.#peek()
    if (token.kind !== 'number' || !/^\d+$/.test(token.text)) throw syntaxError('LIMIT needs a number')
    this.#position += 1
    const limit = Number(token.text)
    if (isNegative || limit < 1) throw new SelectError('SqlInvalidLimitValue', 'LIMIT must be 1 or more.')
    return limit
  }

  #nested<T>(read: () => T): T {
    this.#nesting += 1
    if (this.#nesting > NESTING_MAX) {
      throw new SelectError('SqlExceedsMaxConditionDepth', 'The conditions are nested too deep.')
    }
    const value = read()
    this.#nesting -= 1
    return value
  }

  #takeOperator(operators: readonly BinaryOperator[]): BinaryOperator | undefined {
    const token = this.#peek()
    const text =
      token.kind === 'symbol' ? (token.text === '<>' ? '!=' : token.text) : token.kind === 'word' ? token.word : ''
    const operator = operators.find((one) => one === text)
    if (operator !== undefined) this.#position += 1
    return operator
  }

  #name(): string {
    const token = this.#peek()
    if (token.kind !== 'word' && token.kind !== 'string')
      throw syntaxError(`a name is expected before ${describe(token)}`)
    this.#position += 1
    return token.text
  }

  #string(code: string, what: string): string {
    const token = this.#peek()
    if (token.kind !== 'string') throw new SelectError(code, `${what}.`)
    this.#position += 1
    return token.text
  }

  #isSupported(word: string): boolean {
    if (UNSUPPORTED.has(word)) throw new SelectError('SqlUnsupportedSql', `${word.toUpperCase()} is not supported.`)
    return true
  }

  #peek(): Token {
    return this.#tokens[this.#position] ?? { kind: 'end' }
  }

  #takeWord(word: string): boolean {
    const token = this.#peek()
    const isTaken = token.kind === 'word' && token.word === word
    if (isTaken) this.#position += 1
    return isTaken
  }

  #takeSymbol(text: string): boolean {
    const token = this.#peek()
    const isTaken = token.kind === 'symbol' && token.text === text
    if (isTaken) this.#position += 1
    return isTaken
  }

  #expectWord(word: string): void {
    if (!this.#takeWord(word)) throw syntaxError(`${word.toUpperCase()} is expected before ${describe(this.#peek())}`)
  }

  #expectSymbol(text: string): void {
    if (!this.#takeSymbol(text)) throw syntaxError(`"${text}" is expected before ${describe(this.#peek())}`)
  }
}

function describe(token: Token): string {
  return token.kind === 'end' ? 'the end' : `"${token.text}"`
}
