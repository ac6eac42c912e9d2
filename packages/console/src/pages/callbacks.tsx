import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { shownKey } from '../app/shown-key.js'
import { useAction } from '../app/use-action.js'
import { AsCommand } from '../parts/as-command.js'
import { Choice, TextArea, TextField } from '../parts/field.js'
import { Failure } from '../parts/notice.js'
import { PlainTable } from '../parts/plain-table.js'
import { BODY_TYPES, callbackDocument, callbacksIn, isCallback } from '../wire/callbacks.js'
import { deleteDocument, writeDocument } from '../wire/documents.js'
import { documentCommand } from './document-command.js'

const FIRST = {
  ...{ name: '', url: '', bodyType: BODY_TYPES[0] as string },
  body: `bucket=\${bucket}&object=\${object}&size=\${size}&etag=\${etag}`,
}

/** The callbacks of a bucket as a table, and a form that adds one. */
export function Callbacks({
  bucket,
  text,
  onDone,
}: {
  readonly bucket: string
  readonly text: string | undefined
  readonly onDone: () => void
}): JSX.Element {
  const words = useWords()
  const { error, act } = useAction(onDone)
  const callbacks = text === undefined ? [] : callbacksIn(text)
  const raws = callbacks.map(({ raw }) => raw)
  const remove = (at: number) =>
    act(async () => {
      const left = raws.filter((_, index) => index !== at)
      if (left.length === 0) await deleteDocument(bucket, 'callbackPolicy')
      else await writeDocument(bucket, 'callbackPolicy', callbackDocument(left))
    }, words.bucketSettings.saved)
  return (
    <div class="stack">
      {callbacks.length === 0 ? (
        <p>{words.callbacks.none}</p>
      ) : (
        <PlainTable
          rows={callbacks}
          keyOf={({ name }) => name}
          columns={[
            { title: words.name, cell: ({ name }) => shownKey(name) },
            { title: 'URL', kind: 'break', cell: ({ url }) => shownKey(url) },
            { title: words.callbacks.body, kind: 'break', cell: ({ body }) => <code>{shownKey(body)}</code> },
            {
              title: words.actions,
              kind: 'tools',
              cell: (_, index) => (
                <button type="button" class="button danger little" onClick={() => remove(index)}>
                  {words.delete}
                </button>
              ),
            },
          ]}
        />
      )}
      {error !== undefined && <Failure error={error} />}
      <AddCallback
        onAdd={(added) =>
          act(() => writeDocument(bucket, 'callbackPolicy', callbackDocument(raws, added)), words.bucketSettings.saved)
        }
      />
      <AsCommand lines={[documentCommand(bucket, 'callbackPolicy')]} />
    </div>
  )
}

function AddCallback({ onAdd }: { readonly onAdd: (added: typeof FIRST) => void }): JSX.Element {
  const words = useWords()
  const [added, setAdded] = useState(FIRST)
  const change = (more: Partial<typeof FIRST>) => setAdded({ ...added, ...more })
  return (
    <details>
      <summary>{words.callbacks.add}</summary>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          onAdd(added)
        }}
      >
        <div class="pairs">
          <TextField
            label={words.name}
            hint={words.callbacks.nameHint}
            value={added.name}
            onChange={(name) => change({ name })}
            required
          />
          <TextField
            label="URL"
            hint="https://app.example/stored"
            value={added.url}
            onChange={(url) => change({ url: url.trim() })}
            required
          />
          <Choice
            label={words.callbacks.bodyType}
            value={added.bodyType}
            onChange={(bodyType) => change({ bodyType })}
            options={BODY_TYPES.map((one) => [one, one] as const)}
          />
        </div>
        <TextArea
          label={words.callbacks.body}
          hint={words.callbacks.bodyHint}
          value={added.body}
          onChange={(body) => change({ body })}
        />
        <div class="row">
          <button type="submit" class="button primary" disabled={!isCallback(added)}>
            {words.callbacks.add}
          </button>
        </div>
      </form>
    </details>
  )
}
