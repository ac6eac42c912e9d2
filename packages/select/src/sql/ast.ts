/** The syntax of a query, as it was written. */

/** A step into a JSON value: a member, an element, or all elements. */
export type PathStep =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'element'; readonly index: number }
  | { readonly kind: 'all' }

/** The types that CAST converts to. */
export type CastType = 'int' | 'double' | 'decimal' | 'string' | 'timestamp' | 'bool'

/** Operators with two operands. */
export type BinaryOperator = '=' | '!=' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/' | '%' | '||' | 'and' | 'or'

/** The functions of texts and missing values. */
export type FunctionName =
  | 'lower'
  | 'upper'
  | 'char_length'
  | 'character_length'
  | 'trim'
  | 'ltrim'
  | 'rtrim'
  | 'substring'
  | 'coalesce'
  | 'nullif'

/** An expression of a select list or a WHERE clause. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | bigint | boolean | null }
  | { readonly kind: 'column'; readonly path: readonly PathStep[] }
  | { readonly kind: 'cast'; readonly operand: Expression; readonly type: CastType; readonly format?: string }
  | { readonly kind: 'not' | 'minus'; readonly operand: Expression }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly operands: readonly Expression[] }
  | {
      readonly kind: 'binary'
      readonly operator: BinaryOperator
      readonly left: Expression
      readonly right: Expression
    }
  | { readonly kind: 'isNull'; readonly operand: Expression; readonly negated: boolean }
  | {
      readonly kind: 'between'
      readonly operand: Expression
      readonly low: Expression
      readonly high: Expression
      readonly negated: boolean
    }
  | {
      readonly kind: 'in'
      readonly operand: Expression
      readonly values: readonly Expression[]
      readonly negated: boolean
    }
  | {
      readonly kind: 'like'
      readonly operand: Expression
      readonly pattern: string
      /** The characters of the pattern that stand for any text, and for one character. */
      readonly wildcards: { readonly anyText: string; readonly anyCharacter: string }
      readonly escape?: string
      readonly negated: boolean
    }

/** The names of aggregates. */
export type AggregateName = 'avg' | 'sum' | 'max' | 'min' | 'count'

/** An item of a select list. */
export type SelectItem =
  | { readonly kind: 'star' }
  | { readonly kind: 'value'; readonly expression: Expression; readonly alias?: string }
  | {
      readonly kind: 'aggregate'
      readonly name: AggregateName
      /** Absent for COUNT(*). */
      readonly operand?: Expression
      readonly alias?: string
    }

/** A parsed query. */
export interface Query {
  readonly items: readonly SelectItem[]
  /** Where the rows are in a JSON document. */
  readonly from: readonly PathStep[]
  readonly alias?: string
  readonly where?: Expression
  readonly limit?: number
}
