import type { Cause } from '@bindery/protocol'
import type { Reason } from './refusal.js'

/** The outcome of a question. */
export type Decision = Allowed | Denied

/** A permitted action, with the rule that permits it. */
export interface Allowed {
  readonly allowed: true
  readonly reason: Reason
}

/** A denied action, with the cause to answer and the rule that denies it. */
export interface Denied {
  readonly allowed: false
  readonly cause: Cause
  readonly reason: Reason
}

/** The decision depends on the object, which the question does not contain yet. */
export const NEEDS_OBJECT = Symbol('needs the object')

/** An allowance by this rule. */
export function allowed(reason: Reason): Allowed {
  return { allowed: true, reason }
}

/** A denial by this rule, answered by this cause. */
export function denied(cause: Cause, reason: Reason): Denied {
  return { allowed: false, cause, reason }
}
