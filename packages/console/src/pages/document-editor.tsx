import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { Failure } from '../parts/notice.js'
import { announce } from '../parts/toasts.js'
import { type DocumentKind, deleteDocument, faultOf, indented, writeDocument } from '../wire/documents.js'

/** A document as text. Its syntax is checked while it is typed, and the rest by the server, before anything is changed. */
export function DocumentEditor({
  bucket,
  kind,
  text,
  onDone,
}: {
  readonly bucket: string
  readonly kind: DocumentKind
  readonly text: string | undefined
  readonly onDone: () => void
}): JSX.Element {
  const words = useWords()
  const { name, format, canDelete, sample } = kind
  const [value, setValue] = useState(() => indented(text ?? sample, format))
  const [error, setError] = useState<unknown>(undefined)
  const fault = faultOf(value, format)
  const act = (what: () => Promise<void>) => {
    setError(undefined)
    what().then(() => {
      announce(words.bucketSettings.saved)
      onDone()
    }, setError)
  }
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault()
        act(() => writeDocument(bucket, name, value))
      }}
    >
      {text === undefined && <p class="badge">{words.bucketSettings.notSet}</p>}
      <label class="field">
        <span>{words.bucketSettings.document(format.toUpperCase())}</span>
        <textarea
          rows={Math.min(26, Math.max(8, value.split('\n').length + 1))}
          spellcheck={false}
          value={value}
          aria-invalid={fault !== undefined}
          onInput={(event) => setValue(event.currentTarget.value)}
        />
        <span class="small muted">{fault ?? words.bucketSettings.checked}</span>
      </label>
      {error !== undefined && <Failure error={error} />}
      <div class="row">
        <button type="submit" class="button primary" disabled={fault !== undefined}>
          {words.save}
        </button>
        <button type="button" class="button" onClick={() => setValue(indented(text ?? sample, format))}>
          {words.bucketSettings.reset}
        </button>
        {canDelete && text !== undefined && (
          <button type="button" class="button danger" onClick={() => act(() => deleteDocument(bucket, name))}>
            {words.delete}
          </button>
        )}
      </div>
    </form>
  )
}
