import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { AsCommand } from './as-command.js'
import { Icon } from './icon.js'

/** A window over the page. Escape and a click outside close it; the focus returns to where it was. */
export function Dialog({
  title,
  onClose,
  commands,
  wide = false,
  children,
}: {
  readonly title: string
  readonly onClose: () => void
  /** The command lines that do the same; none for what changes nothing but the page. */
  readonly commands: readonly string[]
  readonly wide?: boolean
  readonly children: ComponentChildren
}): JSX.Element {
  const words = useWords()
  const element = useRef<HTMLDialogElement>(null)
  const heading = useId()
  useEffect(() => {
    const before = document.activeElement
    element.current?.showModal()
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the browser closes it by Escape
    <dialog
      ref={element}
      class={wide ? 'wide' : ''}
      aria-labelledby={heading}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === element.current) onClose()
      }}
    >
      <div>
        <div class="row apart">
          <h2 id={heading}>{title}</h2>
          <button type="button" class="button bare icon little" aria-label={words.close} onClick={onClose}>
            <Icon name="close" />
          </button>
        </div>
        {children}
        {commands.length > 0 && <AsCommand lines={commands} />}
      </div>
    </dialog>
  )
}
