/** The operators of a policy's conditions. */
import { Glob } from './glob.js'
import { compileNetwork, parseAddress } from './ip-address.js'

/** Looks up the value of a condition key in a request; undefined where it has none. */
export type LookUp = (key: string) => string | undefined

/** Whether a value of the request meets one value of the policy. */
type Test = (actual: string) => boolean

interface Operator {
  /** It holds where none of the values is met, and where the request has no such value. */
  readonly negated: boolean
  /** Undefined for a value that the operator cannot compare with. */
  compile(value: string): Test | undefined
}

const equals =
  (value: string): Test =>
  (actual) =>
    actual === value
const equalsIgnoringCase = (value: string): Test => {
  const folded = value.toLowerCase()
  return (actual) => actual.toLowerCase() === folded
}
const like = (value: string): Test => {
  const glob = new Glob(value)
  return (actual) => glob.matches(actual)
}
const bool = (value: string): Test | undefined =>
  /^(true|false)$/i.test(value) ? equalsIgnoringCase(value) : undefined

function address(value: string): Test | undefined {
  const isIn = compileNetwork(value)
  return (
    isIn &&
    ((actual) => {
      const parsed = parseActualAddress(actual)
      return parsed !== undefined && isIn(parsed)
    })
  )
}

type Comparison = (actual: number, value: number) => boolean

const comparing = (parse: (text: string) => number | undefined, parseActual: typeof parse, holds: Comparison) => {
  return (value: string): Test | undefined => {
    const bound = parse(value)
    return bound === undefined
      ? undefined
      : (actual) => {
          const number = parseActual(actual)
          return number !== undefined && holds(number, bound)
        }
  }
}

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  Equals: (actual, value) => actual === value,
  LessThan: (actual, value) => actual < value,
  LessThanEquals: (actual, value) => actual <= value,
  GreaterThan: (actual, value) => actual > value,
  GreaterThanEquals: (actual, value) => actual >= value,
}

// All statements of a decision compare the same address and time: each is parsed once.
const parseActualAddress = remembering(parseAddress)
const parseActualTime = remembering(parseTime)

const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['StringEquals', { negated: false, compile: equals }],
  ['StringNotEquals', { negated: true, compile: equals }],
  ['StringEqualsIgnoreCase', { negated: false, compile: equalsIgnoringCase }],
  ['StringNotEqualsIgnoreCase', { negated: true, compile: equalsIgnoringCase }],
  ['StringLike', { negated: false, compile: like }],
  ['StringNotLike', { negated: true, compile: like }],
  ...ordered('Numeric', (holds) => comparing(parseNumber, parseNumber, holds)),
  ...ordered('Date', (holds) => comparing(parseTime, parseActualTime, holds)),
  ['Bool', { negated: false, compile: bool }],
  ['IpAddress', { negated: false, compile: address }],
  ['NotIpAddress', { negated: true, compile: address }],
])

function ordered(kind: string, compile: (holds: Comparison) => Operator['compile']): [string, Operator][] {
  const operators = Object.entries(COMPARISONS).map(([name, holds]): [string, Operator] => [
    `${kind}${name}`,
    { negated: false, compile: compile(holds) },
  ])
  return [...operators, [`${kind}NotEquals`, { negated: true, compile: compile((actual, value) => actual === value) }]]
}

/** Whether policies may use an operator; names are case-sensitive. */
export function isOperator(name: string): boolean {
  return OPERATORS.has(name)
}

/** One key under one operator, as the policy has it. */
export interface Condition {
  readonly operator: string
  readonly key: string
  readonly values: readonly string[]
}

/** A condition that is ready to be evaluated. */
export type CompiledCondition = (lookUp: LookUp) => boolean

/** Undefined where the operator cannot compare with one of the values. */
export function compileCondition({ operator, key, values }: Condition): CompiledCondition | undefined {
  const { negated, compile } = OPERATORS.get(operator) ?? {}
  if (negated === undefined || compile === undefined) return undefined
  const tests: Test[] = []
  for (const value of values) {
    const test = compile(key === 'acs:SecureTransport' ? asBoolean(value) : value)
    if (test === undefined) return undefined
    tests.push(test)
  }
  return (lookUp) => {
    const actual = lookUp(key)
    if (actual === undefined) return negated
    for (const test of tests) if (test(actual)) return !negated
    return negated
  }
}

/** OSS's pages write the transport as `HTTP` and `HTTPS`, those of RAM as a boolean. */
function asBoolean(transport: string): string {
  const folded = transport.toLowerCase()
  return folded === 'https' ? 'true' : folded === 'http' ? 'false' : folded
}

function parseNumber(text: string): number | undefined {
  return /^-?\d{1,15}(\.\d{1,10})?$/.test(text) ? Number(text) : undefined
}

const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/

/** ISO 8601, in milliseconds since 1970; a day alone begins at midnight UTC. */
function parseTime(text: string): number | undefined {
  const time = TIME.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}

function remembering<T>(parse: (text: string) => T): (text: string) => T {
  let last: { readonly text: string; readonly parsed: T } | undefined
  return (text) => {
    if (last?.text !== text) last = { text, parsed: parse(text) }
    return last.parsed
  }
}
