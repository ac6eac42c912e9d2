/** Policies of buckets, as statements that a form shows. */
import { policyFor, type Scope, type Template } from './policy-templates.js'

/** One statement. Lists that a document writes as a text alone have one item. */
export interface Statement {
  readonly effect: string
  /** `*` stands for everyone. */
  readonly principals: readonly string[]
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  /** As JSON; empty without conditions. */
  readonly condition: string
}

type Raw = Readonly<Record<string, unknown>>

/** The statements of a document, the raw ones first. Throws SyntaxError. */
export function statementsIn(document: string): readonly (readonly [raw: Raw, shown: Statement])[] {
  const { Statement } = JSON.parse(document) as { readonly Statement?: unknown }
  return listOf(Statement).map((raw) => [raw as Raw, shownOf(raw as Raw)])
}

function shownOf(raw: Raw): Statement {
  const { Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource, Condition } = raw
  const not = (value: unknown) => listOf(value).map((one) => `≠ ${String(one)}`)
  return {
    effect: String(Effect),
    principals: [...listOf(Principal).map(String), ...not(NotPrincipal)],
    actions: [...listOf(Action).map(String), ...not(NotAction)],
    resources: [...listOf(Resource).map(String), ...not(NotResource)],
    condition: Condition === undefined ? '' : JSON.stringify(Condition),
  }
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value]
}

/** A document of raw statements. */
export function policyDocument(statements: readonly Raw[]): string {
  return JSON.stringify({ Version: '1', Statement: statements }, undefined, 2)
}

/** The statements of a template for principals: ids of accounts or users, ARNs, or `*`. */
export function statementsFor(template: Template, scope: Scope, principals: readonly string[]): readonly Raw[] {
  const document = policyFor(template, scope)
  if (document === undefined) return []
  return statementsIn(document).map(([raw, { resources }]) => ({
    ...raw,
    Principal: principals,
    // the policy of a bucket names nothing outside of it
    Resource: resources.includes('*') ? [`acs:oss:*:*:${scope.bucket}`, `acs:oss:*:*:${scope.bucket}/*`] : resources,
  }))
}
