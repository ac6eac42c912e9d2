import { useState } from 'preact/hooks'
import { announce } from '../parts/toasts.js'

/** A change by a card, and why the last one failed. */
export interface Action {
  /** Undefined while nothing has failed. */
  readonly error: unknown
  /** Runs a change, then announces that it is done. */
  act(change: () => Promise<void>, done: string): void
}

/** Changes of what a card shows; `again` loads it again after each. */
export function useAction(again: () => void): Action {
  const [error, setError] = useState<unknown>(undefined)
  const act: Action['act'] = (change, done) => {
    setError(undefined)
    change().then(() => {
      announce(done)
      again()
    }, setError)
  }
  return { error, act }
}
