/** AVG, SUM, MAX, MIN and COUNT over the rows that matched. */
import { SelectError } from './select-error.js'
import type { AggregateName } from './sql/ast.js'
import { compare, Timestamp, toNumber, type Value } from './values.js'

/** One aggregate of a query over the rows so far. */
export interface Aggregate {
  /** Takes the operand's value of a row; ignored by COUNT. Throws RowMismatch. */
  add(value: Value): void
  /** Null where there was no value. */
  result(): Value
}

/**
 * Starts an aggregate. SUM and AVG are exact while all operands are whole numbers. `add` of these two throws
 * SelectError for a timestamp or a truth value.
 */
export function createAggregate(name: AggregateName): Aggregate {
  if (name === 'count') return counting()
  return name === 'max' || name === 'min' ? extreme(name) : summing(name)
}

function counting(): Aggregate {
  let count = 0n
  return {
    add: () => {
      count += 1n
    },
    result: () => count,
  }
}

function extreme(name: 'max' | 'min'): Aggregate {
  let found: Value = null
  return {
    add(value) {
      const operand = value instanceof Timestamp ? value : toNumber(value)
      if (operand === null) return
      const outcome = found === null ? 0 : (compare(operand, found) ?? 0)
      if (found === null || (name === 'max' ? outcome > 0 : outcome < 0)) found = operand
    },
    result: () => found,
  }
}

function summing(name: 'avg' | 'sum'): Aggregate {
  let whole = 0n
  let fraction = 0
  let isExact = true
  let count = 0
  return {
    add(value) {
      if (value instanceof Timestamp) {
        throw new SelectError('SqlInvalidAggregationOnTimestamp', `${name.toUpperCase()} takes no timestamps.`)
      }
      if (typeof value === 'boolean') {
        throw new SelectError('SqlAggregationOnNonNumericType', `${name.toUpperCase()} takes numbers.`)
      }
      const operand = toNumber(value)
      if (operand === null) return
      count += 1
      if (typeof operand === 'bigint') whole += operand
      else {
        isExact = false
        fraction += operand
      }
    },
    result() {
      if (count === 0) return null
      const sum = isExact ? whole : Number(whole) + fraction
      if (name === 'sum') return sum
      if (typeof sum === 'bigint' && sum % BigInt(count) === 0n) return sum / BigInt(count)
      return Number(sum) / count
    },
  }
}
