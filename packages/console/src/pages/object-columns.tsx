import type { JSX } from 'preact'
import { bytes, count, time } from '../app/format.js'
import { link } from '../app/route.js'
import { nameBelow } from '../app/shown-key.js'
import { HiddenColumns } from '../parts/column-chooser.js'
import { Icon } from '../parts/icon.js'
import type { Column } from '../parts/virtual-table.js'
import type { Entry, ObjectEntry } from '../wire/objects.js'
import type { Words } from '../words/en.js'
import { ObjectCrc } from './object-crc.js'
import { NameField, type Renaming } from './rename-object.js'

/** The columns of objects that are hidden. */
export const hiddenObjectColumns = new HiddenColumns('bindery-object-columns', ['parts', 'etag', 'crc'])

/** The address of the page of a folder or object. */
export function hrefOf(bucket: string, entry: Entry): string {
  if (entry.kind === 'prefix') return link(['buckets', bucket], { prefix: entry.key })
  return link(['buckets', bucket, 'object'], { key: entry.key, version: entry.versionId })
}

interface Shown {
  readonly bucket: string
  readonly prefix: string
  readonly versions: boolean
  /** Opens what can be done with one entry. */
  readonly onMore: (entry: ObjectEntry) => void
  /** The object whose name is a field now. */
  readonly renaming?: Renaming | undefined
}

/** The columns of a listing of objects. */
export function columnsOf(
  { bucket, prefix, versions, onMore, renaming }: Shown,
  words: Words,
): readonly Column<Entry>[] {
  const ofObjects =
    (cell: (entry: ObjectEntry) => JSX.Element | string) =>
    (entry: Entry): JSX.Element | string =>
      entry.kind === 'prefix' ? '' : cell(entry)
  // folders have none of these, and come first
  const byValue =
    (value: (entry: ObjectEntry) => string | number, ofPrefix: string | number) =>
    (entry: Entry): string | number =>
      entry.kind === 'prefix' ? ofPrefix : value(entry)
  return [
    {
      name: 'name',
      title: words.name,
      sortBy: ({ key }) => key,
      cell: (entry) =>
        renaming !== undefined && entry.kind === 'object' && entry.key === renaming.key ? (
          <NameField renaming={renaming} />
        ) : (
          <Name entry={entry} bucket={bucket} prefix={prefix} versions={versions} words={words} />
        ),
    },
    {
      name: 'type',
      title: words.objects.type,
      width: '116px',
      sortBy: byValue(({ type }) => type, ''),
      cell: ofObjects(({ type }) => typeBadge(type)),
    },
    {
      name: 'size',
      title: words.size,
      width: '108px',
      isNumber: true,
      sortBy: byValue(({ size }) => size, -1),
      cell: ofObjects(({ size, kind }) => (kind === 'marker' ? '' : bytes(size))),
    },
    {
      name: 'parts',
      title: words.objects.partCount,
      width: '88px',
      isNumber: true,
      sortBy: byValue(partCountOf, -1),
      cell: ofObjects((entry) => (entry.kind === 'marker' ? '' : partsText(entry))),
    },
    {
      name: 'class',
      title: words.storageClass,
      width: '124px',
      sortBy: byValue(({ storageClass }) => storageClass, ''),
      cell: ofObjects(({ storageClass }) => storageClass),
    },
    {
      name: 'modified',
      title: words.objects.modified,
      width: '196px',
      sortBy: byValue(({ modified }) => modified, 0),
      cell: ofObjects((one) => time(one.modified)),
    },
    ...checksumColumns(bucket),
    {
      name: 'tools',
      title: words.actions,
      hidesTitle: true,
      width: '60px',
      cell: ofObjects((entry) => (entry.kind === 'marker' ? '' : <More entry={entry} onMore={onMore} words={words} />)),
    },
  ]
}

/** Checksums, for those who choose to see them. */
function checksumColumns(bucket: string): readonly Column<Entry>[] {
  return [
    {
      name: 'etag',
      title: 'ETag',
      width: '160px',
      sortBy: (entry) => (entry.kind === 'prefix' ? '' : entry.etag),
      cell: (entry) =>
        entry.kind !== 'prefix' && (
          <span class="mono" title={entry.etag}>
            {entry.etag}
          </span>
        ),
    },
    {
      name: 'crc',
      title: 'CRC-64',
      width: '176px',
      cell: (entry) =>
        entry.kind !== 'prefix' && entry.kind !== 'marker' && <ObjectCrc bucket={bucket} entry={entry} />,
    },
  ]
}

function Name({
  entry,
  bucket,
  prefix,
  versions,
  words,
}: Omit<Shown, 'onMore' | 'renaming'> & { readonly entry: Entry; readonly words: Words }): JSX.Element {
  return (
    <span class="named">
      <Icon name={entry.kind === 'prefix' ? 'folder' : 'file'} />
      <a href={hrefOf(bucket, entry)} tabIndex={-1} title={nameBelow('', entry.key)}>
        {nameBelow(prefix, entry.key)}
      </a>
      {entry.kind === 'marker' && <span class="badge warn">{words.objects.deleteMarker}</span>}
      {versions && entry.kind === 'version' && entry.isLatest && <span class="badge good">{words.objects.latest}</span>}
    </span>
  )
}

/** The parts of the upload that an object was; its ETag ends with their number. */
function partCountOf({ etag }: ObjectEntry): number {
  return Number(/-(\d+)$/.exec(etag)?.[1] ?? 0)
}

const partsText = (entry: ObjectEntry): string => (partCountOf(entry) === 0 ? '–' : count(partCountOf(entry)))

function typeBadge(type: string): JSX.Element | string {
  return type === '' || type === 'Normal' ? type : <span class="badge">{type}</span>
}

/** Opens what can be done with an object. */
export function More({
  entry,
  onMore,
  words,
}: Pick<Shown, 'onMore'> & { readonly entry: ObjectEntry; readonly words: Words }): JSX.Element {
  return (
    <button
      type="button"
      class="button bare icon little"
      tabIndex={-1}
      aria-haspopup="dialog"
      aria-label={words.objects.moreOf(nameBelow('', entry.key))}
      onClick={() => onMore(entry)}
    >
      <Icon name="more" />
    </button>
  )
}
