import { mkdir, open as openFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Bytes, DamagedRow, type KeyText, type Snapshot, type SnapshotRow, StorageError } from '@bindery/storage'
import { type Database, open, type RootDatabase, type Transaction } from 'lmdb'
import { openRow, sealRow } from './sealed-row.js'

/** The file in its folder; lmdb keeps its table of readers next to it, with `-lock` appended. */
export const METADATA_FILE = 'metadata.mdb'
/** Version of what docs/formats/metadata-file.md describes. */
const FORMAT = 1
/** Address space, not memory or disk; lmdb maps more when a file outgrows it. */
const MAP_BYTES = 256 * 1024 ** 3
/** Snapshots that all processes together may hold at once. */
const READERS_MAX = 1_024
/** Rows beside the named database, whose name is a row of the same kind. */
const ROWS_NAME = 'rows'
const FORMAT_KEY = 'format'
const COMMITS_KEY = 'commits'

type Rows = Database<Bytes, KeyText>

/** The open file: sealed rows by key, and a count of commits by which a snapshot is known to be the newest. */
export interface MetadataFile {
  readonly path: string
  readonly root: RootDatabase<Bytes, KeyText>
  readonly rows: Rows
}

/** Keys go to lmdb as they are, one byte a character. It relies on a RangeError where its buffer is too short. */
const keyEncoder = {
  writeKey(key: KeyText, target: Buffer, start: number): number {
    if (key.length > target.length - start) throw new RangeError('the key does not fit')
    return start + target.write(key, start, 'latin1')
  },
  readKey: (source: Buffer, start: number, end: number): KeyText => source.toString('latin1', start, end),
}

/** What lmdb keeps goes to it as it is. What it hands out is one buffer for all reads, whose length it sets for each. */
const encoder = {
  encode: (value: Bytes): Bytes => value,
  decode: (shared: Buffer): Bytes => copied(shared),
}

/** Small values share memory: to allocate some for each costs more than to copy it. */
const SLAB_BYTES = 64 * 1024
const SLAB_SHARE_MAX = 4 * 1024
let slab = new Uint8Array(SLAB_BYTES)
let slabUsed = 0

function copied({ buffer, byteOffset, length }: Buffer): Bytes {
  const shared = new Uint8Array(buffer, byteOffset, length)
  if (length > SLAB_SHARE_MAX) return shared.slice()
  if (slabUsed + length > SLAB_BYTES) {
    slab = new Uint8Array(SLAB_BYTES)
    slabUsed = 0
  }
  const copy = slab.subarray(slabUsed, slabUsed + length)
  slabUsed += length
  copy.set(shared)
  return copy
}

export interface MetadataFileOptions {
  /** For a process beside the one that writes: the file must be there. lmdb takes one process that writes. */
  readonly readOnly?: boolean
}

/** Opens or creates the file. Throws StorageError `unavailable` if it has a format of another version. */
export async function openMetadataFile(folder: string, options: MetadataFileOptions = {}): Promise<MetadataFile> {
  const readOnly = options.readOnly ?? false
  if (!readOnly) await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, METADATA_FILE)
  const root = open<Bytes, KeyText>({
    path,
    readOnly,
    noSubdir: true,
    mapSize: MAP_BYTES,
    maxReaders: READERS_MAX,
    maxDbs: 1,
    // a commit is answered after its sync, and seen by nobody before
    overlappingSync: false,
    // each batch is one call, which need not wait for others of its turn
    eventTurnBatching: false,
    keyEncoder,
    encoder,
  })
  try {
    const rowsOptions = { name: ROWS_NAME, keyEncoder, encoder }
    const rows = root.openDB<Bytes, KeyText>(rowsOptions)
    if (!readOnly) await markFormat(root, folder)
    const format = root.get(FORMAT_KEY)?.[0]
    if (format !== FORMAT) {
      throw new StorageError('unavailable', `the metadata file has format ${format}, this release reads ${FORMAT}`)
    }
    return { path, root, rows }
  } catch (error) {
    await root.close()
    throw error
  }
}

/** Says in a new file which format it has, durably. */
async function markFormat(root: RootDatabase<Bytes, KeyText>, folder: string): Promise<void> {
  await root.transaction(() => {
    if (root.get(FORMAT_KEY) === undefined) root.putSync(FORMAT_KEY, new Uint8Array([FORMAT]))
  })
  for (const above of [folder, dirname(folder)]) await syncFolder(above)
}

async function syncFolder(path: string): Promise<void> {
  const folder = await openFile(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** The file's state in a read transaction or, without one, in the write transaction that runs. Reads throw DamagedRow. */
export function stateOf(rows: Rows, transaction?: Transaction): Snapshot {
  const within = transaction && { transaction }
  return {
    get(key) {
      const sealed = rows.get(key, within)
      return sealed && openRow(key, sealed)
    },
    range(from, to, limit, reverse, onDamaged) {
      // an empty bound is no key for lmdb; its default start lies before every key, and nothing lies before an empty end
      if (to === '') return []
      const lowest = from === '' ? '\0' : from
      const bounds = reverse
        ? { start: to, exclusiveStart: true, end: lowest, inclusiveEnd: true, reverse }
        : { start: lowest, end: to }
      const sealed = [...rows.getRange({ ...bounds, ...within, limit })]
      return onDamaged === undefined ? sealed.map(opened) : soundOf(sealed, onDamaged)
    },
  }
}

const opened = ({ key, value }: SnapshotRow): SnapshotRow => ({ key, value: openRow(key, value) })

function soundOf(sealed: readonly SnapshotRow[], onDamaged: (row: DamagedRow) => void): SnapshotRow[] {
  return sealed.flatMap((row) => {
    try {
      return [opened(row)]
    } catch (error) {
      if (!(error instanceof DamagedRow)) throw error
      onDamaged(error)
      return []
    }
  })
}

/** Sets a row, or deletes it, in the write transaction that runs. */
export function writeRow({ rows }: MetadataFile, key: KeyText, value: Bytes | undefined): void {
  if (value === undefined) rows.removeSync(key)
  else rows.putSync(key, sealRow(key, value))
}

/** How many commits the file has seen, in any process. */
export function commitsOf({ root }: MetadataFile, transaction?: Transaction): bigint {
  const bytes = root.get(COMMITS_KEY, transaction && { transaction })
  return bytes === undefined ? 0n : new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0)
}

/** Counts one commit, in the write transaction that runs. */
export function countCommit(file: MetadataFile): void {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, commitsOf(file) + 1n)
  file.root.putSync(COMMITS_KEY, bytes)
}
