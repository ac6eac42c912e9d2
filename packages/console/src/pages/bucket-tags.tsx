import { all, escapeXml, parseXml, textOf } from '@bindery/client/xml'
import type { JSX } from 'preact'
import { useWords } from '../app/language.js'
import { AsCommand } from '../parts/as-command.js'
import { PairsForm } from '../parts/pairs-form.js'
import { announce } from '../parts/toasts.js'
import { deleteDocument, writeDocument } from '../wire/documents.js'
import type { Pair } from '../wire/objects.js'
import { documentCommand } from './document-command.js'

/** The tags of a bucket as names and values. */
export function BucketTags({
  bucket,
  text,
  onDone,
}: {
  readonly bucket: string
  readonly text: string | undefined
  readonly onDone: () => void
}): JSX.Element {
  const words = useWords()
  const save = async (pairs: readonly Pair[]) => {
    if (pairs.length === 0) await deleteDocument(bucket, 'tagging')
    else await writeDocument(bucket, 'tagging', documentOf(pairs))
    announce(words.object.tagsSaved)
    onDone()
  }
  return (
    <>
      <PairsForm pairs={text === undefined ? [] : pairsIn(text)} what={words.object.tag} onSave={save} />
      <AsCommand lines={[documentCommand(bucket, 'tagging')]} />
    </>
  )
}

function pairsIn(document: string): readonly Pair[] {
  const tags = all(all(parseXml(document), 'TagSet')[0], 'Tag')
  return tags.map((tag) => [textOf(tag, 'Key') ?? '', textOf(tag, 'Value') ?? ''])
}

function documentOf(pairs: readonly Pair[]): string {
  const tags = pairs.map(
    ([name, value]) => `<Tag><Key>${escapeXml(name)}</Key><Value>${escapeXml(value)}</Value></Tag>`,
  )
  return `<Tagging><TagSet>${tags.join('')}</TagSet></Tagging>`
}
