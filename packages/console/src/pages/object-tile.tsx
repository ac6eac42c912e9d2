import type { JSX } from 'preact'
import { bytes } from '../app/format.js'
import { useWords } from '../app/language.js'
import { nameBelow } from '../app/shown-key.js'
import { useLoad } from '../app/use-load.js'
import { Icon } from '../parts/icon.js'
import type { Entry, ObjectEntry } from '../wire/objects.js'
import { presigned } from '../wire/request.js'
import { hrefOf, More } from './object-columns.js'

/** Pictures of more bytes are shown when they are opened. */
const PICTURE_BYTES_MAX = 2 * 1024 * 1024
const PICTURE = /\.(png|jpe?g|gif|webp|avif|svg|ico|bmp)$/i
/** Seconds within which the browser fetches a picture. */
const FETCHED_SECONDS = 300

/** A folder or object as a tile: pictures show themselves. */
export function ObjectTile({
  bucket,
  prefix,
  entry,
  onMore,
}: {
  readonly bucket: string
  readonly prefix: string
  readonly entry: Entry
  readonly onMore: (entry: ObjectEntry) => void
}): JSX.Element {
  const words = useWords()
  return (
    <>
      <div class="tile-face">
        {isPicture(entry) ? <Picture bucket={bucket} entry={entry} /> : <BigIcon entry={entry} />}
      </div>
      <a href={hrefOf(bucket, entry)} tabIndex={-1} title={nameBelow('', entry.key)} draggable={false}>
        {nameBelow(prefix, entry.key)}
      </a>
      <span class="row apart small muted">
        <span>{factOf(entry, words.objects.deleteMarker)}</span>
        {entry.kind !== 'prefix' && entry.kind !== 'marker' && <More entry={entry} onMore={onMore} words={words} />}
      </span>
    </>
  )
}

function BigIcon({ entry }: { readonly entry: Entry }): JSX.Element {
  return <Icon name={entry.kind === 'prefix' ? 'folder' : 'file'} />
}

function factOf(entry: Entry, deleteMarker: string): string {
  if (entry.kind === 'prefix') return ''
  return entry.kind === 'marker' ? deleteMarker : bytes(entry.size)
}

function isPicture(entry: Entry): entry is ObjectEntry {
  return (
    entry.kind !== 'prefix' && entry.kind !== 'marker' && entry.size <= PICTURE_BYTES_MAX && PICTURE.test(entry.key)
  )
}

/** An image runs no scripts, whatever it contains. */
function Picture({ bucket, entry }: { readonly bucket: string; readonly entry: ObjectEntry }): JSX.Element {
  const { key, versionId } = entry
  const query: Record<string, string> = versionId === undefined ? {} : { versionId }
  const { value } = useLoad(
    () => presigned({ method: 'GET', bucket, key, query }, FETCHED_SECONDS),
    [bucket, key, versionId, entry.etag],
  )
  if (value === undefined) return <BigIcon entry={entry} />
  return <img src={value} alt="" loading="lazy" draggable={false} />
}
