import type { PolicyKind } from '../access/policy/grammar.js'
import { noteUnknownActions } from '../access/policy/unknown-actions.js'
import type { RequestLog } from '../service.js'
import { isReading } from './changed.js'

/** The kinds of the policies that operations set, by the names of their parameters. */
const KINDS: Readonly<Record<string, PolicyKind>> = {
  PolicyDocument: 'identity',
  AssumeRolePolicyDocument: 'trust',
  NewAssumeRolePolicyDocument: 'trust',
}

/** Warnings about the policies that an operation has set, as members of its answer; also notes them for the log. */
export function warningsAbout(operation: string, input: object, log: RequestLog): object {
  if (isReading(operation)) return {}
  const unknown = Object.entries(input).flatMap(([name, value]) => {
    const kind = KINDS[name]
    return kind === undefined || typeof value !== 'string' ? [] : noteUnknownActions(log, kind, value)
  })
  return unknown.length === 0 ? {} : { Warnings: { UnknownAction: unknown } }
}
