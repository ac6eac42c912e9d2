import { parseXml, textOf } from '@bindery/client/xml'
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { BucketFrame } from '../app/bucket-frame.js'
import type { PageProps } from '../app/console.js'
import { useWords } from '../app/language.js'
import { link } from '../app/route.js'
import { useLoad } from '../app/use-load.js'
import { Choice } from '../parts/field.js'
import { Failure } from '../parts/notice.js'
import { WhenLoaded } from '../parts/states.js'
import { announce } from '../parts/toasts.js'
import { type Acl, readBucketAcl, writeBucketAcl } from '../wire/buckets.js'
import { DOCUMENTS, type DocumentName, readDocument, writeDocument } from '../wire/documents.js'
import { FORMS } from '../wire/forms.js'
import { BucketTags } from './bucket-tags.js'
import { CorsRules } from './cors-rules.js'
import { CorsTest } from './cors-test.js'
import { DocumentEditor } from './document-editor.js'
import { DocumentForm } from './document-form.js'
import { InventoriesCard } from './inventories.js'
import { LifecycleRules } from './lifecycle-rules.js'
import { PolicyStatements } from './policy-statements.js'
import { ReplicationCard } from './replication.js'
import { RetentionCard } from './retention.js'

/** The settings of a bucket: one document at a time, with a form where it has one. */
export function BucketSettingsPage({ path, query }: PageProps): JSX.Element {
  const words = useWords()
  const [bucket = ''] = path
  const kind = DOCUMENTS.find(({ name }) => name === query.document)
  const card = CARDS.find(([name]) => name === query.document)
  const here = (document?: string) => link(['buckets', bucket, 'settings'], { document })
  return (
    <BucketFrame bucket={bucket} tab="settings">
      <div class="split">
        <nav class="side" aria-label={words.bucketSettings.documents}>
          <ul>
            <li>
              <a href={here()} aria-current={kind === undefined && card === undefined ? 'page' : undefined}>
                {words.bucketSettings.access}
              </a>
            </li>
            {DOCUMENTS.map(({ name }) => (
              <li key={name}>
                <a href={here(name)} aria-current={kind?.name === name ? 'page' : undefined}>
                  {words.bucketSettings.names[name]}
                </a>
              </li>
            ))}
            {CARDS.map(([name]) => (
              <li key={name}>
                <a href={here(name)} aria-current={card?.[0] === name ? 'page' : undefined}>
                  {words[name].title}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <Shown bucket={bucket} card={card?.[1]} name={kind?.name} query={query} />
      </div>
    </BucketFrame>
  )
}

/** Settings that are several documents, each with a page of its own. */
const CARDS = [
  ['retention', RetentionCard],
  ['inventories', InventoriesCard],
  ['replication', ReplicationCard],
] as const

function Shown({
  bucket,
  card: Card,
  name,
  query,
}: {
  readonly bucket: string
  readonly card: (typeof CARDS)[number][1] | undefined
  readonly name: DocumentName | undefined
  readonly query: PageProps['query']
}): JSX.Element {
  if (Card !== undefined) return <Card key={bucket} bucket={bucket} />
  if (name !== undefined) return <DocumentPage key={`${bucket} ${name}`} bucket={bucket} name={name} query={query} />
  return <AclCard bucket={bucket} />
}

/** Documents with a form of their own. */
const FORMS_OF_DOCUMENTS: Readonly<
  Partial<
    Record<
      DocumentName,
      (props: {
        readonly bucket: string
        readonly text: string | undefined
        readonly onDone: () => void
      }) => JSX.Element
    >
  >
> = {
  cors: CorsRules,
  policy: PolicyStatements,
  tagging: BucketTags,
}

function DocumentPage({
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
  const kind = DOCUMENTS.find((one) => one.name === name) ?? DOCUMENTS[0]
  const form = FORMS[name]
  const OwnForm = FORMS_OF_DOCUMENTS[name]
  const document = useLoad((signal) => readDocument(bucket, name, signal), [bucket, name])
  const editor = (text: string | undefined) => (
    <DocumentEditor bucket={bucket} kind={kind} text={text} onDone={document.again} />
  )
  // a document that was never set is a value too
  const shown = { ...document, value: document.isLoading ? undefined : { text: document.value } }
  return (
    <section class="card stack grow">
      <h2>{words.bucketSettings.names[name]}</h2>
      <p class="muted">{words.bucketSettings.about[name]}</p>
      {document.error !== undefined ? (
        <Failure error={document.error} />
      ) : (
        <WhenLoaded loaded={shown}>
          {({ text }) => (
            <>
              {name === 'versioning' && <Versioning bucket={bucket} text={text} onDone={document.again} />}
              {name === 'lifecycle' && (
                <LifecycleRules bucket={bucket} text={text} suggested={suggested} onDone={document.again} />
              )}
              {OwnForm && <OwnForm bucket={bucket} text={text} onDone={document.again} />}
              {name === 'cors' && <CorsTest bucket={bucket} />}
              {form === undefined && OwnForm === undefined ? (
                editor(text)
              ) : (
                <>
                  {form && (
                    <DocumentForm
                      bucket={bucket}
                      name={name}
                      form={form}
                      text={text ?? kind.sample.replaceAll('BUCKET', bucket)}
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

function AclCard({ bucket }: { readonly bucket: string }): JSX.Element {
  const words = useWords()
  const acl = useLoad((signal) => readBucketAcl(bucket, signal), [bucket])
  const [error, setError] = useState<unknown>(undefined)
  const save = async (value: Acl) => {
    setError(undefined)
    await writeBucketAcl(bucket, value)
    announce(words.object.aclSaved)
    acl.again()
  }
  return (
    <section class="card stack grow">
      <h2>{words.bucketSettings.access}</h2>
      <p class="muted">{words.object.aclHint}</p>
      <WhenLoaded loaded={acl}>
        {(value) => (
          <Choice
            label={words.object.aclLabel}
            value={value}
            onChange={(one) => void save(one).catch(setError)}
            options={[
              ['private', words.acls.private],
              ['public-read', words.acls.publicRead],
              ['public-read-write', words.acls.publicReadWrite],
            ]}
          />
        )}
      </WhenLoaded>
      {error !== undefined && <Failure error={error} />}
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
  const [error, setError] = useState<unknown>(undefined)
  const status = text === undefined ? undefined : textOf(parseXml(text), 'Status')
  const set = async (next: 'Enabled' | 'Suspended') => {
    setError(undefined)
    await writeDocument(
      bucket,
      'versioning',
      `<VersioningConfiguration><Status>${next}</Status></VersioningConfiguration>`,
    )
    announce(words.bucketSettings.saved)
    onDone()
  }
  const next = status === 'Enabled' ? 'Suspended' : 'Enabled'
  return (
    <div class="row">
      <span class={`badge ${status === 'Enabled' ? 'good' : ''}`}>
        {words.bucketSettings.versioning[status === 'Enabled' || status === 'Suspended' ? status : 'never']}
      </span>
      <button type="button" class="button" onClick={() => void set(next).catch(setError)}>
        {words.bucketSettings.setVersioning[next]}
      </button>
      {error !== undefined && <Failure error={error} />}
    </div>
  )
}
