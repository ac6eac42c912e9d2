import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import { BucketFrame } from '../app/bucket-frame.js'
import type { PageProps } from '../app/console.js'
import { count } from '../app/format.js'
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
import { VirtualTable } from '../parts/virtual-table.js'
import { type Entry, listPage, type ObjectEntry } from '../wire/objects.js'
import { serverTime } from '../wire/session.js'
import type { Words } from '../words/en.js'
import { CopyObjectDialog } from './copy-object.js'
import { CreateFolderDialog } from './create-folder.js'
import { DeleteObjectsDialog } from './delete-objects.js'
import { downloadObject } from './download.js'
import { copyLink, ObjectActionsDialog } from './object-actions.js'
import { columnsOf, hrefOf } from './object-columns.js'
import { FilterChoices, filtered, NO_FILTER, type ObjectFilter } from './object-filter.js'
import { UploadButtons, useDrop } from './upload-button.js'
import { UploadsHere } from './uploads-here.js'

const DELIMITER = '/'

/** The identity of a row: a key has many versions. */
const idOf = (entry: Entry): string =>
  entry.kind === 'prefix' ? `p ${entry.key}` : `o ${entry.key}\n${entry.versionId ?? ''}`

type Opened =
  | { readonly dialog: 'folder' }
  | { readonly dialog: 'delete'; readonly entries: readonly Entry[] }
  | { readonly dialog: 'more' | 'copy'; readonly entry: ObjectEntry }

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
  const [filter, setFilter] = useState(NO_FILTER)
  const rows = useMemo(() => filtered(listing.rows, filter, serverTime()), [listing.rows, listing.rows.length, filter])
  const [selection, setSelection] = useState<Selection>(new Set())
  const [opened, setOpened] = useState<Opened | undefined>()
  const isOver = useDrop({ bucket, prefix })
  const here = (more: Record<string, string | undefined>) =>
    link(['buckets', bucket], { prefix, versions: query.versions, ...more })
  const removeSelected = () => {
    const entries = rows.filter((row) => selection.has(idOf(row)))
    if (entries.length > 0) setOpened({ dialog: 'delete', entries })
  }
  const changed = () => {
    setOpened(undefined)
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
      tools={<Tools bucket={bucket} prefix={prefix} onFolder={() => setOpened({ dialog: 'folder' })} />}
    >
      <Toolbar
        listing={listing}
        shown={rows.length}
        selection={selection}
        search={search}
        versions={versions}
        filter={filter}
        onFilter={setFilter}
        onSearch={(text) => replace(here({ search: text }))}
        onVersions={() => replace(here({ versions: versions ? undefined : 'yes', search }))}
        onDelete={removeSelected}
      />
      <UploadsHere bucket={bucket} prefix={prefix} />
      {listing.error !== undefined && <Failure error={listing.error} />}
      {listing.rows.length === 0 && listing.isComplete ? (
        <Empty text={words.objects.none} command={`bindery cp FILE ${addressOf(bucket, prefix)}`} />
      ) : (
        <VirtualTable
          label={words.objects.title}
          columns={columnsOf(
            { bucket, prefix, versions, onMore: (entry) => setOpened({ dialog: 'more', entry }) },
            words,
          )}
          rows={rows}
          isComplete={listing.isComplete}
          keyOf={idOf}
          nameOf={({ key }) => nameBelow(prefix, key)}
          onEnd={listing.more}
          onOpen={(entry) => open(hrefOf(bucket, entry))}
          onDelete={removeSelected}
          keys={keysFor(bucket, words)}
          selection={selection}
          onSelect={setSelection}
        />
      )}
      {opened && <Dialogs bucket={bucket} prefix={prefix} opened={opened} onOpen={setOpened} onDone={changed} />}
    </BucketFrame>
  )
}

/** The keys of the row that has the cursor. */
function keysFor(bucket: string, words: Words): Readonly<Record<string, (entry: Entry) => void>> {
  const forObjects = (act: (entry: ObjectEntry) => Promise<void>) => (entry: Entry) => {
    if (entry.kind === 'object' || entry.kind === 'version') void act(entry).catch(announceFailure)
  }
  return {
    d: forObjects((entry) => downloadObject(bucket, entry)),
    l: forObjects((entry) => copyLink(bucket, entry, words.objects.linkCopied)),
  }
}

function Tools({
  bucket,
  prefix,
  onFolder,
}: {
  readonly bucket: string
  readonly prefix: string
  readonly onFolder: () => void
}): JSX.Element {
  const words = useWords()
  return (
    <>
      <button type="button" class="button" aria-keyshortcuts="n" onClick={onFolder}>
        <Icon name="folder" />
        {words.objects.newFolder}
      </button>
      <UploadButtons bucket={bucket} prefix={prefix} />
    </>
  )
}

function Dialogs({
  bucket,
  prefix,
  opened,
  onOpen,
  onDone,
}: {
  readonly bucket: string
  readonly prefix: string
  readonly opened: Opened
  readonly onOpen: (opened: Opened | undefined) => void
  readonly onDone: () => void
}): JSX.Element {
  const close = () => onOpen(undefined)
  switch (opened.dialog) {
    case 'folder':
      return <CreateFolderDialog bucket={bucket} prefix={prefix} onClose={close} onDone={onDone} />
    case 'delete':
      return <DeleteObjectsDialog bucket={bucket} entries={opened.entries} onClose={close} onDone={onDone} />
    case 'copy':
      return <CopyObjectDialog bucket={bucket} target={opened.entry} onClose={close} onDone={onDone} />
    case 'more':
      return (
        <ObjectActionsDialog
          bucket={bucket}
          target={opened.entry}
          onClose={close}
          onCopy={() => onOpen({ dialog: 'copy', entry: opened.entry })}
          onDelete={() => onOpen({ dialog: 'delete', entries: [opened.entry] })}
        />
      )
  }
}

function Toolbar({
  listing,
  shown,
  selection,
  search,
  versions,
  filter,
  onFilter,
  onSearch,
  onVersions,
  onDelete,
}: {
  readonly listing: Listing<Entry>
  /** Rows that the filter shows. */
  readonly shown: number
  readonly selection: Selection
  readonly search: string
  readonly versions: boolean
  readonly filter: ObjectFilter
  readonly onFilter: (filter: ObjectFilter) => void
  readonly onSearch: (text: string) => void
  readonly onVersions: () => void
  readonly onDelete: () => void
}): JSX.Element {
  const words = useWords()
  return (
    <div class="toolbar dense">
      <input
        type="search"
        placeholder={words.objects.search}
        aria-label={words.objects.search}
        value={search}
        onChange={(event) => onSearch(event.currentTarget.value)}
      />
      <FilterChoices filter={filter} onChange={onFilter} />
      <label class="check">
        <input type="checkbox" checked={versions} onChange={onVersions} />
        {words.objects.showVersions}
      </label>
      <span class="grow" />
      <span class="muted" aria-live="polite">
        {summaryOf(listing, shown, selection, words)}
      </span>
      {selection.size > 0 && (
        <button type="button" class="button danger" onClick={onDelete}>
          <Icon name="remove" />
          {words.delete}
        </button>
      )}
      <button type="button" class="button icon" aria-label={words.refresh} onClick={listing.again}>
        <Icon name="again" />
      </button>
    </div>
  )
}

function summaryOf(listing: Listing<Entry>, shown: number, selection: Selection, words: Words): string {
  if (selection.size > 0) return words.objects.selected(count(selection.size))
  if (listing.isLoading) return words.loading
  return words.objects.listed(count(shown), listing.isComplete)
}

/** Each part of a prefix, with the address of what is below it. */
function crumbsOf(bucket: string, prefix: string): readonly (readonly [string, string])[] {
  const parts = prefix.split(DELIMITER).slice(0, -1)
  return parts.map((part, index) => {
    const below = `${parts.slice(0, index + 1).join(DELIMITER)}${DELIMITER}`
    return [part === '' ? DELIMITER : part, link(['buckets', bucket], { prefix: below })] as const
  })
}
