import type { ComponentChildren, JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { faultOf, indented } from '../wire/documents.js'
import { Failure } from './notice.js'
import { announce } from './toasts.js'

/** A text of JSON with its label; its syntax is checked while it is typed. */
export function JsonField({
  label,
  value,
  onChange,
  isReadOnly = false,
}: {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly isReadOnly?: boolean
}): JSX.Element {
  const words = useWords()
  const fault = faultOf(value, 'json')
  return (
    <label class="field">
      <span>{label}</span>
      <textarea
        rows={Math.min(22, Math.max(6, value.split('\n').length + 1))}
        spellcheck={false}
        value={value}
        readOnly={isReadOnly}
        aria-invalid={fault !== undefined}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      <span class="small muted">{fault ?? words.access.documentHint}</span>
    </label>
  )
}

/** A document of JSON that is saved on its own; the server checks the rest. */
export function JsonEditor({
  label,
  document,
  isReadOnly = false,
  save,
  children,
}: {
  readonly label: string
  readonly document: string
  readonly isReadOnly?: boolean
  readonly save: (document: string) => Promise<void>
  readonly children?: ComponentChildren
}): JSX.Element {
  const words = useWords()
  const [text, setText] = useState(() => indented(document, 'json'))
  const [error, setError] = useState<unknown>(undefined)
  const act = async () => {
    setError(undefined)
    await save(text)
    announce(words.access.policySaved)
  }
  return (
    <form
      class="stack tight"
      onSubmit={(event) => {
        event.preventDefault()
        act().catch(setError)
      }}
    >
      <JsonField label={label} value={text} onChange={setText} isReadOnly={isReadOnly} />
      {error !== undefined && <Failure error={error} />}
      {!isReadOnly && (
        <div class="row">
          <button type="submit" class="button primary" disabled={faultOf(text, 'json') !== undefined}>
            {words.save}
          </button>
        </div>
      )}
      {children}
    </form>
  )
}
