/**
 * Histories: whether what clients were answered, some of them at the same time, is explained by one order of their
 * steps. Every order is tried in which a step that had ended before another began comes first; a step whose outcome is
 * lost may have had its effect, at any time from its begin on, or none.
 */

import { outcomes, type State } from './model.js'
import { withUnknownLast } from './model-listing.js'
import type { Names } from './names.js'
import type { Answer, Step } from './steps.js'

export interface Event {
  readonly step: Step
  readonly answer: Answer
  /** Places in the order of begins and ends. */
  readonly began: number
  readonly ended: number
}

/** An order that explains the answers: what the model foresaw, beside what was answered, and the state that it leaves. */
export interface Explanation {
  readonly state: State
  readonly foreseen: readonly (readonly [expected: Answer, found: Answer])[]
}

/** All states that an explanation leads to, each with one of its explanations. */
export function explain(before: State, history: readonly Event[], names: Names): readonly Explanation[] {
  const events = history.filter(({ step, answer }) => answer !== 'lost' || CHANGES.has(step.kind))
  const found = new Map<string, Explanation>()
  const seen = new Set<string>()

  function visit(state: State, left: number, foreseen: Explanation['foreseen']): void {
    const name = `${left} ${keyOf(state)}`
    if (seen.has(name)) return
    seen.add(name)
    const rest = events.filter((_, index) => (left & (1 << index)) !== 0)
    const firstEnd = Math.min(
      ...rest.map(({ answer, ended }) => (answer === 'lost' ? Number.POSITIVE_INFINITY : ended)),
    )
    if (firstEnd === Number.POSITIVE_INFINITY) found.set(keyOf(state), { state, foreseen })
    events.forEach((event, index) => {
      if ((left & (1 << index)) === 0 || event.began > firstEnd) return
      const answer = withUnknownLast(event.answer, names)
      for (const outcome of outcomes(state, event.step, names)) {
        if (answer === 'lost') visit(outcome.state, left & ~(1 << index), foreseen)
        else if (names.matches(outcome.answer, answer)) {
          visit(outcome.state, left & ~(1 << index), [...foreseen, [outcome.answer, answer]])
        }
      }
    })
  }

  visit(before, 2 ** events.length - 1, [])
  return [...found.values()]
}

const CHANGES: ReadonlySet<Step['kind']> = new Set([
  'put',
  'delete',
  'copy',
  'initiate',
  'part',
  'copyPart',
  'complete',
  'abort',
])

const keys = new WeakMap<State, string>()

/** The same for states that do not differ. */
export function keyOf(state: State): string {
  const known = keys.get(state)
  if (known !== undefined) return known
  const sorted = (map: ReadonlyMap<string, unknown>): unknown[] =>
    [...map].sort(([left], [right]) => (left < right ? -1 : 1))
  const uploads = sorted(state.uploads).map((entry) => {
    const [handle, { place, meta, parts }] = entry as [
      string,
      { place: string; meta: string; parts: Map<number, unknown> },
    ]
    return [handle, place, meta, [...parts].sort(([left], [right]) => left - right)]
  })
  const key = JSON.stringify([sorted(state.objects), uploads, sorted(state.receipts)])
  keys.set(state, key)
  return key
}
