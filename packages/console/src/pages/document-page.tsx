import { parseXml, textOf } from '@bindery/client/xml'
import type { JSX } from 'preact'
import type { PageProps } from '../app/console.js'
import { useWords } from '../app/language.js'
import { useAction } from '../app/use-action.js'
import { useLoad } from '../app/use-load.js'
import { AsCommand } from '../parts/as-command.js'
import { Failure } from '../parts/notice.js'
import { WhenLoaded } from '../parts/states.js'
import { type DocumentName, documentKind } from '../wire/document-kinds.js'
import { readDocument, writeDocument } from '../wire/documents.js'
import { FORMS } from '../wire/forms.js'
import { BucketTags } from './bucket-tags.js'
import { Callbacks } from './callbacks.js'
import { CorsRules } from './cors-rules.js'
import { CorsTest } from './cors-test.js'
import { documentCommand } from './document-command.js'
import { DocumentEditor } from './document-editor.js'
import { DocumentForm } from './document-form.js'
import { LifecycleRules } from './lifecycle-rules.js'
import { PolicyStatements } from './policy-statements.js'

/** Documents with a form of their own. */
const FORMS_OF_DOCUMENTS: Readonly<
  Partial<
    Record<
      DocumentName,
      (props: {
        readonly bucket: string
        readonly text: string | undefined
        readonly suggested: { readonly days: string; readonly prefix: string } | undefined
        readonly onDone: () => void
      }) => JSX.Element
    >
  >
> = {
  lifecycle: LifecycleRules,
  cors: CorsRules,
  policy: PolicyStatements,
  callbackPolicy: Callbacks,
  tagging: BucketTags,
}

/** One document: by its own form, by fields, or as text. */
export function DocumentPage({
  bucket,
  name,
  query: { days, prefix = '' },
}: {
  readonly bucket: string
  readonly name: DocumentName
  readonly query: PageProps['query']
}): JSX.Element {
  const words = useWords()
  const suggested = days === undefined ? undefined : { days, prefix }
  const form = FORMS[name]
  const OwnForm = FORMS_OF_DOCUMENTS[name]
  const document = useLoad((signal) => readDocument(bucket, name, signal), [bucket, name])
  const editor = (text: string | undefined) => (
    <DocumentEditor bucket={bucket} name={name} text={text} onDone={document.again} />
  )
  const isUnset = !document.isLoading && document.error === undefined && document.value === undefined
  // a document that was never set is a value too
  const shown = { ...document, value: document.isLoading ? undefined : { text: document.value } }
  return (
    <section class="card stack grow">
      <h2>{words.bucketSettings.names[name]}</h2>
      <p class="muted">{words.bucketSettings.about[name]}</p>
      {isUnset && OwnForm === undefined && name !== 'versioning' && (
        <p>
          <span class="badge">{words.bucketSettings.notSet}</span>
        </p>
      )}
      {document.error !== undefined ? (
        <Failure error={document.error} />
      ) : (
        <WhenLoaded loaded={shown}>
          {({ text }) => (
            <>
              {name === 'versioning' && <Versioning bucket={bucket} text={text} onDone={document.again} />}
              {OwnForm && <OwnForm bucket={bucket} text={text} suggested={suggested} onDone={document.again} />}
              {name === 'cors' && <CorsTest bucket={bucket} />}
              {name === 'callbackPolicy' && <p class="muted">{words.bucketSettings.liveEvents}</p>}
              {form === undefined && OwnForm === undefined ? (
                editor(text)
              ) : (
                <>
                  {form && (
                    <DocumentForm
                      bucket={bucket}
                      name={name}
                      form={form}
                      text={text ?? documentKind(name).sample.replaceAll('BUCKET', bucket)}
                      onDone={document.again}
                    />
                  )}
                  <details>
                    <summary>{words.forms.asText}</summary>
                    {editor(text)}
                  </details>
                </>
              )}
            </>
          )}
        </WhenLoaded>
      )}
    </section>
  )
}

function Versioning({
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
  const status = text === undefined ? undefined : textOf(parseXml(text), 'Status')
  const next = status === 'Enabled' ? 'Suspended' : 'Enabled'
  const document = `<VersioningConfiguration><Status>${next}</Status></VersioningConfiguration>`
  return (
    <>
      <div class="row">
        <span class={`badge ${status === 'Enabled' ? 'good' : ''}`}>
          {words.bucketSettings.versioning[status === 'Enabled' || status === 'Suspended' ? status : 'never']}
        </span>
        <button
          type="button"
          class="button"
          onClick={() => act(() => writeDocument(bucket, 'versioning', document), words.bucketSettings.saved)}
        >
          {words.bucketSettings.setVersioning[next]}
        </button>
      </div>
      {error !== undefined && <Failure error={error} />}
      <AsCommand lines={[documentCommand(bucket, 'versioning')]} />
    </>
  )
}
