import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { BucketFrame } from '../app/bucket-frame.js'
import type { PageProps } from '../app/console.js'
import { bytes, count, time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { link, open, replace } from '../app/route.js'
import { nameBelow } from '../app/shown-key.js'
import { type Listing, useListing } from '../app/use-listing.js'
import { addressOf } from '../parts/as-command.js'
import { Icon } from '../parts/icon.js'
import { Failure } from '../parts/notice.js'
import type { Selection } from '../parts/selection.js'
import { Empty } from '../parts/states.js'
import { announceFailure } from '../parts/toasts.js'
import { type Column, VirtualTable } from '../parts/virtual-table.js'
import { type Entry, listPage, type ObjectEntry } from '../wire/objects.js'
import { CreateFolderDialog } from './create-folder.js'
import { DeleteObjectsDialog } from './delete-objects.js'
import { downloadObject } from './download.js'
import { UploadButtons, useDrop } from './upload-button.js'

const DELIMITER = '/'

/** The identity of a row: a key has many versions. */
const idOf = (entry: Entry): string =>
  entry.kind === 'prefix' ? `p ${entry.key}` : `o ${entry.key}\n${entry.versionId ?? ''}`

/** The objects below a prefix of a bucket. */
export function ObjectsPage({ path, query }: PageProps): JSX.Element {
  const words = useWords()
  const [bucket = ''] = path
  const { prefix = '', search = '' } = query
  const versions = query.versions === 'yes'
  const listing = useListing(
    (position, signal) =>
      listPage({ bucket, prefix: prefix + search, delimiter: DELIMITER, versions }, position, signal),
    [bucket, prefix, search, versions],
  )
  const [selection, setSelection] = useState<Selection>(new Set())
  const [dialog, setDialog] = useState<'folder' | readonly Entry[] | undefined>()
  const isOver = useDrop({ bucket, prefix })
  const here = (more: Record<string, string | undefined>) =>
    link(['buckets', bucket], { prefix, versions: query.versions, ...more })
  const removeSelected = () => {
    const chosen = listing.rows.filter((row) => selection.has(idOf(row)))
    if (chosen.length > 0) setDialog(chosen)
  }
  const changed = () => {
    setDialog(undefined)
    setSelection(new Set())
    listing.again()
  }
  return (
    <BucketFrame
      bucket={bucket}
      tab="objects"
      isFull
      isOver={isOver}
      crumbs={crumbsOf(bucket, prefix)}
      tools={
        <>
          <button type="button" class="button" onClick={() => setDialog('folder')}>
            <Icon name="folder" />
            {words.objects.newFolder}
          </button>
          <UploadButtons bucket={bucket} prefix={prefix} />
        </>
      }
    >
      <Toolbar
        listing={listing}
        selection={selection}
        search={search}
        versions={versions}
        onSearch={(text) => replace(here({ search: text }))}
        onVersions={() => replace(here({ versions: versions ? undefined : 'yes', search }))}
        onDelete={removeSelected}
      />
      {listing.error !== undefined && <Failure error={listing.error} />}
      {listing.rows.length === 0 && listing.isComplete ? (
        <Empty text={words.objects.none} command={`bindery cp FILE ${addressOf(bucket, prefix)}`} />
      ) : (
        <VirtualTable
          label={words.objects.title}
          columns={columnsOf(bucket, prefix, versions, words)}
          rows={listing.rows}
          isComplete={listing.isComplete}
          keyOf={idOf}
          nameOf={({ key }) => nameBelow(prefix, key)}
          onEnd={listing.more}
          onOpen={(entry) => open(hrefOf(bucket, entry))}
          onDelete={removeSelected}
          selection={selection}
          onSelect={setSelection}
        />
      )}
      {dialog === 'folder' && (
        <CreateFolderDialog bucket={bucket} prefix={prefix} onClose={() => setDialog(undefined)} onDone={changed} />
      )}
      {typeof dialog === 'object' && (
        <DeleteObjectsDialog bucket={bucket} entries={dialog} onClose={() => setDialog(undefined)} onDone={changed} />
      )}
    </BucketFrame>
  )
}

function Toolbar({
  listing,
  selection,
  search,
  versions,
  onSearch,
  onVersions,
  onDelete,
}: {
  readonly listing: Listing<Entry>
  readonly selection: Selection
  readonly search: string
  readonly versions: boolean
  readonly onSearch: (text: string) => void
  readonly onVersions: () => void
  readonly onDelete: () => void
}): JSX.Element {
  const words = useWords()
  return (
    <div class="toolbar">
      <input
        type="search"
        placeholder={words.objects.search}
        aria-label={words.objects.search}
        value={search}
        onChange={(event) => onSearch(event.currentTarget.value)}
      />
      <label class="check">
        <input type="checkbox" checked={versions} onChange={onVersions} />
        {words.objects.showVersions}
      </label>
      <span class="grow" />
      <span class="muted" aria-live="polite">
        {summaryOf(listing, selection, words)}
      </span>
      <button type="button" class="button danger" disabled={selection.size === 0} onClick={onDelete}>
        <Icon name="remove" />
        {words.delete}
      </button>
      <button type="button" class="button icon" aria-label={words.refresh} onClick={listing.again}>
        <Icon name="again" />
      </button>
    </div>
  )
}

function summaryOf(listing: Listing<Entry>, selection: Selection, words: ReturnType<typeof useWords>): string {
  if (selection.size > 0) return words.objects.selected(count(selection.size))
  if (listing.isLoading) return words.loading
  return words.objects.listed(count(listing.rows.length), listing.isComplete)
}

/** Each part of a prefix, with the address of what is below it. */
function crumbsOf(bucket: string, prefix: string): readonly (readonly [string, string])[] {
  const parts = prefix.split(DELIMITER).slice(0, -1)
  return parts.map((part, index) => {
    const below = `${parts.slice(0, index + 1).join(DELIMITER)}${DELIMITER}`
    return [part === '' ? DELIMITER : part, link(['buckets', bucket], { prefix: below })] as const
  })
}

function hrefOf(bucket: string, entry: Entry): string {
  if (entry.kind === 'prefix') return link(['buckets', bucket], { prefix: entry.key })
  return link(['buckets', bucket, 'object'], { key: entry.key, version: entry.versionId })
}

type Words = ReturnType<typeof useWords>

function columnsOf(bucket: string, prefix: string, versions: boolean, words: Words): readonly Column<Entry>[] {
  const ofObjects =
    (cell: (entry: ObjectEntry) => JSX.Element | string) =>
    (entry: Entry): JSX.Element | string =>
      entry.kind === 'prefix' ? '' : cell(entry)
  return [
    {
      name: 'name',
      title: words.name,
      cell: (entry) => (
        <span class="named">
          <Icon name={entry.kind === 'prefix' ? 'folder' : 'file'} />
          <a href={hrefOf(bucket, entry)} tabIndex={-1} title={nameBelow('', entry.key)}>
            {nameBelow(prefix, entry.key)}
          </a>
          {entry.kind === 'marker' && <span class="badge warn">{words.objects.deleteMarker}</span>}
          {versions && entry.kind === 'version' && entry.isLatest && (
            <span class="badge good">{words.objects.latest}</span>
          )}
        </span>
      ),
    },
    { name: 'type', title: words.objects.type, width: '116px', cell: ofObjects(({ type }) => typeBadge(type)) },
    {
      name: 'size',
      title: words.size,
      width: '108px',
      isNumber: true,
      cell: ofObjects(({ size, kind }) => (kind === 'marker' ? '' : bytes(size))),
    },
    { name: 'class', title: words.storageClass, width: '124px', cell: ofObjects(({ storageClass }) => storageClass) },
    { name: 'modified', title: words.objects.modified, width: '196px', cell: ofObjects((one) => time(one.modified)) },
    {
      name: 'tools',
      title: words.actions,
      hidesTitle: true,
      width: '60px',
      cell: ofObjects((entry) => (entry.kind === 'marker' ? '' : downloads(bucket, entry, words))),
    },
  ]
}

function typeBadge(type: string): JSX.Element | string {
  return type === '' || type === 'Normal' ? type : <span class="badge">{type}</span>
}

function downloads(bucket: string, entry: ObjectEntry, words: Words): JSX.Element {
  return (
    <button
      type="button"
      class="button bare icon little"
      tabIndex={-1}
      aria-label={words.objects.downloadOne(nameBelow('', entry.key))}
      onClick={() => void downloadObject(bucket, entry).catch(announceFailure)}
    >
      <Icon name="down" />
    </button>
  )
}
