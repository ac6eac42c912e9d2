import type { JSX } from 'preact'
import { useWords } from '../app/language.js'
import { Store, useStore } from '../app/store.js'
import { Failure, Notice } from './notice.js'

interface Toast {
  readonly id: number
  readonly text?: string
  readonly error?: unknown
}

const SHOWN_MS = 6_000
const SHOWN_MAX = 4
const toasts = new Store<readonly Toast[]>([])
let last = 0

function show(toast: Omit<Toast, 'id'>): void {
  last += 1
  const id = last
  toasts.set([...toasts.value.slice(1 - SHOWN_MAX), { ...toast, id }])
  // a failure has a report to be read and copied
  if (toast.error === undefined) setTimeout(() => remove(id), SHOWN_MS)
}

function remove(id: number): void {
  toasts.set(toasts.value.filter((one) => one.id !== id))
}

/** Shows for some seconds that something was done. */
export function announce(text: string): void {
  show({ text })
}

/** Shows that something failed, until that is closed. */
export function announceFailure(error: unknown): void {
  show({ error })
}

/** Where announcements appear; screen readers read them out. */
export function Toasts(): JSX.Element {
  const words = useWords()
  const all = useStore(toasts)
  return (
    <div class="toasts" aria-live="polite">
      {all.map(({ id, text, error }) =>
        text === undefined ? (
          <Failure key={id} error={error}>
            <button type="button" class="button little" onClick={() => remove(id)}>
              {words.close}
            </button>
          </Failure>
        ) : (
          <Notice key={id} kind="good">
            {text}
          </Notice>
        ),
      )}
    </div>
  )
}
