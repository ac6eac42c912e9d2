import type { JSX } from 'preact'
import { Store, useStore } from '../app/store.js'
import { Failure, Notice } from './notice.js'

interface Toast {
  readonly id: number
  readonly text?: string
  readonly error?: unknown
}

const SHOWN_MS = 6_000
const toasts = new Store<readonly Toast[]>([])
let last = 0

function show(toast: Omit<Toast, 'id'>): void {
  last += 1
  const id = last
  toasts.set([...toasts.value, { ...toast, id }])
  setTimeout(() => toasts.set(toasts.value.filter((one) => one.id !== id)), SHOWN_MS)
}

/** Shows for some seconds that something was done. */
export function announce(text: string): void {
  show({ text })
}

/** Shows for some seconds that something failed. */
export function announceFailure(error: unknown): void {
  show({ error })
}

/** Where announcements appear; screen readers read them out. */
export function Toasts(): JSX.Element {
  const all = useStore(toasts)
  return (
    <div class="toasts" aria-live="polite">
      {all.map(({ id, text, error }) =>
        text === undefined ? (
          <Failure key={id} error={error} />
        ) : (
          <Notice key={id} kind="good">
            {text}
          </Notice>
        ),
      )}
    </div>
  )
}
