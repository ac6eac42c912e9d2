import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { useLoad } from '../app/use-load.js'
import { Choice } from '../parts/field.js'
import { Failure, Notice } from '../parts/notice.js'
import { PairsForm } from '../parts/pairs-form.js'
import { WhenLoaded } from '../parts/states.js'
import { announce } from '../parts/toasts.js'
import { EDITED_HEADERS, headerText, metadataHeaders, metadataOf } from '../wire/metadata.js'
import { copyObject, type Pair, readAcl, readTags, type Target, writeAcl, writeTags } from '../wire/objects.js'

interface Props {
  readonly bucket: string
  readonly target: Target
}

/** Tags, metadata and ACL of an object. */
export function ObjectTags({
  bucket,
  target,
  headers,
  onChanged,
}: Props & { readonly headers: ReadonlyMap<string, string>; readonly onChanged: () => void }): JSX.Element {
  const words = useWords()
  const tags = useLoad((signal) => readTags(bucket, target, signal), [bucket, target.key, target.versionId])
  const saveTags = async (pairs: readonly Pair[]) => {
    await writeTags(bucket, target, pairs)
    announce(words.object.tagsSaved)
  }
  const standard = EDITED_HEADERS.map((name) => [name, headerText(headers.get(name))] as const)
  const saveMetadata = async (pairs: readonly Pair[]) => {
    const kept = standard.filter(([, value]) => value !== '')
    const headers = { ...Object.fromEntries(kept), ...metadataHeaders(pairs) }
    const replacing = { 'x-oss-metadata-directive': 'REPLACE', ...headers }
    await copyObject(bucket, target, { bucket, key: target.key }, replacing)
    announce(words.object.metadataSaved)
    onChanged()
  }
  return (
    <div class="stack">
      <section class="card stack">
        <h2>{words.object.tagsTitle}</h2>
        <WhenLoaded loaded={tags}>
          {(all) => <PairsForm pairs={all} what={words.object.tag} onSave={saveTags} />}
        </WhenLoaded>
      </section>
      <section class="card stack">
        <h2>{words.object.metadata}</h2>
        <p class="muted">{words.object.metadataIsCopied}</p>
        <PairsForm pairs={metadataOf(headers)} what={words.object.item} onSave={saveMetadata} />
      </section>
      <AclForm bucket={bucket} target={target} />
    </div>
  )
}

const ACLS = ['default', 'private', 'public-read', 'public-read-write'] as const

function AclForm({ bucket, target }: Props): JSX.Element {
  const words = useWords()
  const acl = useLoad((signal) => readAcl(bucket, target, signal), [bucket, target.key, target.versionId])
  const [error, setError] = useState<unknown>(undefined)
  const save = async (value: string) => {
    setError(undefined)
    await writeAcl(bucket, target, value)
    announce(words.object.aclSaved)
    acl.again()
  }
  return (
    <section class="card stack">
      <h2>ACL</h2>
      <WhenLoaded loaded={acl}>
        {(value) => (
          <Choice
            label={words.object.aclLabel}
            value={value}
            options={ACLS.map((one) => [one, words.object.acls[one]] as const)}
            onChange={(one) => void save(one).catch(setError)}
          />
        )}
      </WhenLoaded>
      {error !== undefined && <Failure error={error} />}
      <Notice kind="plain">{words.object.aclHint}</Notice>
    </section>
  )
}
