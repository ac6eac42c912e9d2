/** Faults that a test injects, as data: the same in this process and over HTTP. */
import { CATALOGUE, type Cause } from '@bindery/protocol'

/** A change of a request or of its answer. Without `apply` the server does not see it where it is answered or cut. */
export interface Fault {
  /** The HTTP status of an answer that takes the place of the server's, 400 to 599. */
  readonly status?: number
  /** Its error code, as `ServiceUnavailable`; one that OSS has. Default: one of the status. */
  readonly code?: string
  /** The server does its work first; then its answer is replaced or lost. Default false. */
  readonly apply?: boolean
  /** The connection breaks before the first byte of the answer. */
  readonly dropAnswer?: boolean
  /** The connection breaks after this many bytes of the request's body. */
  readonly cutRequestAfter?: number
  /** The connection breaks after this many bytes of the answer's body. */
  readonly cutAnswerAfter?: number
  /** Nothing is read behind this many bytes of the request's body, for `stallMs`; then the connection breaks. */
  readonly stallAfter?: number
  /** Milliseconds. Default 600,000. */
  readonly stallMs?: number
  /** Milliseconds before anything happens. */
  readonly delayMs?: number
  /** Bytes of the request's body that are read per second. */
  readonly bytesPerSecond?: number
  /** The index of a byte that changes on its way: in the request's body, or in the answer's where the request has none. */
  readonly corruptByte?: number
}

/** Which requests a fault meets: those that match everything that is given. */
export interface FaultRule {
  /** OSS's name of the operation, as `UploadPart`. */
  readonly op?: string
  readonly method?: string
  readonly bucket?: string
  /** The whole key. */
  readonly key?: string
  /** A regular expression that the key contains. */
  readonly match?: string | RegExp
  readonly partNumber?: number
  /** Requests that pass first. Default 0. */
  readonly after?: number
  /** Requests that it meets; then the rule rests. Default: all. */
  readonly times?: number
  readonly then: Fault
}

/** The properties of a request that rules look at. */
export interface FaultSubject {
  readonly op: string | undefined
  readonly method: string
  readonly bucket: string | undefined
  readonly key: string | undefined
  readonly partNumber: number | undefined
}

interface Counted {
  readonly id: number
  readonly rule: FaultRule
  seen: number
}

/** The rules of a server. The first that matches a request and is not spent decides. */
export class Faults {
  #rules: Counted[] = []
  #last = 0

  /** Adds a rule. Returns what removes it. Throws TypeError for a rule that means nothing. */
  add(rule: FaultRule): () => void {
    checkRule(rule)
    this.#last += 1
    const counted = { id: this.#last, rule, seen: 0 }
    this.#rules.push(counted)
    return () => {
      this.#rules = this.#rules.filter((one) => one !== counted)
    }
  }

  clear(): void {
    this.#rules = []
  }

  /** The rules, and how many requests each has matched. */
  list(): readonly { readonly rule: FaultRule; readonly matched: number }[] {
    return this.#rules.map(({ rule, seen }) => ({ rule, matched: seen }))
  }

  /** The fault of a request. Every rule that matches counts it. */
  next(subject: FaultSubject): Fault | undefined {
    let fault: Fault | undefined
    for (const counted of this.#rules) {
      if (!matches(counted.rule, subject)) continue
      counted.seen += 1
      const { after = 0, times = Number.POSITIVE_INFINITY, then } = counted.rule
      if (counted.seen > after && counted.seen <= after + times) fault ??= then
    }
    return fault
  }
}

function matches(rule: FaultRule, subject: FaultSubject): boolean {
  const { op, method, bucket, key, match, partNumber } = rule
  return (
    (op === undefined || op === subject.op) &&
    (method === undefined || method === subject.method) &&
    (bucket === undefined || bucket === subject.bucket) &&
    (key === undefined || key === subject.key) &&
    (match === undefined || new RegExp(match).test(subject.key ?? '')) &&
    (partNumber === undefined || partNumber === subject.partNumber)
  )
}

const NUMBERS = [
  'status',
  'cutRequestAfter',
  'cutAnswerAfter',
  'stallAfter',
  'stallMs',
  'delayMs',
  'bytesPerSecond',
  'corruptByte',
] as const
const NAMES: ReadonlySet<string> = new Set([...NUMBERS, 'code', 'apply', 'dropAnswer'])
const RULE_NAMES: ReadonlySet<string> = new Set([
  'op',
  'method',
  'bucket',
  'key',
  'match',
  'partNumber',
  'after',
  'times',
  'then',
])

/** Throws TypeError for a rule that means nothing: a misspelt name must not pass a test. */
export function checkRule(rule: FaultRule): void {
  for (const name of Object.keys(rule)) if (!RULE_NAMES.has(name)) throw new TypeError(`a rule has no ${name}`)
  checkFault(rule.then)
}

/** As `checkRule`, for the fault alone. */
export function checkFault(fault: Fault): void {
  if (typeof fault !== 'object' || fault === null) throw new TypeError('a rule needs a fault: then')
  for (const name of Object.keys(fault)) if (!NAMES.has(name)) throw new TypeError(`a fault has no ${name}`)
  for (const name of NUMBERS) {
    const value = fault[name]
    if (value !== undefined && !(Number.isFinite(value) && value >= 0))
      throw new TypeError(`${name} is a number from 0`)
  }
  if (fault.status !== undefined || fault.code !== undefined) causeOf(fault)
}

/** The row of the catalogue that an injected answer shows. Throws TypeError where OSS has none. */
export function causeOf({ status, code }: Fault): Cause {
  const rows = Object.entries(CATALOGUE).filter(
    ([, row]) => (code === undefined || row.code === code) && (status === undefined || row.status === status),
  )
  // one whose message needs no details
  const [cause] = rows.find(([, row]) => !row.message.includes('{')) ?? rows[0] ?? []
  if (cause === undefined) throw new TypeError(`OSS has no error ${code ?? ''} with the status ${status ?? ''}`)
  return cause as Cause
}
