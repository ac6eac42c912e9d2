import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { Page } from '../wire/objects.js'

/** The pages of a listing that were loaded so far. */
export interface Listing<Row> {
  readonly rows: readonly Row[]
  readonly isLoading: boolean
  readonly isComplete: boolean
  readonly error: unknown
  /** Loads the next page unless one is on its way. */
  readonly more: () => void
  /** Begins again, with the first page. */
  readonly again: () => void
  /** Reads the first page again, in place of what is shown; does nothing where more was loaded, which would be lost. */
  readonly renew: () => void
}

/** The most rows of a page that a server sends. */
const PAGE_ROWS = 1_000

type Position = Readonly<Record<string, string>>

interface State<Row> {
  /** Grows in place: copying a million rows for each page of a thousand would block the page. */
  readonly rows: Row[]
  /** Undefined after the last page. */
  readonly next: Position | undefined
  readonly isLoading: boolean
  readonly error?: unknown
}

/** Loads a listing page by page, and begins again whenever one of `keys` changes. */
export function useListing<Row>(
  load: (position: Position, signal: AbortSignal) => Promise<Page<Row>>,
  keys: readonly unknown[],
): Listing<Row> {
  const [state, setState] = useState<State<Row>>({ rows: [], next: {}, isLoading: true })
  const [round, setRound] = useState(0)
  const stop = useRef(new AbortController())
  const run = (rows: Row[], position: Position) => {
    const { signal } = stop.current
    setState({ rows, next: position, isLoading: true })
    load(position, signal).then(
      (page) => {
        if (signal.aborted) return
        rows.push(...page.rows)
        setState({ rows, next: page.next, isLoading: false })
      },
      (error: unknown) => {
        if (!signal.aborted) setState({ rows, next: position, isLoading: false, error })
      },
    )
  }
  useEffect(() => {
    stop.current = new AbortController()
    run([], {})
    return () => stop.current.abort()
  }, [...keys, round])
  const more = () => {
    if (!state.isLoading && state.error === undefined && state.next !== undefined) run(state.rows, state.next)
  }
  const renew = () => {
    const { signal } = stop.current
    if (state.isLoading || state.next !== undefined || state.rows.length > PAGE_ROWS) return
    load({}, signal).then(
      ({ rows: [...rows], next }) => signal.aborted || setState({ rows, next, isLoading: false }),
      () => {},
    )
  }
  const again = useCallback(() => setRound((times) => times + 1), [])
  const { rows, isLoading, next, error } = state
  return { rows, isLoading, isComplete: next === undefined, error, more, again, renew }
}
