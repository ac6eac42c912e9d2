import { useCallback, useEffect, useState } from 'preact/hooks'

/** Something that a page loads: nothing yet, a value, or the reason why it could not be loaded. */
export interface Loaded<T> {
  readonly value: T | undefined
  readonly error: unknown
  readonly isLoading: boolean
  /** Loads again; the value stays until the next one has come. */
  readonly again: () => void
}

interface State<T> {
  /** Those for which it was loaded. */
  readonly keys: readonly unknown[]
  readonly value?: T
  readonly error?: unknown
  readonly isLoading: boolean
}

const NOTHING = { value: undefined, error: undefined, isLoading: true }

/** Loads a value when the component appears and whenever one of `keys` changes. */
export function useLoad<T>(load: (signal: AbortSignal) => Promise<T>, keys: readonly unknown[]): Loaded<T> {
  const [state, setState] = useState<State<T>>({ keys, isLoading: true })
  const [round, setRound] = useState(0)
  useEffect(() => {
    const stop = new AbortController()
    setState((before) => {
      const { value } = areSame(before.keys, keys) ? before : {}
      return { keys, isLoading: true, ...(value !== undefined && { value }) }
    })
    load(stop.signal).then(
      (value) => stop.signal.aborted || setState({ keys, value, isLoading: false }),
      (error: unknown) => stop.signal.aborted || setState({ keys, error, isLoading: false }),
    )
    return () => stop.abort()
  }, [...keys, round])
  const again = useCallback(() => setRound((times) => times + 1), [])
  // until the effect has run, the state is that of other keys
  if (!areSame(keys, state.keys)) return { ...NOTHING, again }
  return { value: state.value, error: state.error, isLoading: state.isLoading, again }
}

function areSame(keys: readonly unknown[], others: readonly unknown[]): boolean {
  return keys.every((key, index) => Object.is(key, others[index]))
}
