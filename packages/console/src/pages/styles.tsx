import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { shownKey } from '../app/shown-key.js'
import { useAction } from '../app/use-action.js'
import { useLoad } from '../app/use-load.js'
import { AsCommand, quoted } from '../parts/as-command.js'
import { Choice, TextField } from '../parts/field.js'
import { Failure } from '../parts/notice.js'
import { PlainTable } from '../parts/plain-table.js'
import { WhenLoaded } from '../parts/states.js'
import { presigned } from '../wire/request.js'
import { deleteStyle, isStyle, listStyles, putStyle, STYLE_PRESETS, type Style } from '../wire/styles.js'

/** Seconds for which a picture may be loaded. */
const SHOWN_SECONDS = 300

/** The image styles of a bucket, with a try on one of its pictures. */
export function StylesCard({ bucket }: { readonly bucket: string }): JSX.Element {
  const words = useWords()
  const styles = useLoad((signal) => listStyles(bucket, signal), [bucket])
  const { error, act } = useAction(styles.again)
  const [style, setStyle] = useState<Style>({ name: '', content: STYLE_PRESETS[0][1] })
  return (
    <section class="card stack grow">
      <h2>{words.bucketSettings.cards.styles}</h2>
      <p class="muted">{words.styles.about}</p>
      <WhenLoaded loaded={styles}>
        {(all) =>
          all.length === 0 ? (
            <p>{words.styles.none}</p>
          ) : (
            <PlainTable
              rows={all}
              keyOf={({ name }) => name}
              columns={[
                { title: words.name, cell: ({ name }) => name },
                { title: words.styles.content, kind: 'mono', cell: ({ content }) => shownKey(content) },
                {
                  title: words.actions,
                  kind: 'tools',
                  cell: (one) => (
                    <>
                      <button type="button" class="button little" onClick={() => setStyle(one)}>
                        {words.styles.edit}
                      </button>{' '}
                      <button
                        type="button"
                        class="button danger little"
                        onClick={() => act(() => deleteStyle(bucket, one.name), words.bucketSettings.saved)}
                      >
                        {words.delete}
                      </button>
                    </>
                  ),
                },
              ]}
            />
          )
        }
      </WhenLoaded>
      {error !== undefined && <Failure error={error} />}
      <StyleForm
        style={style}
        onChange={setStyle}
        onSave={() => act(() => putStyle(bucket, style), words.bucketSettings.saved)}
      />
      <Try bucket={bucket} content={style.content} />
      <AsCommand
        lines={[
          `bindery api put-style --bucket ${bucket} --style-name ${quoted(style.name || 'NAME')} --body '<Style><Content>${style.content}</Content></Style>'`,
        ]}
      />
    </section>
  )
}

function StyleForm({
  style,
  onChange,
  onSave,
}: {
  readonly style: Style
  readonly onChange: (style: Style) => void
  readonly onSave: () => void
}): JSX.Element {
  const words = useWords()
  const preset = STYLE_PRESETS.find(([, content]) => content === style.content)?.[0] ?? 'own'
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault()
        onSave()
      }}
    >
      <div class="pairs">
        <TextField
          label={words.name}
          hint={words.styles.nameHint}
          value={style.name}
          onChange={(name) => onChange({ ...style, name })}
          required
        />
        <Choice
          label={words.styles.preset}
          value={preset}
          onChange={(chosen) =>
            onChange({ ...style, content: STYLE_PRESETS.find(([name]) => name === chosen)?.[1] ?? style.content })
          }
          options={[...STYLE_PRESETS.map(([name]) => name), 'own' as const].map(
            (name) => [name, words.styles.presets[name]] as const,
          )}
        />
        <TextField
          label={words.styles.content}
          hint={words.styles.contentHint}
          value={style.content}
          onChange={(content) => onChange({ ...style, content })}
          required
        />
      </div>
      <div class="row">
        <button type="submit" class="button primary" disabled={!isStyle(style)}>
          {words.save}
        </button>
      </div>
    </form>
  )
}

/** Shows a picture of the bucket as the process makes it. */
function Try({ bucket, content }: { readonly bucket: string; readonly content: string }): JSX.Element {
  const words = useWords()
  const [key, setKey] = useState('')
  const [url, setUrl] = useState<string | undefined>()
  const [hasFailed, setFailed] = useState(false)
  const act = async () => {
    setFailed(false)
    setUrl(await presigned({ method: 'GET', bucket, key, query: { 'x-oss-process': content } }, SHOWN_SECONDS))
  }
  return (
    <details>
      <summary>{words.styles.try}</summary>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          act().catch(() => setFailed(true))
        }}
      >
        <TextField
          label={words.styles.picture}
          hint={words.styles.pictureHint}
          value={key}
          onChange={setKey}
          required
        />
        <div class="row">
          <button type="submit" class="button" disabled={key === ''}>
            {words.styles.show}
          </button>
        </div>
        {hasFailed && <p role="status">{words.styles.failed}</p>}
        {url !== undefined && !hasFailed && (
          <div class="preview">
            <img src={url} alt={shownKey(key)} onError={() => setFailed(true)} />
          </div>
        )}
      </form>
    </details>
  )
}
