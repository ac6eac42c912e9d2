import { useRef, useState } from 'preact/hooks'

/** A run over many things, which a dialog shows and can stop. */
export interface Run {
  /** Things that are done; undefined before the start. */
  readonly done: number | undefined
  readonly error: unknown
  readonly isRunning: boolean
  /** Begins, or begins again after a failure. */
  readonly start: (act: (progress: RunProgress) => Promise<void>) => void
  /** Stops the run and closes the dialog; what was done shows in the page behind. */
  readonly close: () => void
}

/** The report of a run, and whether it goes on. */
export interface RunProgress {
  readonly onDone: (count: number) => void
  readonly goesOn: () => boolean
}

/** The run of a dialog. `onDone` is called where the page behind must be loaded again, `onClose` where nothing was done. */
export function useRun({ onClose, onDone }: { readonly onClose: () => void; readonly onDone: () => void }): Run {
  const [done, setDone] = useState<number | undefined>()
  const [error, setError] = useState<unknown>(undefined)
  const isOpen = useRef(true)
  const close = () => {
    isOpen.current = false
    if (done === undefined) onClose()
    else onDone()
  }
  const start: Run['start'] = (act) => {
    setError(undefined)
    setDone(0)
    const goesOn = () => isOpen.current
    act({ onDone: setDone, goesOn }).then(() => {
      if (goesOn()) onDone()
    }, setError)
  }
  return { done, error, isRunning: done !== undefined && error === undefined, start, close }
}
