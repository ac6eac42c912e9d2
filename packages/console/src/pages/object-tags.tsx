import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { useLoad } from '../app/use-load.js'
import { Choice } from '../parts/field.js'
import { Icon } from '../parts/icon.js'
import { Failure, Notice } from '../parts/notice.js'
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
    await copyObject(bucket, target, target.key, { ...Object.fromEntries(kept), ...metadataHeaders(pairs) })
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

/** Names and values, which are saved together. */
function PairsForm({
  pairs,
  what,
  onSave,
}: {
  readonly pairs: readonly Pair[]
  readonly what: string
  readonly onSave: (pairs: readonly Pair[]) => Promise<void>
}): JSX.Element {
  const words = useWords()
  const [rows, setRows] = useState<readonly Pair[]>(pairs)
  const [error, setError] = useState<unknown>(undefined)
  const change = (index: number, pair: Pair) => setRows(rows.map((row, at) => (at === index ? pair : row)))
  return (
    <form
      class="stack tight"
      onSubmit={(event) => {
        event.preventDefault()
        setError(undefined)
        onSave(rows.filter(([name]) => name !== '')).catch(setError)
      }}
    >
      {rows.map(([name, value], index) => (
        <div class="row" key={index}>
          <input
            type="text"
            class="grow"
            aria-label={words.object.nameOf(what, index + 1)}
            placeholder={words.name}
            value={name}
            onInput={(event) => change(index, [event.currentTarget.value, value])}
          />
          <input
            type="text"
            class="grow"
            aria-label={words.object.valueOf(what, index + 1)}
            placeholder={words.value}
            value={value}
            onInput={(event) => change(index, [name, event.currentTarget.value])}
          />
          <button
            type="button"
            class="button bare icon"
            aria-label={words.object.removeOne(what, index + 1)}
            onClick={() => setRows(rows.filter((_, at) => at !== index))}
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
      {error !== undefined && <Failure error={error} />}
      <div class="row">
        <button type="button" class="button" onClick={() => setRows([...rows, ['', '']])}>
          <Icon name="add" />
          {words.object.addOne(what)}
        </button>
        <button type="submit" class="button primary">
          {words.save}
        </button>
      </div>
    </form>
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
