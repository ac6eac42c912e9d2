/** Policies in the form in which they are asked. */
import { type CompiledCondition, compileCondition, type LookUp } from './conditions.js'
import { compileGlob, type Matcher } from './glob.js'
import type { Policy, Statement, Values } from './grammar.js'

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
  /** Of the account for its own keys, of the RAM user, or none. */
  readonly id?: string | undefined
  /** Of a role's session: `arn:sts::account:assumed-role/role/session`. */
  readonly sessionArn?: string | undefined
  /** Whether this is the account that owns the bucket. */
  readonly isOwner: boolean
}

/** What a policy is asked. */
export interface PolicyQuestion {
  /** `oss:GetObject`. */
  readonly action: string
  readonly resource: ResourceName
  readonly principal: PrincipalNames
  readonly lookUp: LookUp
}

/** What a policy says; `statement` counts from 0. */
export type Verdict = { readonly effect: 'Allow' | 'Deny'; readonly statement: number } | { readonly effect: 'none' }

interface CompiledStatement {
  readonly index: number
  readonly effect: 'Allow' | 'Deny'
  readonly isPublic: boolean
  readonly matchesAction: Matcher
  readonly matchesPrincipal: (principal: PrincipalNames) => boolean
  readonly matchesResource: (resource: ResourceName) => boolean
  readonly conditions: readonly CompiledCondition[]
}

const NONE: Verdict = { effect: 'none' }

/** A policy that answers questions. */
export class CompiledPolicy {
  /** Whether a statement opens something to everyone. */
  readonly isPublic: boolean
  readonly #keys: readonly string[]
  readonly #statements: readonly CompiledStatement[]
  /** The statements about an action, denials first: an operation asks about the same action again and again. */
  readonly #byAction = new Map<string, readonly CompiledStatement[]>()

  constructor({ statements }: Policy) {
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
    for (const statement of this.#about(question.action)) {
      if (exceptPublic && statement.isPublic) continue
      if (
        statement.matchesPrincipal(question.principal) &&
        statement.matchesResource(question.resource) &&
        areMet(statement.conditions, question.lookUp)
      ) {
        return { effect: statement.effect, statement: statement.index }
      }
    }
    return NONE
  }

  /** Whether a condition asks about such a key. */
  asksAbout(isSuch: (key: string) => boolean): boolean {
    return this.#keys.some(isSuch)
  }

  /** Whether an action might be allowed on some resource; the resource of the question does not count. */
  mightAllow({ action, principal }: Pick<PolicyQuestion, 'action' | 'principal'>): boolean {
    return this.#about(action).some(({ effect, matchesPrincipal }) => effect === 'Allow' && matchesPrincipal(principal))
  }

  #about(action: string): readonly CompiledStatement[] {
    let found = this.#byAction.get(action)
    if (found === undefined) {
      const folded = action.toLowerCase()
      found = this.#statements.filter(({ matchesAction }) => matchesAction(folded))
      this.#byAction.set(action, found)
    }
    return found
  }
}

function areMet(conditions: readonly CompiledCondition[], lookUp: LookUp): boolean {
  for (const condition of conditions) if (!condition(lookUp)) return false
  return true
}

function compileStatement(statement: Statement, index: number): CompiledStatement {
  const { effect, actions, resources, principals, conditions } = statement
  return {
    index,
    effect,
    isPublic: isPublic(statement),
    matchesAction: compileValues({ ...actions, values: actions.values.map((one) => one.toLowerCase()) }, compileGlob),
    matchesPrincipal: principals === undefined ? () => true : compilePrincipals(principals, conditions.length > 0),
    matchesResource: resources === undefined ? () => true : compileValues(resources, compileResource),
    conditions: conditions.flatMap((condition) => compileCondition(condition) ?? []),
  }
}

function compileValues<T>({ not, values }: Values, compile: (value: string) => (actual: T) => boolean) {
  const matchers = values.map(compile)
  const [only] = matchers
  if (!not && only !== undefined && matchers.length === 1) return only
  return (actual: T): boolean => {
    for (const matches of matchers) if (matches(actual)) return !not
    return not
  }
}

/** Part by part, so that no star reaches over a colon: what a key contains must not pass for an account. */
function compileResource(resource: string): (name: ResourceName) => boolean {
  if (resource === '*') return () => true
  const [, product = '', region = '', account = '', ...path] = resource.split(':')
  const matchesProduct = compilePart(product.toLowerCase())
  // OSS's pages write regions as in locations, `oss-cn-hangzhou`, and as in endpoints
  const matchesRegion = compilePart(region.replace(/^oss-/, ''))
  const matchesAccount = compilePart(account)
  const matchesPath = compileGlob(path.join(':'))
  return (name) =>
    matchesProduct(name.product) && matchesRegion(name.region) && matchesAccount(name.account) && matchesPath(name.path)
}

function compilePart(pattern: string): Matcher {
  return pattern === '' ? () => true : compileGlob(pattern)
}

/**
 * Who everyone is: with a condition all, without one all but the owner of the bucket, who so cannot shut himself out by
 * an oversight. Whoever is named is always meant.
 */
function compilePrincipals({ not, values }: Values, hasConditions: boolean) {
  const sessions = values.filter((one) => one.startsWith('arn:')).map(compileGlob)
  const ids = new Set(values)
  const isEveryone = ids.has('*')
  const isNamed = ({ id, sessionArn }: PrincipalNames): boolean =>
    (id !== undefined && ids.has(id)) || (sessionArn !== undefined && sessions.some((matches) => matches(sessionArn)))
  return (principal: PrincipalNames): boolean => {
    const mayMeanOwner = hasConditions || !principal.isOwner
    if (not) return !isEveryone && mayMeanOwner && !isNamed(principal)
    return (isEveryone && mayMeanOwner) || isNamed(principal)
  }
}

/** What makes the group of everyone small: where a request comes from, or whose key signs it. */
const NARROWING = new Map([
  ['acs:SourceIp', ['IpAddress']],
  ['acs:SourceVpc', ['StringEquals', 'StringEqualsIgnoreCase', 'StringLike']],
  ['acs:AccessId', ['StringEquals', 'StringEqualsIgnoreCase', 'StringLike']],
])

/** Whether a statement allows something to everyone, wherever they are. */
function isPublic({ effect, principals, conditions }: Statement): boolean {
  if (effect !== 'Allow' || principals === undefined) return false
  if (!principals.not && !principals.values.includes('*')) return false
  return !conditions.some(
    ({ operator, key, values }) =>
      NARROWING.get(key)?.includes(operator) === true &&
      !values.some((one) => one.startsWith('*') || /\/[0-7]$/.test(one)),
  )
}
