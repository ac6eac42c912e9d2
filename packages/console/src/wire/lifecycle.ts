/** Rules that end uploads by their age. */
import { lifecycleRulesIn } from './lifecycle-rules.js'
import { send } from './request.js'
import { ServerError } from './server-error.js'

const DAY_MS = 86_400_000

/** A rule that aborts uploads. */
export interface AbortRule {
  readonly id: string
  readonly prefix: string
  readonly isEnabled: boolean
  /** Days after an upload began; absent for a rule with a date. */
  readonly days: number | undefined
}

/** The rules of a lifecycle document that abort uploads. Throws SyntaxError. */
export function abortRulesIn(document: string): readonly AbortRule[] {
  return lifecycleRulesIn(document).flatMap(({ id, prefix, isEnabled, actions }) =>
    actions.filter(({ kind }) => kind === 'abort').map(({ days }) => ({ id, prefix, isEnabled, days })),
  )
}

/** The rules of a bucket that abort uploads now; none of a bucket without rules. Throws ServerError. */
export async function readAbortRules(bucket: string, signal?: AbortSignal): Promise<readonly AbortRule[]> {
  try {
    const response = await send({ method: 'GET', bucket, query: { lifecycle: '' }, signal })
    return abortRulesIn(await response.text()).filter(({ isEnabled }) => isEnabled)
  } catch (error) {
    if (error instanceof ServerError && error.code === 'NoSuchLifecycle') return []
    throw error
  }
}

/** When the first of some rules by age ends an upload, in milliseconds since 1970; undefined: none of them does. */
export function abortedAt(
  { key, initiated }: { readonly key: string; readonly initiated: number },
  rules: readonly AbortRule[],
): number | undefined {
  const days = rules.flatMap((rule) => (rule.days !== undefined && key.startsWith(rule.prefix) ? rule.days : []))
  return days.length === 0 ? undefined : initiated + Math.min(...days) * DAY_MS
}
