import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { AsCommand } from '../parts/as-command.js'
import { Failure } from '../parts/notice.js'
import { announce } from '../parts/toasts.js'
import { type DocumentName, documentKind } from '../wire/document-kinds.js'
import { deleteDocument, faultOf, indented, writeDocument } from '../wire/documents.js'
import { documentCommand } from './document-command.js'

/** A document as text. Its syntax is checked while it is typed, and the rest by the server, before anything is changed. */
export function DocumentEditor({
  bucket,
  name,
  text,
  onDone,
}: {
  readonly bucket: string
  readonly name: DocumentName
  readonly text: string | undefined
  readonly onDone: () => void
}): JSX.Element {
  const words = useWords()
  const { format, canDelete, sample } = documentKind(name)
  const [value, setValue] = useState(() => indented(text ?? sample.replaceAll('BUCKET', bucket), format))
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
        <button
          type="button"
          class="button"
          onClick={() => setValue(indented(text ?? sample.replaceAll('BUCKET', bucket), format))}
        >
          {words.bucketSettings.reset}
        </button>
        {canDelete && text !== undefined && (
          <button type="button" class="button danger" onClick={() => act(() => deleteDocument(bucket, name))}>
            {words.delete}
          </button>
        )}
      </div>
      <AsCommand lines={[documentCommand(bucket, name)]} />
    </form>
  )
}
