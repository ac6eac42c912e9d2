/**
 * Brings stores into the state of others, in whatever engines both are. A pass walks over both in the order of the keys and
 * changes what differs: so it may stop anywhere, a further one does only what is new, and one that finds nothing to do has
 * verified every row. Blobs keep their names, and are durable before the rows that name them.
 */
import {
  type BlobId,
  type Bytes,
  blobNameOf,
  carriesBytes,
  type MetadataStore,
  type MovableBlobs,
  type Reader,
  type Row,
  StorageError,
} from '@bindery/storage'
import { isDamage } from '../domain/stored/damage.js'
import { isAfter } from '../domain/stored/key-range.js'
import {
  epochRows,
  garbageRows,
  graveRows,
  incarnationRows,
  leaderRows,
  objectRows,
  ownerRows,
  partRows,
  reportRows,
  SPACES,
  versionRows,
} from '../domain/stored/keyspace.js'
import type { PartBytes } from '../domain/stored/model.js'
import { rowsIn } from '../domain/stored/rows-in.js'
import type { Space } from '../domain/stored/space.js'
import { forAll, inGroups } from './walk.js'

/** Progress of a pass. */
export interface MoveProgress {
  /** Rows of the source that were looked at. */
  rows: number
  /** Rows that were written or deleted. */
  changed: number
  /** Blobs that were copied, and their bytes. */
  blobs: number
  bytes: number
  /** Rows that could not be read, and blobs that are missing or damaged: they are left out. */
  damaged: number
}

/** Stores at both ends of a pass. */
export interface MoveOptions {
  /** A store, of which each step is a read of its own, or one state of it. Nothing that it names is freed meanwhile. */
  readonly from: { readonly metadata: MetadataStore | Reader; readonly blobs: MovableBlobs }
  /** Nothing else uses them. */
  readonly to: { readonly metadata: MetadataStore; readonly blobs: MovableBlobs }
  /** Called often; the same object each time. */
  readonly onProgress: (progress: MoveProgress) => void
}

/**
 * Left out are rows about the processes that serve the stores, blobs that are to be freed, and owners, since a blob is taken over under the key
 * that names it.
 */
const LEFT_OUT: ReadonlySet<unknown> = new Set([
  incarnationRows,
  reportRows,
  graveRows,
  epochRows,
  leaderRows,
  ownerRows,
])

/** Rows that are written in one commit, and blobs that are copied at a time. */
const ROWS_AT_ONCE = 90
const BLOBS_AT_ONCE = 6

/** A row that is to be written, with the one in its place, or deleted. */
type Difference =
  | { readonly kind: 'set'; readonly row: Row; readonly existing: Row | undefined }
  | { readonly kind: 'delete'; readonly row: Row }

/** One pass. Throws StorageError of the target, and `unavailable` of the source. */
export async function moveStores(options: MoveOptions): Promise<MoveProgress> {
  const progress = { rows: 0, changed: 0, blobs: 0, bytes: 0, damaged: 0 }
  for (const space of SPACES as readonly unknown[] as readonly Space[]) {
    if (LEFT_OUT.has(space)) continue
    for await (const group of inGroups(differences(space, options, progress), ROWS_AT_ONCE)) {
      await apply(space, group, options, progress)
    }
  }
  options.onProgress(progress)
  return progress
}

/** Whether rows are in the target already that no process writes for itself. */
export async function hasStoredRows(metadata: MetadataStore): Promise<boolean> {
  for (const space of SPACES as readonly unknown[] as readonly Space[]) {
    if (LEFT_OUT.has(space)) continue
    for await (const _ of rowsIn(metadata, space.all, { atOnce: 1 })) return true
  }
  return false
}

async function* differences(
  space: Space,
  { from, to, onProgress }: MoveOptions,
  progress: MoveProgress,
): AsyncGenerator<Difference> {
  const { rowsAtOnce: atOnce } = space.declaration
  const onDamaged = (): void => {
    progress.damaged += 1
  }
  const found = rowsIn(to.metadata, space.all, { atOnce, onDamaged: () => {} })
  let existing = await nextMoved(space, found)
  for await (const row of rowsIn(from.metadata, space.all, { atOnce, onDamaged })) {
    if (!isMoved(space, row)) continue
    progress.rows += 1
    if (progress.rows % 1_000 === 0) onProgress(progress)
    for (; existing !== undefined && isAfter(row.key, existing.key); existing = await nextMoved(space, found)) {
      yield { kind: 'delete', row: existing }
    }
    const isPresent = existing !== undefined && !isAfter(existing.key, row.key)
    if (!isPresent) yield { kind: 'set', row, existing: undefined }
    else {
      if (!isSame(space, row, existing as Row)) yield { kind: 'set', row, existing }
      existing = await nextMoved(space, found)
    }
  }
  for (; existing !== undefined; existing = await nextMoved(space, found)) yield { kind: 'delete', row: existing }
}

async function nextMoved(space: Space, rows: AsyncGenerator<Row, void>): Promise<Row | undefined> {
  for (;;) {
    const { done, value } = await rows.next()
    if (done === true) return undefined
    if (isMoved(space, value)) return value
  }
}

function isMoved(space: Space, { key }: Row): boolean {
  return (space as unknown) !== garbageRows || garbageRows.namesOf(key).garbageKind !== 'blob'
}

/** Whether a row of the target is that of the source, but for the id that its blob has there. */
function isSame(space: Space, row: Row, existing: Row): boolean {
  if (Buffer.compare(row.value, existing.value) === 0) return true
  const there = movingBlobOf(space, existing)
  const here = movingBlobOf(space, row)
  if (there === undefined || here === undefined || blobNameOf(there) !== blobNameOf(here)) return false
  return Buffer.compare(withBlob(space, row, there), existing.value) === 0
}

async function apply(
  space: Space,
  group: readonly Difference[],
  options: MoveOptions,
  progress: MoveProgress,
): Promise<void> {
  const values = new Map<Difference, Bytes>()
  await forAll(group, BLOBS_AT_ONCE, async (difference) => {
    if (difference.kind === 'set') values.set(difference, await valueThere(space, difference, options, progress))
  })
  await options.to.metadata.transact(async (tx) => {
    for (const difference of group) {
      const value = values.get(difference)
      if (value === undefined) tx.delete(difference.row.key)
      else tx.set(difference.row.key, value)
    }
  })
  progress.changed += group.length
  options.onProgress(progress)
}

/** The value that a row has in the target, which has the row's blob from then on. */
async function valueThere(
  space: Space,
  { row, existing }: Extract<Difference, { kind: 'set' }>,
  { from, to, onProgress }: MoveOptions,
  progress: MoveProgress,
): Promise<Bytes> {
  const blob = movingBlobOf(space, row)
  if (blob === undefined) return row.value
  const there = existing && movingBlobOf(space, existing)
  if (there !== undefined && blobNameOf(there) === blobNameOf(blob)) return withBlob(space, row, there)
  try {
    const stored = await from.blobs.openStored(blob)
    const adopted = await to.blobs.adopt(stored, row.key)
    progress.blobs += 1
    progress.bytes += stored.form.size
    onProgress(progress)
    return withBlob(space, row, adopted)
  } catch (error) {
    if (!(error instanceof StorageError && (error.kind === 'notFound' || error.kind === 'corrupt'))) throw error
    progress.damaged += 1
    return row.value
  }
}

interface NamingRecord {
  readonly bytes?: PartBytes
}

const NAMING: ReadonlySet<unknown> = new Set([objectRows, versionRows, partRows])

/** The blob that a row names and that is not in its id; undefined for any other row, and for one that is damaged. */
function movingBlobOf(space: Space, row: Row): BlobId | undefined {
  if (!NAMING.has(space)) return undefined
  try {
    const { bytes } = space.decodeRow(row) as NamingRecord
    return bytes?.kind === 'blob' && !carriesBytes(bytes.blob) ? bytes.blob : undefined
  } catch (error) {
    if (isDamage(error)) return undefined
    throw error
  }
}

/** The value of a row that names a blob, with another id for it. */
function withBlob(space: Space, row: Row, blob: BlobId): Bytes {
  const record = space.decodeRow(row) as NamingRecord
  return space.encode({ ...record, bytes: { ...record.bytes, blob } })
}
