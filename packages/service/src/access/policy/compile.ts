/** Policies in the form in which they are evaluated. */
import { type CompiledCondition, type Condition, compileCondition, type LookUp } from './conditions.js'
import { Glob } from './glob.js'
import type { Policy, Statement, Values } from './grammar.js'
import { isWideNetwork } from './ip-address.js'
import { StatementIndex } from './statement-index.js'

/** The name of a resource, `acs:product:region:account:path`, in its parts. */
export interface ResourceName {
  readonly product: string
  /** `cn-hangzhou`. */
  readonly region: string
  readonly account: string
  /** `bucket` or `bucket/key`; `*` where the account's buckets as a whole are meant. */
  readonly path: string
}

/** The names by which a policy may mean a requester. */
export interface PrincipalNames {
  /** The account's id for its own keys, the RAM user's id, or undefined. */
  readonly id?: string | undefined
  /** For a role session: `arn:sts::account:assumed-role/role/session`; for a user, the ARN that S3 has. */
  readonly arn?: string | undefined
  /** Whether this is the account that owns the bucket. */
  readonly isOwner: boolean
}

/** A question to a policy. */
export interface PolicyQuestion {
  /** `oss:GetObject`. */
  readonly action: string
  readonly resource: ResourceName
  readonly principal: PrincipalNames
  readonly lookUp: LookUp
}

/** A policy's answer; `statement` counts from 0. */
export type Verdict = { readonly effect: 'Allow' | 'Deny'; readonly statement: number } | { readonly effect: 'none' }

interface CompiledStatement {
  readonly index: number
  readonly effect: 'Allow' | 'Deny'
  readonly isPublic: boolean
  readonly actions: GlobSet
  readonly resources: ResourceSet
  /** Undefined in policies that are attached to the requester. */
  readonly principals: PrincipalSet | undefined
  readonly conditions: readonly CompiledCondition[]
  /** The same conditions as the policy has them. */
  readonly written: readonly Condition[]
}

/** A condition that kept a statement from applying; `statement` counts from 0. */
export interface UnmetCondition extends Pick<Condition, 'operator' | 'key'> {
  readonly statement: number
}

const NONE: Verdict = { effect: 'none' }

/** A policy that answers questions. */
export class CompiledPolicy {
  /** Whether a statement opens something to everyone. */
  readonly isPublic: boolean
  readonly #keys: readonly string[]
  readonly #text: string
  readonly #statements: readonly CompiledStatement[]
  /** The statements about an action, cached: the requests of a client repeat the same few actions. */
  readonly #byAction = new Map<string, StatementIndex<CompiledStatement>>()

  constructor({ statements, text }: Policy) {
    this.#text = text
    const compiled = statements.map(compileStatement)
    this.#statements = [
      ...compiled.filter(({ effect }) => effect === 'Deny'),
      ...compiled.filter(({ effect }) => effect === 'Allow'),
    ]
    this.isPublic = compiled.some(({ isPublic }) => isPublic)
    this.#keys = [...new Set(statements.flatMap(({ conditions }) => conditions.map(({ key }) => key)))]
  }

  /** A denial wins over all that allow. With `exceptPublic`, statements that allow everyone are passed over. */
  evaluate(question: PolicyQuestion, { exceptPublic = false } = {}): Verdict {
    const found = this.#about(question.action).first(question.resource.path, (statement) =>
      exceptPublic && statement.isPublic ? false : applies(statement, question),
    )
    return found === undefined ? NONE : { effect: found.effect, statement: found.index }
  }

  /** The first conditions that keep statements from allowing what they would otherwise allow. */
  unmet(question: PolicyQuestion): UnmetCondition[] {
    const { resource, principal, lookUp } = question
    return this.#about(question.action).statements.flatMap((statement): UnmetCondition[] => {
      const { effect, index, resources, principals, conditions, written } = statement
      if (effect === 'Deny' || !resources.matches(resource) || principals?.matches(principal) === false) return []
      const at = conditions.findIndex((condition) => !condition(lookUp))
      const unmet = written[at]
      return unmet === undefined ? [] : [{ statement: index, operator: unmet.operator, key: unmet.key }]
    })
  }

  /** A statement as it was written. */
  statementAt(index: number): unknown {
    const { Statement } = JSON.parse(this.#text)
    return Array.isArray(Statement) ? Statement[index] : Statement
  }

  /** Whether a condition uses such a key. */
  asksAbout(isSuch: (key: string) => boolean): boolean {
    return this.#keys.some(isSuch)
  }

  /** Whether an action might be allowed on some resource; the resource of the question does not count. */
  mightAllow({ action, principal }: Pick<PolicyQuestion, 'action' | 'principal'>): boolean {
    return this.#about(action).statements.some(
      ({ effect, principals }) => effect === 'Allow' && principals?.matches(principal) !== false,
    )
  }

  #about(action: string): StatementIndex<CompiledStatement> {
    let found = this.#byAction.get(action)
    if (found === undefined) {
      const folded = action.toLowerCase()
      found = new StatementIndex(this.#statements.filter(({ actions }) => actions.matches(folded)))
      this.#byAction.set(action, found)
    }
    return found
  }
}

function applies(statement: CompiledStatement, { resource, principal, lookUp }: PolicyQuestion): boolean {
  return (
    statement.resources.matches(resource) &&
    statement.principals?.matches(principal) !== false &&
    areMet(statement.conditions, lookUp)
  )
}

function areMet(conditions: readonly CompiledCondition[], lookUp: LookUp): boolean {
  for (const condition of conditions) if (!condition(lookUp)) return false
  return true
}

function compileStatement(statement: Statement, index: number): CompiledStatement {
  const { effect, actions, resources, principals, conditions } = statement
  const asked = conditions.flatMap((written) => {
    const test = compileCondition(written)
    return test === undefined ? [] : [{ test, written }]
  })
  return {
    index,
    effect,
    isPublic: isPublic(statement),
    actions: new GlobSet({ ...actions, values: actions.values.map((one) => one.toLowerCase()) }),
    resources: new ResourceSet(resources ?? { not: false, values: ['*'] }),
    principals: principals && new PrincipalSet(principals, conditions.length > 0),
    conditions: asked.map(({ test }) => test),
    written: asked.map(({ written }) => written),
  }
}

class GlobSet {
  readonly #not: boolean
  readonly #globs: readonly Glob[]

  constructor({ not, values }: Values) {
    this.#not = not
    this.#globs = values.map((value) => new Glob(value))
  }

  matches(text: string): boolean {
    for (const glob of this.#globs) if (glob.matches(text)) return !this.#not
    return this.#not
  }
}

class ResourceSet {
  readonly #not: boolean
  readonly #patterns: readonly ResourcePattern[]
  /** The paths that it may match, as patterns; undefined: any. */
  readonly paths: readonly string[] | undefined

  constructor({ not, values }: Values) {
    this.#not = not
    this.#patterns = values.map((value) => new ResourcePattern(value === '*' ? 'acs:*:*:*:*' : value))
    this.paths = not ? undefined : this.#patterns.map(({ path }) => path)
  }

  matches(name: ResourceName): boolean {
    for (const pattern of this.#patterns) if (pattern.matches(name)) return !this.#not
    return this.#not
  }
}

/** Matches part by part, so that no star spans a colon: the text of a key must not match as an account. */
class ResourcePattern {
  readonly path: string
  readonly #path: Glob
  /** Undefined for any. */
  readonly #product: Glob | undefined
  readonly #region: Glob | undefined
  readonly #account: Glob | undefined

  constructor(resource: string) {
    const [, product = '', region = '', account = '', ...path] = resource.split(':')
    const part = (pattern: string) => (pattern === '' || pattern === '*' ? undefined : new Glob(pattern))
    this.path = path.join(':')
    this.#path = new Glob(this.path)
    this.#product = part(product.toLowerCase())
    // OSS's pages write regions as in locations, `oss-cn-hangzhou`, and as in endpoints
    this.#region = part(region.replace(/^oss-/, ''))
    this.#account = part(account)
  }

  matches({ product, region, account, path }: ResourceName): boolean {
    return (
      this.#path.matches(path) &&
      this.#account?.matches(account) !== false &&
      this.#product?.matches(product) !== false &&
      this.#region?.matches(region) !== false
    )
  }
}

/**
 * `*` includes the owner of the bucket only if the statement has a condition, so that owners do not lock themselves out
 * by an oversight. A principal that is named always matches.
 */
class PrincipalSet {
  readonly #not: boolean
  readonly #hasConditions: boolean
  readonly #ids: ReadonlySet<string>
  readonly #arns: readonly Glob[]

  constructor({ not, values }: Values, hasConditions: boolean) {
    this.#not = not
    this.#hasConditions = hasConditions
    this.#ids = new Set(values)
    this.#arns = values.filter((one) => one.startsWith('arn:')).map((one) => new Glob(one))
  }

  matches(principal: PrincipalNames): boolean {
    const isEveryone = this.#ids.has('*')
    const mayMeanOwner = this.#hasConditions || !principal.isOwner
    if (this.#not) return !isEveryone && mayMeanOwner && !this.#names(principal)
    return (isEveryone && mayMeanOwner) || this.#names(principal)
  }

  #names({ id, arn }: PrincipalNames): boolean {
    if (id !== undefined && this.#ids.has(id)) return true
    return arn !== undefined && this.#arns.some((glob) => glob.matches(arn))
  }
}

/** Operators that compare with whole values or patterns. */
const COMPARING: readonly string[] = ['StringEquals', 'StringEqualsIgnoreCase', 'StringLike']

/**
 * Conditions that narrow `*`: by where a request comes from, by the key that signed it, or to access points, which
 * decide as well.
 */
const NARROWING = new Map([
  ['acs:SourceIp', { operators: ['IpAddress'], isWide: isWideNetwork }],
  ['acs:SourceVpc', { operators: COMPARING, isWide: hasWildcard }],
  ['acs:AccessId', { operators: COMPARING, isWide: hasWildcard }],
  ['oss:DataAccessPointAccount', { operators: COMPARING, isWide: hasWildcard }],
  ['oss:DataAccessPointArn', { operators: COMPARING, isWide: leavesAccountOpen }],
])

/** Whether a statement allows something to everyone, wherever they are. */
function isPublic({ effect, principals, conditions }: Statement): boolean {
  if (effect !== 'Allow' || principals === undefined) return false
  if (!principals.not && !principals.values.includes('*')) return false
  return !conditions.some(({ operator, key, values }) => {
    const narrowing = NARROWING.get(key)
    return narrowing?.operators.includes(operator) === true && !values.some(narrowing.isWide)
  })
}

/** All keys, and all networks of a cloud, begin alike: a pattern may match each of them, however it begins. */
function hasWildcard(value: string): boolean {
  return /[*?]/.test(value)
}

/** Whether the name of an access point, `acs:oss:region:account:accesspoint/name`, may be that of another account. */
function leavesAccountOpen(value: string): boolean {
  const [, , , account = '*', point] = value.split(':')
  // without all its colons, a star may span some
  return point === undefined || hasWildcard(account)
}
