/**
 * Decides whether one order of steps explains the answers of clients, some of them concurrent. Every order is tried in
 * which a step that had ended before another began comes first. A step with a lost outcome may have taken effect at any
 * time after it began, or not at all.
 */

import { outcomes } from './model.js'
import { withUnknownLast } from './model-listing.js'
import type { Outcome, State } from './model-state.js'
import type { Names } from './names.js'
import type { Answer, Deed, Step } from './steps.js'

export interface Event {
  readonly step: Step | Deed
  readonly answer: Answer
  /** Positions in the order of all begins and ends. */
  readonly began: number
  readonly ended: number
  /** Calls of the stores failed meanwhile. */
  readonly faults?: boolean
}

/** An order that explains the answers: the expected and the actual answers, and the resulting state. */
export interface Explanation {
  readonly state: State
  readonly foreseen: readonly (readonly [expected: Answer, found: Answer])[]
}

/** All states that explanations lead to, each with one explanation. */
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

/**
 * Whether a step may be answered as it is: if the stores failed while an upload was completing itself, the completion
 * happens later.
 */
function isEnd({ faults = false }: Event, { rest }: Outcome): boolean {
  return rest === undefined || (faults && rest.kind === 'completeItself')
}

const nameOf = ({ step, began }: Event): string => `${began} ${step.kind === 'land' ? step.piece.content : step.kind}`

const CHANGES_NOTHING: ReadonlySet<Event['step']['kind']> = new Set([
  'get',
  'listParts',
  'listUploads',
  'listObjects',
  'listVersions',
  'stat',
])

const keys = new WeakMap<State, string>()

/** Equal for equal states. */
export function keyOf(state: State): string {
  const known = keys.get(state)
  if (known !== undefined) return known
  const sorted = (map: ReadonlyMap<string | number, unknown>): unknown[] =>
    [...map].sort(([left], [right]) => (left < right ? -1 : 1))
  const uploads = new Map(
    [...state.uploads].map(([handle, upload]) => [handle, { ...upload, parts: sorted(upload.parts) }]),
  )
  const { objects, versions, versioning, receipts } = state
  const key = JSON.stringify([objects, versions, versioning, uploads, receipts].map(sorted))
  keys.set(state, key)
  return key
}
