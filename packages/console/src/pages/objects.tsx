import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import { BucketFrame } from '../app/bucket-frame.js'
import type { PageProps } from '../app/console.js'
import { useWords } from '../app/language.js'
import { link, open, replace } from '../app/route.js'
import { nameBelow } from '../app/shown-key.js'
import { useStore } from '../app/store.js'
import { useListing } from '../app/use-listing.js'
import { addressOf } from '../parts/as-command.js'
import { useShownColumns } from '../parts/column-chooser.js'
import { type DragAttributes, dragSource, dropTarget } from '../parts/drag.js'
import { Icon } from '../parts/icon.js'
import { Failure } from '../parts/notice.js'
import { type Selection, useSelection } from '../parts/selection.js'
import { Empty } from '../parts/states.js'
import { TileGrid } from '../parts/tile-grid.js'
import { announceFailure } from '../parts/toasts.js'
import { VirtualTable } from '../parts/virtual-table.js'
import { useStored } from '../transfer/use-stored.js'
import type { Moved } from '../wire/moves.js'
import { type Entry, listPage, type ObjectEntry } from '../wire/objects.js'
import { serverTime } from '../wire/session.js'
import type { Words } from '../words/en.js'
import { CopyObjectDialog } from './copy-object.js'
import { CreateFolderDialog } from './create-folder.js'
import { DeleteObjectsDialog } from './delete-objects.js'
import { downloadObject } from './download.js'
import { MoveObjectsDialog } from './move-objects.js'
import { copyLink, ObjectActionsDialog } from './object-actions.js'
import { columnsOf, hiddenObjectColumns, hrefOf } from './object-columns.js'
import { filtered, NO_FILTER } from './object-filter.js'
import { ObjectTile } from './object-tile.js'
import { ObjectsToolbar, objectView } from './objects-toolbar.js'
import { useRenaming } from './rename-object.js'
import { takeDrop, UploadButtons, useDrop } from './upload-button.js'
import { UploadsHere } from './uploads-here.js'

const DELIMITER = '/'

/** The identity of a row: a key has many versions. */
const idOf = (entry: Entry): string =>
  entry.kind === 'prefix' ? `p ${entry.key}` : `o ${entry.key}\n${entry.versionId ?? ''}`

type Opened =
  | { readonly dialog: 'folder' }
  | { readonly dialog: 'delete'; readonly entries: readonly Entry[] }
  | { readonly dialog: 'move'; readonly entries: readonly Moved[]; readonly folder: string }
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
  const [selection, setSelection] = useSelection([bucket, prefix, search, versions])
  const [opened, setOpened] = useState<Opened | undefined>()
  const isOver = useDrop({ bucket, prefix })
  const here = (more: Record<string, string | undefined>) =>
    link(['buckets', bucket], { prefix, versions: query.versions, ...more })
  const selected = () => rows.filter((row) => selection.has(idOf(row)))
  const changed = () => {
    setOpened(undefined)
    setSelection(new Set())
    listing.again()
  }
  const { renaming, rename } = useRenaming(bucket, prefix, changed)
  useStored(bucket, prefix, listing.renew)
  const takes = (folder: string) => folderAttributes(bucket, folder, setOpened)
  const crumbs = crumbsOf(bucket, prefix)
  return (
    <BucketFrame
      bucket={bucket}
      tab="objects"
      isFull
      isOver={isOver}
      crumbs={crumbs.map(({ text, href }) => [text, href] as const)}
      takes={['', ...crumbs.map(({ below }) => below)].map(takes)}
      tools={<Tools bucket={bucket} prefix={prefix} onFolder={() => setOpened({ dialog: 'folder' })} />}
    >
      <ObjectsToolbar
        listing={listing}
        shown={rows.length}
        selection={selection}
        search={search}
        versions={versions}
        filter={filter}
        onFilter={setFilter}
        onSearch={(text) => replace(here({ search: text }))}
        onVersions={() => replace(here({ versions: versions ? undefined : 'yes', search }))}
        onMove={versions ? undefined : () => setOpened({ dialog: 'move', entries: selected(), folder: prefix })}
        onDelete={() => setOpened({ dialog: 'delete', entries: selected() })}
        onClear={() => setSelection(new Set())}
      />
      <UploadsHere bucket={bucket} prefix={prefix} />
      {listing.error !== undefined && <Failure error={listing.error} />}
      {listing.rows.length === 0 && listing.error !== undefined ? null : listing.rows.length === 0 &&
        listing.isComplete ? (
        <Empty text={words.objects.none} command={`bindery cp FILE ${addressOf(bucket, prefix)}`} />
      ) : (
        <Entries
          shown={{ bucket, prefix, versions, renaming, onMore: (entry) => setOpened({ dialog: 'more', entry }) }}
          onRename={({ kind, key }) => kind === 'object' && rename(key)}
          rows={rows}
          isComplete={listing.isComplete}
          onEnd={listing.more}
          onDelete={() => selection.size > 0 && setOpened({ dialog: 'delete', entries: selected() })}
          selection={selection}
          onSelect={setSelection}
          dragOf={(entry) => ({
            ...(versions ? {} : dragSource(bucket, () => (selection.has(idOf(entry)) ? selected() : [entry]))),
            ...(entry.kind === 'prefix' ? takes(entry.key) : {}),
          })}
        />
      )}
      {opened && <Dialogs {...{ bucket, prefix, opened }} onOpen={setOpened} onRename={rename} onDone={changed} />}
    </BucketFrame>
  )
}

/** A folder takes entries of the page, after a question, and files from elsewhere. */
function folderAttributes(bucket: string, folder: string, onOpen: (opened: Opened) => void): DragAttributes {
  return dropTarget(folder, {
    onEntries: (entries) => onOpen({ dialog: 'move', entries, folder }),
    onFiles: (transfer) => void takeDrop(transfer, { bucket, prefix: folder }).catch(announceFailure),
  })
}

/** The entries as rows or tiles. */
function Entries({
  shown,
  onRename,
  ...list
}: {
  readonly shown: Parameters<typeof columnsOf>[0]
  readonly onRename: (entry: Entry) => void
  readonly rows: readonly Entry[]
  readonly isComplete: boolean
  readonly onEnd: () => void
  readonly onDelete: () => void
  readonly selection: Selection
  readonly onSelect: (selection: Selection) => void
  readonly dragOf: (entry: Entry) => DragAttributes
}): JSX.Element {
  const words = useWords()
  const view = useStore(objectView)
  const { bucket, prefix } = shown
  const columns = useShownColumns(hiddenObjectColumns, columnsOf(shown, words))
  const all = {
    ...list,
    label: words.objects.title,
    keyOf: idOf,
    nameOf: ({ key }: Entry) => nameBelow(prefix, key),
    onOpen: (entry: Entry) => open(hrefOf(bucket, entry)),
    keys: keysFor(bucket, words),
  }
  if (view === 'list') return <VirtualTable {...all} keys={{ ...all.keys, F2: onRename }} columns={columns} />
  return <TileGrid {...all} tile={(entry) => <ObjectTile {...shown} entry={entry} />} />
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
  onRename,
  onDone,
}: {
  readonly bucket: string
  readonly prefix: string
  readonly opened: Opened
  readonly onOpen: (opened: Opened | undefined) => void
  readonly onRename: (key: string) => void
  readonly onDone: () => void
}): JSX.Element {
  const close = () => onOpen(undefined)
  const isList = useStore(objectView) === 'list'
  switch (opened.dialog) {
    case 'folder':
      return <CreateFolderDialog bucket={bucket} prefix={prefix} onClose={close} onDone={onDone} />
    case 'delete':
      return <DeleteObjectsDialog bucket={bucket} entries={opened.entries} onClose={close} onDone={onDone} />
    case 'move':
      return (
        <MoveObjectsDialog
          bucket={bucket}
          entries={opened.entries}
          folder={opened.folder}
          onClose={close}
          onDone={onDone}
        />
      )
    case 'copy':
      return <CopyObjectDialog bucket={bucket} target={opened.entry} onClose={close} onDone={onDone} />
    case 'more':
      return (
        <ObjectActionsDialog
          bucket={bucket}
          target={opened.entry}
          onClose={close}
          onRename={isList && opened.entry.kind === 'object' ? () => onRename(opened.entry.key) : undefined}
          onCopy={() => onOpen({ dialog: 'copy', entry: opened.entry })}
          onDelete={() => onOpen({ dialog: 'delete', entries: [opened.entry] })}
        />
      )
  }
}

/** Each part of a prefix, with the address of what is below it. */
function crumbsOf(bucket: string, prefix: string) {
  const parts = prefix.split(DELIMITER).slice(0, -1)
  return parts.map((part, index) => {
    const below = `${parts.slice(0, index + 1).join(DELIMITER)}${DELIMITER}`
    return { text: part === '' ? DELIMITER : part, href: link(['buckets', bucket], { prefix: below }), below }
  })
}
