import { useCallback, useEffect, useState } from 'preact/hooks'

/** Something that a page loads: nothing yet, a value, or the reason why it could not be loaded. */
export interface Loaded<T> {
  readonly value: T | undefined
  readonly error: unknown
  readonly isLoading: boolean
  /** Loads again; the value stays until the next one has come. */
  readonly again: () => void
}

/** Loads a value when the component appears and whenever one of `keys` changes. */
export function useLoad<T>(load: (signal: AbortSignal) => Promise<T>, keys: readonly unknown[]): Loaded<T> {
  const [state, setState] = useState<{ value?: T; error?: unknown; isLoading: boolean }>({ isLoading: true })
  const [round, setRound] = useState(0)
  useEffect(() => {
    const stop = new AbortController()
    setState(({ value }) => ({ ...(round > 0 && value !== undefined ? { value } : {}), isLoading: true }))
    load(stop.signal).then(
      (value) => stop.signal.aborted || setState({ value, isLoading: false }),
      (error: unknown) => stop.signal.aborted || setState({ error, isLoading: false }),
    )
    return () => stop.abort()
  }, [...keys, round])
  const again = useCallback(() => setRound((times) => times + 1), [])
  return { value: state.value, error: state.error, isLoading: state.isLoading, again }
}
