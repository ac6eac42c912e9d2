import { ACTIONS, ADMIN_OPERATIONS } from '@bindery/protocol'
import type { RequestLog } from '../../service.js'
import { Glob } from './glob.js'
import { type PolicyKind, parsePolicy } from './grammar.js'

/** The actions that something on this server needs, in lower case. */
const KNOWN: readonly string[] = [
  ...Object.keys(ACTIONS),
  ...ADMIN_OPERATIONS.map(({ action }) => action),
  'sts:AssumeRole',
].map((action) => action.toLowerCase())

/**
 * The actions in a policy that nothing on this server needs, as they are written: misspelt, or of another service. OSS takes
 * them. The policy follows the grammar; otherwise throws PolicyFault.
 */
function unknownActions(kind: PolicyKind, text: string): readonly string[] {
  const written = parsePolicy(kind, text).statements.flatMap(({ actions }) => actions.values)
  return [...new Set(written)].filter((action) => {
    const glob = new Glob(action.toLowerCase())
    return !KNOWN.some((one) => glob.matches(one))
  })
}

/** Notes the unknown actions of a policy that a request has set, for its log line. Throws PolicyFault. */
export function noteUnknownActions(log: RequestLog, kind: PolicyKind, text: string): readonly string[] {
  const unknown = unknownActions(kind, text)
  if (unknown.length > 0) log.unknownActions = unknown
  return unknown
}
