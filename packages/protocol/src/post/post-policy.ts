/**
 * The policy of a form: the conditions that its signer sets for its fields and its file.
 * @see https://help.aliyun.com/document_detail/31988.html
 */
import { base64Bytes, utf8Text } from '@bindery/bytes'
import { OssError } from '../errors/oss-error.js'

/** The fields of a form by their names in lower case: no two of a form share one. */
export type FormFields = ReadonlyMap<string, string>

/** Bytes that a file may have, both ends included. */
export interface FileSizes {
  readonly least: number
  readonly most: number
}

/** One condition, and the array by which a failure shows it. */
interface Condition {
  /** In lower case. */
  readonly field: string
  readonly shown: readonly unknown[]
  isMet(fieldOf: (name: string) => string): boolean
}

/** A policy that was understood. */
export interface PostPolicy {
  /** Milliseconds since 1970. */
  readonly expiresAt: number
  readonly conditions: readonly Condition[]
  /** The strictest of all size conditions; undefined without one. */
  readonly fileSizes: FileSizes | undefined
}

const CONDITIONS_MAX = 100

/** The policy in a form's field `policy`. Throws postPolicyInvalid. */
export function parsePostPolicy(encoded: string): PostPolicy {
  const bytes = base64Bytes(encoded.trim())
  const text = bytes && utf8Text(bytes)
  if (text === undefined) throw invalid('it is not base64 of UTF-8 text')
  const document = membersOf(parseJson(text), 'it must be an object')
  const expiration = document.get('expiration')
  const expiresAt = typeof expiration === 'string' ? timeOf(expiration) : undefined
  if (expiresAt === undefined) throw invalid('expiration must be a time such as 2030-01-01T00:00:00.000Z')
  const list = document.get('conditions')
  if (!Array.isArray(list) || list.length === 0) throw invalid('conditions must be a list of at least one condition')
  if (list.length > CONDITIONS_MAX) throw invalid(`conditions has more than ${CONDITIONS_MAX} conditions`)
  const sizes = list.filter(isSizes).map(parseSizes)
  const conditions = list.filter((one) => !isSizes(one)).map(parseCondition)
  return { expiresAt, conditions, fileSizes: sizes.length === 0 ? undefined : sizes.reduce(strictest) }
}

/** JSON in which a dollar may be escaped, as the policies of the Java SDK have it. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/\\(.)/gs, (escaped, character) => (character === '$' ? '$' : escaped)))
  } catch (error) {
    throw invalid('Invalid JSON', error)
  }
}

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/

function timeOf(text: string): number | undefined {
  const time = TIME.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}

function membersOf(value: unknown, fault: string): ReadonlyMap<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(fault)
  return new Map(Object.entries(value))
}

const isSizes = (condition: unknown): condition is readonly unknown[] =>
  Array.isArray(condition) && condition[0] === 'content-length-range'

function parseSizes(condition: readonly unknown[]): FileSizes {
  const [, least, most, ...more] = condition
  const isSize = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 0
  if (!isSize(least) || !isSize(most) || least > most || more.length > 0) {
    throw invalid('content-length-range needs a smallest and a greatest size in bytes')
  }
  return { least, most }
}

function strictest(one: FileSizes, other: FileSizes): FileSizes {
  return { least: Math.max(one.least, other.least), most: Math.min(one.most, other.most) }
}

function parseCondition(condition: unknown): Condition {
  if (!Array.isArray(condition)) {
    const members = [...membersOf(condition, 'a condition must be an object or a list')]
    const [first, ...others] = members
    if (first === undefined || others.length > 0) {
      throw invalid('Invalid Simple-Condition: Simple-Conditions must have exactly one property specified')
    }
    return compare('eq', `$${first[0]}`, first[1])
  }
  const [written, name, value, ...more] = condition
  const operator = typeof written === 'string' ? written.toLowerCase() : written
  if (typeof name !== 'string' || !name.startsWith('$') || more.length > 0) {
    throw invalid('a condition is written ["eq", "$field", "value"]')
  }
  return compare(operator, name, value)
}

const OPERATORS: Readonly<Record<string, (actual: string, value: string) => boolean>> = {
  eq: (actual, value) => actual === value,
  'starts-with': (actual, value) => actual.startsWith(value),
}

function compare(operator: unknown, name: string, value: unknown): Condition {
  const field = name.slice(1).toLowerCase()
  const shown = [operator, name, value]
  if (operator === 'in' || operator === 'not-in') {
    if (!Array.isArray(value) || !value.every((one) => typeof one === 'string')) {
      throw invalid(`${operator} needs a list of texts`)
    }
    const values: readonly string[] = value
    return { field, shown, isMet: (fieldOf) => values.includes(fieldOf(field)) === (operator === 'in') }
  }
  const holds = typeof operator === 'string' && Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined
  if (holds === undefined) throw invalid('an operator is one of eq, starts-with, in, not-in, content-length-range')
  if (typeof value !== 'string') throw invalid('a value must be a text')
  return { field, shown, isMet: (fieldOf) => holds(fieldOf(field), value) }
}

/** The protocol that a policy was signed for. The first versions of S3 and OSS sign policies alike: `either`. */
export type PolicyProtocol = 'oss' | 's3' | 'either'

/**
 * Accepts a form that meets its policy at `now` (milliseconds since 1970), except for the size of its file. A field that is
 * absent is compared as an empty text. A policy signed for S3 needs a condition for each field. Throws postPolicyExpired,
 * postPolicyFailed, postFieldsExtra.
 */
export function checkPostPolicy(
  { expiresAt, conditions }: PostPolicy,
  {
    bucket,
    fields,
    signedFor,
  }: { readonly bucket: string; readonly fields: FormFields; readonly signedFor: PolicyProtocol },
  now: number,
): void {
  if (now > expiresAt) throw new OssError('postPolicyExpired')
  const fieldOf = (name: string) => (name === 'bucket' ? bucket : (fields.get(name) ?? ''))
  for (const { shown, isMet } of conditions) {
    if (!isMet(fieldOf))
      throw new OssError('postPolicyFailed', { condition: JSON.stringify(shown).replaceAll('","', '", "') })
  }
  const covered = new Set(conditions.map(({ field }) => field))
  if (signedFor === 'oss' || (signedFor === 'either' && ![...covered].some(isOfS3))) return
  const extra = [...fields.keys()].filter((name) => !covered.has(name) && !UNCONDITIONAL.test(name))
  if (extra.length > 0) throw new OssError('postFieldsExtra', { fields: extra.join(', ') })
}

/**
 * Whether only S3 has a field. A policy of either protocol that names one is taken for one of S3, whose signer relies on the
 * refusal of other fields: it must not let them pass because its form calls itself one of OSS.
 */
const isOfS3 = (field: string): boolean => field === 'acl' || field === 'redirect' || field.startsWith('x-amz-')

/** Fields of forms that need no condition where others do. */
const UNCONDITIONAL = /^(x-amz-signature|signature|awsaccesskeyid|ossaccesskeyid|policy|x-ignore-.*)$/

function invalid(why: string, cause?: unknown): OssError {
  return new OssError('postPolicyInvalid', { why }, { cause })
}
