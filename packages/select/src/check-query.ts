/** Rules of a query beyond its syntax. */
import { utf8Bytes } from '@bindery/bytes'
import { AGGREGATES_MAX, COLUMNS_MAX, CONDITION_DEPTH_MAX, CONDITIONS_MAX, SQL_BYTES_MAX } from './limits.js'
import type { SelectRequest } from './request.js'
import { SelectError } from './select-error.js'
import type { Expression, Query } from './sql/ast.js'

/** Checks a parsed query against OSS's limits and the form of its input. Throws SelectError. */
export function checkQuery(query: Query, request: SelectRequest): void {
  const { items, from, where } = query
  if (utf8Bytes(request.sql).length > SQL_BYTES_MAX) {
    throw new SelectError('InvalidSqlParameter', `The SQL expression is longer than ${SQL_BYTES_MAX} bytes.`)
  }
  const kinds = new Set(items.map(({ kind }) => kind))
  if (kinds.has('aggregate') && kinds.size > 1) {
    throw new SelectError('SqlInvalidMixOfAggregationAndColumn', 'Aggregates and columns cannot be selected together.')
  }
  if (kinds.has('star') && items.length > 1) {
    throw new SelectError('SqlInvalidMixOfStarAndColumn', '* is selected alone.')
  }
  if (items.length > COLUMNS_MAX) {
    throw new SelectError('SqlInvalidSqlAfterAnalysis', `At most ${COLUMNS_MAX} columns can be selected.`)
  }
  if (kinds.has('aggregate') && items.length > AGGREGATES_MAX) {
    throw new SelectError('SqlExceedsMaxAggregationCount', `At most ${AGGREGATES_MAX} aggregates can be selected.`)
  }
  if (request.output.keepAllColumns) checkKeptColumns(query)
  if (request.input.kind === 'csv' && from.length > 0) {
    throw new SelectError('TableRootNodeOnlySupportInJson', 'Only JSON has a path after FROM.')
  }
  if (where === undefined) return
  if (count(where) > CONDITIONS_MAX) {
    throw new SelectError('SqlExceedsMaxConditionCount', `WHERE has at most ${CONDITIONS_MAX} conditions.`)
  }
  if (depth(where) > CONDITION_DEPTH_MAX) {
    throw new SelectError('SqlExceedsMaxConditionDepth', `Conditions are nested at most ${CONDITION_DEPTH_MAX} deep.`)
  }
}

function checkKeptColumns({ items }: Query): void {
  if (items[0]?.kind === 'aggregate') {
    throw new SelectError('SqlInvalidKeepAllColumnsWithAggregation', 'Aggregates keep no columns.')
  }
  const columns = items.flatMap((item) => (item.kind === 'value' ? [JSON.stringify(item.expression)] : []))
  if (new Set(columns).size < columns.length) {
    throw new SelectError('SqlInvalidKeepAllColumnsWithDuplicateColumn', 'A column is selected twice.')
  }
}

/** Conditions that AND, OR and NOT connect. */
function count(expression: Expression): number {
  const connected = connectedBy(expression)
  return connected.length === 0 ? 1 : connected.reduce((sum, one) => sum + count(one), 0)
}

/** How deep connections change from one operator to another: `a AND b AND c` is one level. */
function depth(expression: Expression, within?: string): number {
  const operator = expression.kind === 'binary' ? expression.operator : expression.kind
  const inner = Math.max(0, ...connectedBy(expression).map((one) => depth(one, operator)))
  return inner + (operator === within ? 0 : 1)
}

function connectedBy(expression: Expression): readonly Expression[] {
  if (expression.kind === 'not') return [expression.operand]
  const isConnection = expression.kind === 'binary' && (expression.operator === 'and' || expression.operator === 'or')
  return isConnection ? [expression.left, expression.right] : []
}
