/**
 * Histories: whether what clients were answered, some of them at the same time, is explained by one order of their
 * steps. Every order is tried in which a step that had ended before another began comes first; a step whose outcome is
 * lost may have had its effect, at any time from its begin on, or none.
 */

import { outcomes } from './model.js'
import { withUnknownLast } from './model-listing.js'
import type { Outcome, State } from './model-state.js'
import type { Names } from './names.js'
import type { Answer, Deed, Step } from './steps.js'

export interface Event {
  readonly step: Step | Deed
  readonly answer: Answer
  /** Places in the order of begins and ends. */
  readonly began: number
  readonly ended: number
  /** Calls of the stores failed meanwhile. */
  readonly faults?: boolean
}

/** An order that explains the answers: what the model foresaw, beside what was answered, and the state that it leaves. */
export interface Explanation {
  readonly state: State
  readonly foreseen: readonly (readonly [expected: Answer, found: Answer])[]
}

/** All states that an explanation leads to, each with one of its explanations. */
export function explain(before: State, history: readonly Event[], names: Names): readonly Explanation[] {
  const events = history.filter(({ step, answer }) => answer !== 'lost' || !CHANGES_NOTHING.has(step.kind))
  const found = new Map<string, Explanation>()
  const seen = new Set<string>()

  function visit(state: State, left: readonly Event[], foreseen: Explanation['foreseen']): void {
    const name = `${left.map(nameOf)} ${keyOf(state)}`
    if (seen.has(name)) return
    seen.add(name)
    const firstEnd = Math.min(
      ...left.map(({ answer, ended }) => (answer === 'lost' ? Number.POSITIVE_INFINITY : ended)),
    )
    if (firstEnd === Number.POSITIVE_INFINITY) found.set(keyOf(state), { state, foreseen })
    left.forEach((event, index) => {
      if (event.began > firstEnd) return
      const answer = withUnknownLast(event.answer, names)
      for (const outcome of outcomes(state, event.step, names)) {
        if (outcome.rest !== undefined)
          visit(outcome.state, left.with(index, { ...event, step: outcome.rest }), foreseen)
        if (!isEnd(event, outcome)) continue
        if (answer === 'lost') visit(outcome.state, left.toSpliced(index, 1), foreseen)
        else if (names.matches(outcome.answer, answer)) {
          visit(outcome.state, left.toSpliced(index, 1), [...foreseen, [outcome.answer, answer]])
        }
      }
    })
  }

  visit(before, events, [])
  return [...found.values()]
}

/** Whether a step may be answered as it is: what a store could not do for an upload that completes itself is done later. */
function isEnd({ faults = false }: Event, { rest }: Outcome): boolean {
  return rest === undefined || (faults && rest.kind === 'completeItself')
}

const nameOf = ({ step, began }: Event): string => `${began} ${step.kind === 'land' ? step.piece.content : step.kind}`

const CHANGES_NOTHING: ReadonlySet<Event['step']['kind']> = new Set([
  'get',
  'listParts',
  'listUploads',
  'listObjects',
  'stat',
])

const keys = new WeakMap<State, string>()

/** The same for states that do not differ. */
export function keyOf(state: State): string {
  const known = keys.get(state)
  if (known !== undefined) return known
  const sorted = <K extends string | number>(map: ReadonlyMap<K, unknown>): unknown[] =>
    [...map].sort(([left], [right]) => (left < right ? -1 : 1))
  const uploads = new Map(
    [...state.uploads].map(([handle, upload]) => [handle, { ...upload, parts: sorted(upload.parts) }]),
  )
  const key = JSON.stringify([sorted(state.objects), sorted(uploads), sorted(state.receipts)])
  keys.set(state, key)
  return key
}
