import type { ComponentChildren, JSX } from 'preact'
import { useWords } from '../app/language.js'
import type { Loaded } from '../app/use-load.js'
import { Command } from './as-command.js'
import { Failure } from './notice.js'

/** A list without entries: what could be in it, and how that comes about. */
export function Empty({
  text,
  command,
  children,
}: {
  readonly text: string
  readonly command?: string
  readonly children?: ComponentChildren
}): JSX.Element {
  return (
    <div class="empty">
      <p>{text}</p>
      {children}
      {command !== undefined && <Command text={command} />}
    </div>
  )
}

/** Shows what was loaded, or why it was not. */
export function WhenLoaded<T>({
  loaded,
  children,
}: {
  readonly loaded: Loaded<T>
  readonly children: (value: T) => ComponentChildren
}): JSX.Element {
  const words = useWords()
  if (loaded.value !== undefined) return <>{children(loaded.value)}</>
  if (loaded.error === undefined) return <p class="muted">{words.loading}</p>
  return (
    <Failure error={loaded.error}>
      <div class="row">
        <button type="button" class="button little" onClick={loaded.again}>
          {words.tryAgain}
        </button>
      </div>
    </Failure>
  )
}
