import type { ComponentChildren, JSX } from 'preact'
import { useWords } from '../app/language.js'
import { ServerError } from '../wire/server-error.js'
import { CopyButton } from './copy-button.js'

/** A sentence that stands out. */
export function Notice({
  kind,
  children,
}: {
  readonly kind: 'plain' | 'good' | 'warn' | 'bad'
  readonly children: ComponentChildren
}): JSX.Element {
  return (
    <div class={`notice ${kind}`} role={kind === 'bad' ? 'alert' : undefined}>
      {children}
    </div>
  )
}

/** Why something failed: what the server answered, what to do about it, and a report to copy. */
export function Failure({
  error,
  children,
}: {
  readonly error: unknown
  readonly children?: ComponentChildren
}): JSX.Element {
  const words = useWords()
  if (!(error instanceof ServerError)) return <Notice kind="bad">{String(error)}</Notice>
  const { status, code, message, ec, requestId } = error
  const advice = words.advice[code as keyof typeof words.advice]
  const facts = [code, ec && `EC ${ec}`, requestId && words.requestNumber(requestId)].filter(Boolean).join(' · ')
  return (
    <Notice kind="bad">
      <strong>{status === 0 ? words.noAnswer : (advice ?? message)}</strong>
      {advice !== undefined && status !== 0 && <span>{message}</span>}
      <div class="row small">
        <span>{facts}</span>
        <CopyButton text={`${facts}\n${message}`} label={words.copyReport} />
      </div>
      {children}
    </Notice>
  )
}
