import type { JSX } from 'preact'
import { count } from '../app/format.js'
import { useWords } from '../app/language.js'
import { link } from '../app/route.js'
import { nameBelow } from '../app/shown-key.js'
import { useLoad } from '../app/use-load.js'
import { Icon } from '../parts/icon.js'
import { useStored } from '../transfer/use-stored.js'
import { listUploads } from '../wire/uploads.js'

const NAMED_MAX = 3

/** Uploads below a prefix that are not complete, in a line, which stays while it is read again; null where no upload is. */
export function UploadsHere({
  bucket,
  prefix,
}: {
  readonly bucket: string
  readonly prefix: string
}): JSX.Element | null {
  const words = useWords()
  // people who may not list uploads see the objects nevertheless
  const page = useLoad((signal) => listUploads({ bucket, prefix }, {}, signal).catch(() => undefined), [bucket, prefix])
  useStored(bucket, prefix, page.again)
  const uploads = page.value?.rows ?? []
  if (uploads.length === 0) return null
  const number = `${count(uploads.length)}${page.value?.next === undefined ? '' : '+'}`
  return (
    <div class="notice row">
      <Icon name="uploads" />
      <a href={link(['buckets', bucket, 'uploads'], { prefix })}>{words.uploads.here(number)}</a>
      {uploads.slice(0, NAMED_MAX).map(({ key, uploadId }) => (
        <a key={uploadId} class="break small" href={link(['buckets', bucket, 'upload'], { key, id: uploadId })}>
          {nameBelow(prefix, key)}
        </a>
      ))}
      {uploads.length > NAMED_MAX && <span class="small">…</span>}
    </div>
  )
}
